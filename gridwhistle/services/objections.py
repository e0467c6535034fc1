"""Is the department that was called the right one (派单异议)?"""

from __future__ import annotations

from gridwhistle.services import events, timers
from gridwhistle.services.cards import facts, show
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.lifecycle import WORKING
from gridwhistle.services.org import centre_coordinator
from gridwhistle.services.outbox import Button, Letter, post
from gridwhistle.services.rules import RETURN_ANSWER_WITHIN
from gridwhistle.services.schema import Role, Status, UnitKind, Whistle, WhistleState
from gridwhistle.services.whistle_cards import department_name, opens, show_clerk
from gridwhistle.services.whistles import dispatch, of_ticket, step, ticket_of

_EARLY = frozenset({Status.ASSIGNED, Status.REOPENED, Status.RETURNED})


def dispute(desk: Desk, whistle: Whistle, reason: str, proposed: str | None) -> None:
    """The department objects with a reason and the unit that is responsible (派单异议); the centre decides."""
    if proposed is not None and proposed not in desk.city.units:
        raise Refused("refused.no_unit")
    step(
        desk,
        whistle,
        (WhistleState.BLOWN, WhistleState.SIGNED),
        WhistleState.DISPUTED,
        "whistle_disputed",
        reason=reason,
        proposed=proposed,
    )
    whistle.disputes += 1
    whistle.proposed = proposed
    timers.put(desk, "dispute_silence", whistle.id, RETURN_ANSWER_WITHIN.after(desk.now))
    ticket = ticket_of(desk, whistle)
    show_clerk(desk, whistle, ticket, "letter.whistle_disputed")
    post(
        desk,
        Letter(
            to=centre_coordinator(desk),
            text="letter.dispute",
            params={
                **facts(desk, ticket, third_party=True),
                "department": department_name(desk, whistle),
                "reason": reason,
                "proposed": desk.city.unit_name(proposed) or "—",
            },
            key=f"dispute:{whistle.id}:{whistle.disputes}",
            card=f"dispute:{whistle.id}",
            buttons=(
                Button(label="button.uphold", press=opens("settle_dispute", whistle, verdict="uphold")),
                Button(label="button.reject", press=opens("settle_dispute", whistle, verdict="reject")),
            ),
        ),
    )


def settle_dispute(desk: Desk, whistle: Whistle, *, upheld: bool, reason: str) -> Whistle:
    """Decide an objection: upheld, the proposed unit is whistled to instead; rejected, the whistle stands.

    The second decision on a ticket is kept as a precedent. Gives the whistle that stands now.
    """
    if desk.actor.person_id is not None and not desk.actor.has(Role.CENTRE_COORDINATOR):
        raise Refused("refused.not_allowed")
    ticket = ticket_of(desk, whistle)
    if whistle.state is not WhistleState.DISPUTED:
        raise Refused("refused.whistle_state", number=ticket.number, whistle=whistle.state)
    events.append(desk, ticket, "dispute_settled", whistle=whistle.id, upheld=upheld, reason=reason)
    timers.cancel(desk, whistle.id, "dispute_silence")
    if len([other for other in of_ticket(desk, ticket) if other.disputes]) > 1 or whistle.disputes > 1:
        events.append(desk, ticket, "precedent", matter=ticket.matter, department=whistle.department, upheld=upheld)
    proposed = desk.city.units.get(whistle.proposed or "")
    if upheld:
        whistle.state = WhistleState.MOVED
        timers.cancel(desk, whistle.id)
        show_clerk(desk, whistle, ticket, "letter.dispute_upheld")
        if proposed is not None and proposed.kind is UnitKind.DEPARTMENT and ticket.status in WORKING | _EARLY:
            moved = dispatch(desk, ticket, proposed.code, "moved")
            former, instead = department_name(desk, whistle), department_name(desk, moved)
            show(desk, ticket, ticket.handler_id, "letter.whistle_moved_card", department=former, instead=instead)
            return moved
        show(desk, ticket, ticket.handler_id, "letter.dispute_upheld_card", department=department_name(desk, whistle))
        return whistle
    whistle.state = WhistleState.SIGNED
    whistle.signed_at = whistle.signed_at or desk.now
    timers.cancel(desk, whistle.id, "sign_limit")
    show_clerk(desk, whistle, ticket, "letter.dispute_rejected", judged=reason)
    return whistle
