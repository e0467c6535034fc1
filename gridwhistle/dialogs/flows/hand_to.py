"""How does a coordinator give a ticket on their desk to a worker of its grid?"""

from __future__ import annotations

from gridwhistle.dialogs.candidates import brief, which_ticket
from gridwhistle.dialogs.flow import Ask, Flow, Result
from gridwhistle.dialogs.slots import Choice, Option, TicketSlot
from gridwhistle.services import assignments, org
from gridwhistle.services.desk import LEADER_ROLES, Desk, Refused
from gridwhistle.services.lifecycle import PAUSED, UNACCEPTED, WORKING
from gridwhistle.services.schema import PostKind, Ticket


class HandTo(Flow):
    """A complaint about the property company is never offered to its worker (identity firewall)."""

    ticket = TicketSlot()
    worker = Choice()

    def allowed(self, desk: Desk) -> bool:
        """For those who lead a grid or above."""
        return desk.actor.has(*LEADER_ROLES)

    def run(self, ask: Ask, desk: Desk) -> Result:
        """The card that follows says who has it now."""
        found = [ticket for ticket in assignments.my_list(desk) if ticket.status in UNACCEPTED | WORKING | PAUSED]
        ticket = which_ticket(ask, self.ticket, desk, found, none="hand_to.none")
        workers = _workers(desk, ticket)
        if not workers:
            raise Refused("refused.nobody_else", number=ticket.number)
        worker = ask(self.worker, among=workers, **brief(desk, ticket))
        assignments.hand_on(desk, ticket, worker, "handed")
        return ()


def _workers(desk: Desk, ticket: Ticket) -> tuple[Option, ...]:
    """Everybody of the grid who is there, with what they are."""
    labels: dict[str, str] = {}
    for kind, person, _ in org.contacts_of_grid(desk, ticket.grid):
        if kind == PostKind.PROPERTY_WORKER and ticket.about_property:
            continue
        if person.id != desk.me and not org.is_away(desk, person.id):
            post = desk.wording.text(f"hand_to.post.{kind}", desk.actor.language, {})
            labels.setdefault(person.id, f"={person.name} {post}")
    return tuple(Option(value=person_id, label=label) for person_id, label in labels.items())
