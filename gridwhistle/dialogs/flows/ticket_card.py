"""What does a card look like that has scrolled out of sight?"""

from __future__ import annotations

from gridwhistle.dialogs.flow import Ask, Flow, Result, Say, opens
from gridwhistle.services import cards, dossier, tickets, whistle_cards, whistles
from gridwhistle.services.desk import LEADER_ROLES, Desk, Refused
from gridwhistle.services.lifecycle import UNACCEPTED, Step, possible
from gridwhistle.services.schema import Ticket, Whistle


class TicketCard(Flow):
    """Posts the newest form of a ticket's or whistle's card again; the older one greys out."""

    def allowed(self, desk: Desk) -> bool:
        """For everybody who works for the grid, a department or the city."""
        return desk.actor.is_staff

    def run(self, ask: Ask, desk: Desk) -> Result:
        """Reads only."""
        whistle, ticket = ask.given("whistle"), ask.given("ticket")
        if isinstance(whistle, str):
            return _whistle_card(desk, whistles.get(desk, whistle))
        return _ticket_card(desk, tickets.get(desk, str(ticket)))


def _ticket_card(desk: Desk, ticket: Ticket) -> Say:
    if not dossier.may_see(desk, ticket):
        raise Refused("refused.not_yours", number=ticket.number)
    third_party = cards.is_third_party(desk, desk.me)
    mine = ticket.handler_id == desk.me
    buttons = cards.buttons(ticket) if mine else ()
    if mine and desk.actor.has(*LEADER_ROLES):
        if ticket.status in UNACCEPTED:
            buttons += (opens("ticket_card.hand_to", "hand_to", ticket=ticket.id),)
        if possible(desk, ticket, Step.REFUSE):
            buttons += (opens("ticket_card.refuse", "refuse", ticket=ticket.id),)
    say = Say.of("ticket_card.ticket", cards.facts(desk, ticket, third_party=third_party), buttons)
    say.card = f"ticket:{ticket.id}"
    return say


def _whistle_card(desk: Desk, whistle: Whistle) -> Say:
    ticket = whistles.ticket_of(desk, whistle)
    if not dossier.may_see(desk, ticket):
        raise Refused("refused.not_yours", number=ticket.number)
    values = {
        **cards.facts(desk, ticket, third_party=True),
        "state": whistle.state,
        "arrive_by": whistle.arrive_by,
        "department": desk.city.unit_name(whistle.department),
    }
    say = Say.of("ticket_card.whistle", values, whistle_cards.buttons(desk, whistle, ticket))
    say.card = f"whistle:{whistle.id}"
    return say
