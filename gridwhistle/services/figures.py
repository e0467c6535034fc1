"""How well did these grids do in a span of time, by formulas that anybody can check?

Everything is counted from events, and no rate stands without what it is a rate of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from gridwhistle.services.desk import Desk
from gridwhistle.services.lifecycle import Step
from gridwhistle.services.schema import Event, JsonObject, Ticket

GOOD = frozenset({"solved", "explained"})
CONTENT = frozenset({"satisfied", "fair"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    def name_in(self, language: str) -> str:
        """“12/16（75%）”; without a percentage where there is nothing to share."""
        plain = f"{self.part}/{self.whole}"
        if not self.whole:
            return plain
        percent = f"{self.part / self.whole:.0%}"
        return f"{plain}（{percent}）" if language == "zh" else f"{plain} ({percent})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """The figures of some grids in a span of time."""

    received: int
    """Matters of residents and patrols that arrived in the span."""
    answered_in_time: Share
    """接诉即应率: accepted by a worker within the catalogue's time for an answer, of those received."""
    claimed_solved: Share
    """问题解决率 by the units: reported as solved, of those received. Old matters count when they are solved."""
    confirmed_solved: Share
    """问题解决率 by the residents: solved, or explained and understood, of all answers to the follow-up."""
    audits_passed: Share
    """质效审核率: results that passed the audit, of all that were judged."""
    satisfied: Share
    """群众满意度: satisfied or fairly satisfied, of all answers. Who does not answer is not taken for content."""
    took_part: Share
    """参评率: answers, of all people asked."""


def of_grids(desk: Desk, grids: Sequence[str], since: datetime, until: datetime) -> Figures:
    """Count the events of the tickets of these grids from ``since`` to before ``until``."""
    rows = desk.session.execute(
        select(Event.kind, Event.at, Event.data, Ticket.id, Ticket.respond_by)
        .join(Ticket, (Ticket.region == Event.region) & (Ticket.id == Event.subject_id))
        .where(
            Event.region == desk.region,
            Event.at >= since,
            Event.at < until,
            Event.kind.in_(_KINDS),
            Ticket.grid.in_(grids),
        )
        .order_by(Event.at, Event.seq)
    ).all()
    count = Counter(kind for kind, *_ in rows)
    received = {ticket for kind, _, _, ticket, _ in rows if kind == "receive"}
    accepted = {ticket for kind, at, _, ticket, by in rows if kind == Step.ACCEPT and at <= by}
    answers: list[JsonObject] = [data for kind, _, data, _, _ in rows if kind == "follow_up_answered"]
    asked = sum(int(str(data.get("people", 0))) for kind, _, data, _, _ in rows if kind == "follow_up_sent")
    judged = count[Step.AUDIT_PASS] + count[Step.AUDIT_REJECT]
    return Figures(
        received=len(received),
        answered_in_time=Share(part=len(received & accepted), whole=len(received)),
        claimed_solved=Share(part=count[Step.RESOLVE], whole=len(received)),
        confirmed_solved=_share(answers, "solved", GOOD),
        audits_passed=Share(part=count[Step.AUDIT_PASS], whole=judged),
        satisfied=_share(answers, "satisfaction", CONTENT),
        took_part=Share(part=len(answers), whole=asked),
    )


_KINDS = (
    "receive",
    Step.ACCEPT,
    Step.RESOLVE,
    Step.AUDIT_PASS,
    Step.AUDIT_REJECT,
    "follow_up_sent",
    "follow_up_answered",
)


def _share(answers: Sequence[JsonObject], question: str, good: frozenset[str]) -> Share:
    given = [answer.get(question) for answer in answers if answer.get(question) is not None]
    return Share(part=sum(value in good for value in given), whole=len(given))
