"""From which status may a wish go to which, by whom, and what must be given?

The one table of a wish's life (提出—审核—公开—认领—办理—兑现—确认) and the one door through which its
status is written.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from sqlalchemy import select

from gridwhistle.services import transitions
from gridwhistle.services.desk import Desk
from gridwhistle.services.schema import ClaimState, Role, Wish, WishClaim, WishStatus


class WishStep(StrEnum):
    """Every change of a wish's status has one of these names; it is the event's kind too."""

    SUBMIT = "submit"
    REVIEW = "review"
    PUBLISH = "publish"
    REFUSE = "refuse"
    TURN = "turn"
    CLAIM = "claim"
    JOIN = "join"
    BEGIN = "begin"
    FULFIL = "fulfil"
    CONFIRM = "confirm"
    DENY = "deny"
    RELEASE = "release"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"
    CLOSE = "close"


class WishWho(StrEnum):
    """In which capacity somebody acts on a wish."""

    SYSTEM = "system"
    WISHER = "wisher"
    COORDINATOR = "coordinator"
    CLAIMANT = "claimant"
    MEMBER = "member"


Edge: TypeAlias = transitions.Edge[WishStep, WishStatus, WishWho]

NEW = frozenset({WishStatus.DRAFT, WishStatus.SUBMITTED})
ON_BOARD = frozenset({WishStatus.PUBLISHED, WishStatus.RELEASED, WishStatus.LAPSED})
"""Open to be claimed."""
TAKEN = frozenset({WishStatus.CLAIMED, WishStatus.IN_PROGRESS})
WISH_OPEN = NEW | ON_BOARD | TAKEN | {WishStatus.REVIEWED, WishStatus.FULFILLED}
WISH_ENDED = frozenset(WishStatus) - WISH_OPEN
LIVE_CLAIMS = frozenset({ClaimState.HELD, ClaimState.APPROVED})

WISH_TRANSITIONS: tuple[Edge, ...] = (
    Edge(
        step=WishStep.SUBMIT,
        sources=frozenset({WishStatus.DRAFT}),
        target=WishStatus.SUBMITTED,
        by=frozenset({WishWho.WISHER, WishWho.COORDINATOR}),
        why="the coordinator submits a child's wish once the guardian has agreed, and one that came as a ticket",
    ),
    Edge(
        step=WishStep.REVIEW,
        sources=frozenset({WishStatus.SUBMITTED}),
        target=WishStatus.REVIEWED,
        by=frozenset({WishWho.COORDINATOR}),
    ),
    Edge(
        step=WishStep.PUBLISH,
        sources=frozenset({WishStatus.REVIEWED}),
        target=WishStatus.PUBLISHED,
        by=frozenset({WishWho.COORDINATOR}),
    ),
    Edge(
        step=WishStep.REFUSE,
        sources=NEW | ON_BOARD,
        target=WishStatus.REFUSED,
        by=frozenset({WishWho.COORDINATOR}),
        needs=("reason",),
        why="from the board too: what turns out to be unfit must be taken down, with its reason",
    ),
    Edge(
        step=WishStep.TURN,
        sources=NEW | ON_BOARD,
        target=WishStatus.TURNED,
        by=frozenset({WishWho.COORDINATOR}),
        needs=("ticket",),
    ),
    Edge(
        step=WishStep.CLAIM,
        sources=ON_BOARD,
        target=WishStatus.CLAIMED,
        by=frozenset({WishWho.MEMBER}),
        needs=("unit",),
    ),
    Edge(
        step=WishStep.JOIN,
        sources=frozenset({WishStatus.CLAIMED}),
        target=WishStatus.CLAIMED,
        by=frozenset({WishWho.MEMBER}),
        needs=("unit",),
        why="a further member of a group claim; the wish stays claimed",
    ),
    Edge(
        step=WishStep.BEGIN,
        sources=frozenset({WishStatus.CLAIMED}),
        target=WishStatus.IN_PROGRESS,
        by=frozenset({WishWho.CLAIMANT}),
    ),
    Edge(
        step=WishStep.FULFIL,
        sources=TAKEN,
        target=WishStatus.FULFILLED,
        by=frozenset({WishWho.CLAIMANT}),
        needs=("result",),
        why="without “begin” too: a radio is bought and brought in one go",
    ),
    Edge(
        step=WishStep.CONFIRM,
        sources=frozenset({WishStatus.FULFILLED}),
        target=WishStatus.CONFIRMED,
        by=frozenset({WishWho.WISHER, WishWho.COORDINATOR}),
        why="the coordinator enters what the wisher said on the telephone, never a guess",
    ),
    Edge(
        step=WishStep.DENY,
        sources=frozenset({WishStatus.FULFILLED}),
        target=WishStatus.IN_PROGRESS,
        by=frozenset({WishWho.WISHER, WishWho.COORDINATOR}),
        needs=("reason",),
        why="back to its claimants, who may give it back in turn",
    ),
    Edge(
        step=WishStep.RELEASE,
        sources=TAKEN,
        target=WishStatus.RELEASED,
        by=frozenset({WishWho.CLAIMANT, WishWho.COORDINATOR}),
        needs=("reason",),
        why="the coordinator may free a wish whose claimant has told them so",
    ),
    Edge(
        step=WishStep.LAPSE,
        sources=TAKEN,
        target=WishStatus.LAPSED,
        by=frozenset({WishWho.SYSTEM}),
    ),
    Edge(
        step=WishStep.WITHDRAW,
        sources=NEW | ON_BOARD | TAKEN,
        target=WishStatus.WITHDRAWN,
        by=frozenset({WishWho.WISHER, WishWho.COORDINATOR}),
        needs=("reason",),
        why="the coordinator for a wisher who has moved away or died",
    ),
    Edge(
        step=WishStep.CLOSE,
        sources=frozenset({WishStatus.FULFILLED}),
        target=WishStatus.UNCONFIRMED,
        by=frozenset({WishWho.COORDINATOR}),
        needs=("attempts",),
        why="a wisher who has disappeared: documented, and counted for nobody",
    ),
)

WISH_TABLE = transitions.Table(WISH_TRANSITIONS, foreign="refused.wish_not_yours", wrong_status="refused.wish_status")


def wish_capacities(desk: Desk, wish: Wish) -> frozenset[WishWho]:
    """In which capacities the acting person may touch this wish."""
    actor = desk.actor
    if actor.person_id is None:
        return frozenset({WishWho.SYSTEM})
    found = set()
    if actor.person_id == wish.wisher_id:
        found.add(WishWho.WISHER)
    if any(desk.city.within(wish.grid, unit) for unit in actor.units(Role.COMMUNITY_COORDINATOR)) or actor.has(
        Role.CENTRE_COORDINATOR
    ):
        found.add(WishWho.COORDINATOR)
    if actor.has(Role.PARTY_MEMBER):
        found.add(WishWho.MEMBER)
    if any(claim.person_id == actor.person_id for claim in live_claims(desk, wish)):
        found.add(WishWho.CLAIMANT)
        # Whoever has carried a wish out is no witness of it.
        found -= {WishWho.WISHER, WishWho.COORDINATOR}
    return frozenset(found)


def live_claims(desk: Desk, wish: Wish) -> list[WishClaim]:
    """The open claims of a wish, the first claimant first."""
    return list(
        desk.session.scalars(
            select(WishClaim)
            .where(
                WishClaim.region == desk.region,
                WishClaim.wish_id == wish.id,
                WishClaim.round == wish.round,
                WishClaim.state.in_(LIVE_CLAIMS),
            )
            .order_by(WishClaim.share)
        )
    )


def may(desk: Desk, wish: Wish, step: WishStep) -> bool:
    """Whether the acting person could take this step now."""
    return WISH_TABLE.possible(wish, step, wish_capacities(desk, wish))


def go(desk: Desk, wish: Wish, step: WishStep, **given: object) -> None:
    """Take a step: check status, right and what must be given, write the status and the event.

    Raises ``Refused`` when the wish's status or the person's right does not allow it, ``ValueError`` when a caller
    forgot what the step needs.
    """
    WISH_TABLE.take(desk, wish, step, wish_capacities(desk, wish), **given)
