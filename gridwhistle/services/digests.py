"""What does a worker have to know when the shift begins, and before an odd day of the calendar?"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from gridwhistle.services import timers
from gridwhistle.services.calendar import is_working_day
from gridwhistle.services.cards import is_third_party, matter_of
from gridwhistle.services.clock import in_city
from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import OPEN
from gridwhistle.services.org import is_away
from gridwhistle.services.outbox import Letter, Priority, addressee, post
from gridwhistle.services.schema import Ticket

LINES = 10
WEEKEND = (5, 6)


def plan(desk: Desk, occasion: datetime) -> None:
    """Let everybody with open tickets get one letter of this working day. The system's act.

    A timer for each: a letter that fails keeps back no other.
    """
    day = in_city(occasion).date()
    if is_working_day(day):
        for person_id in _handlers(desk):
            timers.put(desk, "digest", person_id, desk.now, part=day.isoformat(), day=day.isoformat())


def send(desk: Desk, person_id: str, day: date) -> None:
    """One letter with what is due today and what is overdue; none for whoever is on leave or has nothing open."""
    tickets = _open_tickets(desk, person_id)
    if not tickets or is_away(desk, person_id):
        return
    _, language = addressee(desk, person_id)
    today = [ticket for ticket in tickets if in_city(ticket.solve_by).date() <= day]
    post(
        desk,
        Letter(
            to=person_id,
            text="letter.digest" if today else "letter.digest_nothing_due",
            params={
                "day": day,
                "count": len(tickets),
                "today": len([ticket for ticket in today if ticket.solve_by >= desk.now]),
                "overdue": len([ticket for ticket in today if ticket.solve_by < desk.now]),
                "lines": tuple(_line(desk, ticket, person_id, language) for ticket in today[:LINES]),
            },
            key=f"digest:{person_id}:{day.isoformat()}",
            # Twice in a morning would be noise, and the list of work is one word away.
            once=True,
        ),
    )


def announce_day(desk: Desk, occasion: datetime) -> None:
    """Tell the workers of a make-up working day, or of a holiday in the week, on the day before. The system's act."""
    tomorrow = in_city(occasion).date() + timedelta(days=1)
    if is_working_day(tomorrow) is (tomorrow.weekday() in WEEKEND):
        posts = desk.city.roster.posts.values()
        workers = {who for holders in posts for who in (holders.a, holders.b) if who is not None}
        for person_id in sorted(workers):
            timers.put(desk, "day_notice", person_id, desk.now, part=tomorrow.isoformat(), day=tomorrow.isoformat())


def tell_of_day(desk: Desk, person_id: str, day: date) -> None:
    """One line on tomorrow's work. The system's act."""
    post(
        desk,
        Letter(
            to=person_id,
            text="letter.day_working" if is_working_day(day) else "letter.day_off",
            params={"day": day},
            key=f"day:{person_id}:{day.isoformat()}",
            priority=Priority.BULK,
        ),
    )


def _handlers(desk: Desk) -> list[str]:
    return list(
        desk.session.scalars(
            select(Ticket.handler_id)
            .where(Ticket.region == desk.region, Ticket.status.in_(OPEN))
            .distinct()
            .order_by(Ticket.handler_id)
        )
    )


def _open_tickets(desk: Desk, person_id: str) -> list[Ticket]:
    return list(
        desk.session.scalars(
            select(Ticket)
            .where(Ticket.region == desk.region, Ticket.handler_id == person_id, Ticket.status.in_(OPEN))
            .order_by(Ticket.solve_by, Ticket.id)
        )
    )


def _line(desk: Desk, ticket: Ticket, person_id: str, language: str) -> str:
    late = ticket.solve_by < desk.now
    return desk.wording.text(
        "letter.digest_line_late" if late else "letter.digest_line",
        language,
        {
            "number": ticket.number,
            "matter": matter_of(desk, ticket),
            "place": ticket.place_work if is_third_party(desk, person_id) else ticket.place_exact,
            "due": ticket.solve_by,
        },
    )
