"""What hangs on the wish board, for everybody to read and for members to claim?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from gridwhistle.services.desk import Desk
from gridwhistle.services.rules import WISH_SHARES_AT_MOST
from gridwhistle.services.schema import ClaimState, Wish, WishClaim, WishStatus
from gridwhistle.services.wish_cards import Worded, cost_line, wisher_line
from gridwhistle.services.wish_lifecycle import LIVE_CLAIMS, ON_BOARD, TAKEN
from gridwhistle.services.wish_units import party_name

SHOWN = (*sorted(ON_BOARD), *sorted(TAKEN), WishStatus.FULFILLED, WishStatus.CONFIRMED)
FAR = date.max


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardLine:
    """One wish as everybody may read it: no name, no number, no door, and no photo."""

    number: str
    who: Worded
    what: str
    wanted_by: date | None
    cost: object
    status: WishStatus
    units: tuple[str, ...]
    """Who has taken it on."""
    free_shares: int
    """How many may still join a group claim."""


def open_wishes(desk: Desk, limit: int = 50) -> list[Wish]:
    """The wishes that can be claimed or joined, those of the own grid's community first, then the soonest wanted."""
    own = desk.city.community_of(desk.actor.grid or "")
    found = [wish for wish in _wishes(desk, (*ON_BOARD, WishStatus.CLAIMED)) if _is_free(desk, wish)]
    found.sort(key=lambda wish: (desk.city.community_of(wish.grid) is not own, wish.wanted_by or FAR, wish.id))
    return found[:limit]


def board(desk: Desk, limit: int = 100) -> list[BoardLine]:
    """Everything that hangs on the board: what waits, the soonest wanted first, then what is under way, then done."""
    order = {status: at for at, status in enumerate(SHOWN)}
    found = _wishes(desk, SHOWN)
    found.sort(
        key=lambda wish: (
            wish.status not in ON_BOARD and order[wish.status],
            wish.wanted_by or FAR if wish.status in ON_BOARD else FAR,
            wish.id,
        )
    )
    return [_line(desk, wish) for wish in found[:limit]]


def claims_of(desk: Desk, wish: Wish) -> list[WishClaim]:
    """All claims of a wish's present round, the first first."""
    return list(
        desk.session.scalars(
            select(WishClaim)
            .where(WishClaim.region == desk.region, WishClaim.wish_id == wish.id, WishClaim.round == wish.round)
            .order_by(WishClaim.share)
        )
    )


def _wishes(desk: Desk, statuses: tuple[WishStatus, ...]) -> list[Wish]:
    return list(
        desk.session.scalars(
            select(Wish).where(Wish.region == desk.region, Wish.status.in_(statuses)).order_by(Wish.id)
        )
    )


def _is_free(desk: Desk, wish: Wish) -> bool:
    return wish.status in ON_BOARD or _free_shares(desk, wish) > 0


def _free_shares(desk: Desk, wish: Wish) -> int:
    if wish.status is not WishStatus.CLAIMED or not wish.shared:
        return 0
    return WISH_SHARES_AT_MOST - sum(one.state in LIVE_CLAIMS for one in claims_of(desk, wish))


def _line(desk: Desk, wish: Wish) -> BoardLine:
    claims = [one for one in claims_of(desk, wish) if one.state in (*LIVE_CLAIMS, ClaimState.DONE)]
    return BoardLine(
        number=wish.number,
        who=wisher_line(desk, wish),
        what=wish.what,
        wanted_by=wish.wanted_by,
        cost=cost_line(desk, wish.cost),
        status=wish.status,
        units=tuple(dict.fromkeys(party_name(desk.city, one.unit) for one in claims)),
        free_shares=_free_shares(desk, wish),
    )
