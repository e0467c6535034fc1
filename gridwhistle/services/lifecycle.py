"""From which status may a ticket go to which, by whom, and what must be given?

The one table of the ticket's life (closed loop 网格吹哨—整理上报—部门报到—办结反馈) and the one door through which a
status is written.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from gridwhistle.services import transitions
from gridwhistle.services.desk import LEADER_ROLES, Desk
from gridwhistle.services.schema import Role, Status, Ticket


class Step(StrEnum):
    """Every change of a ticket's status has one of these names; it is the event's kind too."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    PASS_ON = "pass_on"  # noqa: S105 (no password)
    RETURN = "return"
    SETTLE_RETURN = "settle_return"
    BEGIN = "begin"
    ASK_RESIDENT = "ask_resident"
    GO_ON = "go_on"
    SCHEDULE = "schedule"
    SUSPEND = "suspend"
    RESOLVE = "resolve"
    AUDIT_PASS = "audit_pass"  # noqa: S105 (no password)
    AUDIT_REJECT = "audit_reject"
    FOLLOW_UP = "follow_up"
    CLOSE = "close"
    REQUEST_REWORK = "request_rework"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    REFUSE = "refuse"


class Who(StrEnum):
    """In which capacity somebody acts on a ticket."""

    SYSTEM = "system"
    REPORTER = "reporter"
    HANDLER = "handler"
    LEADER = "leader"
    AUDITOR = "auditor"


Edge: TypeAlias = transitions.Edge[Step, Status, Who]

WORKING = frozenset({Status.ACCEPTED, Status.IN_PROGRESS})
PAUSED = frozenset({Status.AWAITING_INFORMATION, Status.SCHEDULED, Status.SUSPENDED})
CAN_WHISTLE = WORKING | {Status.SCHEDULED, Status.SUSPENDED}
"""Also what was put off: the worker has been there and seen that it needs a department."""
UNACCEPTED = frozenset({Status.ASSIGNED, Status.REOPENED})
OPEN = UNACCEPTED | WORKING | PAUSED | {Status.RECEIVED, Status.RETURNED, Status.REWORK_REQUESTED}
"""Nobody has said yet that it is solved."""
DONE = frozenset({Status.RESOLVED, Status.AUDITED, Status.FOLLOWED_UP, Status.CLOSED})
ENDED = frozenset({Status.CLOSED, Status.MERGED, Status.WITHDRAWN, Status.REFUSED})

TRANSITIONS: tuple[Edge, ...] = (
    Edge(
        step=Step.ASSIGN,
        sources=frozenset({Status.RECEIVED}),
        target=Status.ASSIGNED,
        by=frozenset({Who.SYSTEM, Who.REPORTER, Who.HANDLER, Who.LEADER}),
        needs=("to",),
        why="assignment is part of receiving, so whoever reports causes it",
    ),
    Edge(step=Step.ACCEPT, sources=UNACCEPTED, target=Status.ACCEPTED, by=frozenset({Who.HANDLER})),
    Edge(
        step=Step.PASS_ON,
        sources=UNACCEPTED | WORKING | PAUSED,
        target=Status.ASSIGNED,
        by=frozenset({Who.HANDLER, Who.LEADER, Who.SYSTEM}),
        needs=("to", "reason"),
        why="a paused ticket may change hands too: leave does not wait for a review date",
    ),
    Edge(
        step=Step.RETURN,
        sources=UNACCEPTED | WORKING,
        target=Status.RETURNED,
        by=frozenset({Who.HANDLER}),
        needs=("reason",),
    ),
    Edge(
        step=Step.SETTLE_RETURN,
        sources=frozenset({Status.RETURNED}),
        target=Status.ASSIGNED,
        by=frozenset({Who.LEADER, Who.SYSTEM}),
        needs=("to", "upheld"),
        why="the system settles it when the desk stays silent: silence is acceptance",
    ),
    Edge(step=Step.BEGIN, sources=frozenset({Status.ACCEPTED}), target=Status.IN_PROGRESS, by=frozenset({Who.HANDLER})),
    Edge(
        step=Step.ASK_RESIDENT,
        sources=WORKING,
        target=Status.AWAITING_INFORMATION,
        by=frozenset({Who.HANDLER}),
        needs=("question",),
    ),
    Edge(
        step=Step.GO_ON,
        sources=PAUSED,
        target=Status.IN_PROGRESS,
        by=frozenset({Who.HANDLER, Who.REPORTER, Who.SYSTEM}),
        why="the resident's answer, the date or five days without an answer set it going again",
    ),
    Edge(
        step=Step.SCHEDULE,
        sources=WORKING | PAUSED,
        target=Status.SCHEDULED,
        by=frozenset({Who.HANDLER}),
        needs=("day", "reason"),
    ),
    Edge(
        step=Step.SUSPEND,
        sources=WORKING | PAUSED,
        target=Status.SUSPENDED,
        by=frozenset({Who.HANDLER}),
        needs=("day", "reason"),
    ),
    Edge(
        step=Step.RESOLVE,
        sources=WORKING | PAUSED,
        target=Status.RESOLVED,
        by=frozenset({Who.HANDLER}),
        needs=("result",),
    ),
    Edge(
        step=Step.AUDIT_PASS,
        sources=frozenset({Status.RESOLVED}),
        target=Status.AUDITED,
        by=frozenset({Who.AUDITOR}),
    ),
    Edge(
        step=Step.AUDIT_REJECT,
        sources=frozenset({Status.RESOLVED}),
        target=Status.IN_PROGRESS,
        by=frozenset({Who.AUDITOR}),
        needs=("reason",),
    ),
    Edge(
        step=Step.FOLLOW_UP,
        sources=frozenset({Status.AUDITED}),
        target=Status.FOLLOWED_UP,
        by=frozenset({Who.REPORTER, Who.LEADER, Who.SYSTEM}),
        needs=("answer",),
        why="the leader enters what was said on the telephone; the system a documented unreachable",
    ),
    Edge(
        step=Step.CLOSE,
        sources=frozenset({Status.FOLLOWED_UP}),
        target=Status.CLOSED,
        by=frozenset({Who.SYSTEM, Who.REPORTER, Who.LEADER}),
        why="closing follows from the third fact, whoever brought it",
    ),
    Edge(
        step=Step.REQUEST_REWORK,
        sources=DONE,
        target=Status.REWORK_REQUESTED,
        by=frozenset({Who.REPORTER, Who.SYSTEM}),
        needs=("reason",),
        why="before the audit too: who says it is not solved need not wait for a form; the system acts for voices",
    ),
    Edge(
        step=Step.REOPEN,
        sources=frozenset({Status.REWORK_REQUESTED}),
        target=Status.REOPENED,
        by=frozenset({Who.SYSTEM, Who.REPORTER}),
        needs=("to",),
        why="reopening follows from the request at once, whoever brought it",
    ),
    Edge(
        step=Step.WITHDRAW,
        sources=OPEN,
        target=Status.WITHDRAWN,
        by=frozenset({Who.REPORTER}),
    ),
    Edge(
        step=Step.MERGE,
        sources=OPEN,
        target=Status.MERGED,
        by=frozenset({Who.LEADER}),
        needs=("into",),
    ),
    Edge(
        step=Step.REFUSE,
        sources=OPEN,
        target=Status.REFUSED,
        by=frozenset({Who.LEADER}),
        needs=("reason", "route"),
        why="only with the legal route told (国办函〔2025〕66号)",
    ),
)

TABLE = transitions.Table(TRANSITIONS, foreign="refused.not_yours", wrong_status="refused.status")
EDGES = TABLE.edges


def capacities(desk: Desk, ticket: Ticket) -> frozenset[Who]:
    """In which capacities the acting person may touch this ticket."""
    actor = desk.actor
    if actor.person_id is None:
        return frozenset({Who.SYSTEM})
    found = set()
    if actor.person_id == ticket.reporter_id:
        found.add(Who.REPORTER)
    if actor.person_id == ticket.handler_id:
        found.add(Who.HANDLER)
    if any(desk.city.within(ticket.grid, unit) for unit in actor.units(*LEADER_ROLES)) or actor.has(
        Role.CENTRE_COORDINATOR
    ):
        found.add(Who.LEADER)
    if actor.has(Role.AUDITOR):
        found.add(Who.AUDITOR)
    return frozenset(found)


def possible(desk: Desk, ticket: Ticket, step: Step) -> bool:
    """Whether the acting person could take this step now."""
    return TABLE.possible(ticket, step, capacities(desk, ticket))


def move(desk: Desk, ticket: Ticket, step: Step, **given: object) -> None:
    """Take a step: check status, right and what must be given, write the status and the event.

    Raises ``Refused`` when the ticket's status or the person's right does not allow it, ``ValueError`` when a caller
    forgot what the step needs.
    """
    TABLE.take(desk, ticket, step, capacities(desk, ticket), **given)
