"""Is it resolved, and does the resolution stand up to the quality audit (质效审核)?

Archive needs three facts; the handler's result and the audit's verdict are two of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from sqlalchemy import select

from gridwhistle.services import deadlines, events, satisfaction, timers, whistles
from gridwhistle.services.cards import facts, matter_of, press, show
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.lifecycle import Step, capacities, move
from gridwhistle.services.lifecycle import Who as Capacity
from gridwhistle.services.org import auditors, centre_coordinator, name_of
from gridwhistle.services.outbox import Button, Letter, post
from gridwhistle.services.residents import tell_residents
from gridwhistle.services.schema import Attachment, Audit, Role, Status, Ticket
from gridwhistle.services.tickets import attach


def resolve(desk: Desk, ticket: Ticket, result: str, photos: Sequence[str] = ()) -> None:
    """The handler says what was done; with a photo where the catalogue asks for one.

    Limits stop, the departments are released, an auditor gets the card. Raises ``Refused`` without the right, in a
    wrong status, or without the photo.
    """
    if Capacity.HANDLER not in capacities(desk, ticket):
        raise Refused("refused.not_yours", number=ticket.number)
    if matter_of(desk, ticket).photo == "required" and not photos and not _photo_of(desk, ticket, desk.me):
        raise Refused("refused.photo_needed", number=ticket.number)
    move(desk, ticket, Step.RESOLVE, result=result)
    attach(desk, ticket, photos)
    ticket.result = result
    ticket.resolved_at = desk.now
    ticket.resolver_id = desk.me
    deadlines.stop(desk, ticket)
    whistles.end_all(desk, ticket)
    show(desk, ticket, desk.me, "letter.resolved_card")
    tell_residents(desk, ticket, "letter.resolved", result=result, worker=desk.actor.name)
    timers.put(desk, "audit_limit", ticket.id, matter_of(desk, ticket).audit.after(desk.now))
    _present(desk, ticket, auditor_of(desk, ticket))


def judge(desk: Desk, ticket: Ticket, *, passed: bool, reason: str) -> None:
    """The auditor's verdict: facts, law, evidence, wording, privacy. Sent back, the handler goes on with the reason.

    Raises ``Refused`` for somebody who is no auditor, or who resolved the ticket.
    """
    if not desk.actor.has(Role.AUDITOR) or ticket.resolver_id == desk.actor.person_id:
        raise Refused("refused.not_allowed")
    if passed:
        move(desk, ticket, Step.AUDIT_PASS, reason=reason)
    else:
        move(desk, ticket, Step.AUDIT_REJECT, reason=reason)
    desk.session.add(
        Audit(
            region=desk.region,
            ticket_id=ticket.id,
            round=_rounds(desk, ticket) + 1,
            auditor_id=desk.me,
            passed=passed,
            reason=reason,
            at=desk.now,
        )
    )
    timers.cancel(desk, ticket.id, "audit_limit")
    if passed:
        ticket.audited_at = desk.now
        show(desk, ticket, ticket.handler_id, "letter.audit_passed")
        satisfaction.plan(desk, ticket)
    else:
        ticket.resolved_at = None
        deadlines.start(desk, ticket)
        show(desk, ticket, ticket.handler_id, "letter.audit_rejected", fresh=True, reason=reason)


def overdue(desk: Desk, ticket: Ticket) -> None:
    """Nobody has audited in time: every auditor and the coordination centre get the card. The system's act."""
    if ticket.status is not Status.RESOLVED:
        return
    events.append(desk, ticket, "audit_overdue")
    for person_id in dict.fromkeys([*auditors(desk), centre_coordinator(desk)]):
        if person_id != ticket.resolver_id:
            _present(desk, ticket, person_id)


def waiting(desk: Desk, limit: int = 50) -> list[Ticket]:
    """The tickets that wait for an audit by the acting person, oldest first."""
    if not desk.actor.has(Role.AUDITOR):
        return []
    return list(
        desk.session.scalars(
            select(Ticket)
            .where(
                Ticket.region == desk.region,
                Ticket.status == Status.RESOLVED,
                Ticket.resolver_id != desk.me,
            )
            .order_by(Ticket.resolved_at, Ticket.id)
            .limit(limit)
        )
    )


def auditor_of(desk: Desk, ticket: Ticket) -> str:
    """The auditor whose turn it is; never the person who resolved. The centre's coordinator where there is none."""
    found = [who for who in auditors(desk) if who != ticket.resolver_id]
    # By the number, not by the random id: spread as evenly, and the same in every play of a transcript.
    return found[crc32(ticket.number.encode()) % len(found)] if found else centre_coordinator(desk)


def _present(desk: Desk, ticket: Ticket, to: str) -> None:
    post(
        desk,
        Letter(
            to=to,
            text="letter.audit",
            params={
                **facts(desk, ticket, third_party=False),
                "worker": name_of(desk, ticket.resolver_id or ticket.handler_id),
                "result": ticket.result,
            },
            key=f"audit:{ticket.id}:{ticket.events}:{to}",
            card=f"audit:{ticket.id}",
            buttons=(
                Button(label="button.audit_pass", press=press("audit", ticket, verdict="pass")),
                Button(label="button.audit_reject", press=press("audit", ticket, verdict="reject")),
            ),
        ),
    )


def _rounds(desk: Desk, ticket: Ticket) -> int:
    return len(
        desk.session.scalars(select(Audit.round).where(Audit.region == desk.region, Audit.ticket_id == ticket.id)).all()
    )


def _photo_of(desk: Desk, ticket: Ticket, person_id: str) -> bool:
    return (
        desk.session.scalars(
            select(Attachment.id)
            .where(
                Attachment.region == desk.region,
                Attachment.ticket_id == ticket.id,
                Attachment.person_id == person_id,
                Attachment.kind == "photo",
            )
            .limit(1)
        ).first()
        is not None
    )
