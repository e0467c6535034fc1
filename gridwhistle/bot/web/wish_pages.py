"""What may everybody read on the wish board (心愿墙), as a page and as JSON?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gridwhistle.bot.web.desk import WebDesk
from gridwhistle.services import wish_board, wish_ranking
from gridwhistle.services.clock import CITY_ZONE, in_city
from gridwhistle.services.schema import WishStatus
from gridwhistle.services.wish_board import BoardLine
from gridwhistle.services.wish_lifecycle import ON_BOARD, TAKEN
from gridwhistle.services.wish_ranking import RankedUnit

GROUPS = (
    ("open", ON_BOARD),
    ("taken", TAKEN | {WishStatus.FULFILLED}),
    ("done", frozenset({WishStatus.CONFIRMED})),
)


def wish_routes(desk: WebDesk) -> APIRouter:
    """The public board; masked in the services, so nothing here could tell more."""
    routes = APIRouter()

    @routes.get("/wishes.json")
    def board_json() -> Mapping[str, object]:
        """The board and this month's table, for other programs."""
        lines, units = _read(desk)
        return {
            "wishes": [_json(line) for line in lines],
            "units_this_month": [
                {"rank": one.rank, "unit": one.unit, "name": one.name, "fulfilled": one.fulfilled} for one in units
            ],
        }

    @routes.get("/wishes")
    def board(request: Request) -> HTMLResponse:
        """The board as a page."""
        lines, units = _read(desk)
        language = desk.language(request)
        groups = [
            (name, [_shown(desk, line, language) for line in lines if line.status in statuses])
            for name, statuses in GROUPS
        ]
        return desk.page(request, "wishes.html", groups=groups, units=units)

    return routes


def _read(desk: WebDesk) -> tuple[list[BoardLine], list[RankedUnit]]:
    with desk.app.office.desk() as hands:
        since, until = month_of(hands.now)
        return wish_board.board(hands), wish_ranking.ranking(hands, since, until)


def month_of(now: datetime) -> tuple[datetime, datetime]:
    """The beginning of the city's month and that of the next."""
    first = in_city(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return first.astimezone(CITY_ZONE), following.astimezone(CITY_ZONE)


def _shown(desk: WebDesk, line: BoardLine, language: str) -> Mapping[str, object]:
    def words(key: str, **params: object) -> str:
        return desk.app.texts.text(key, language, params)

    return {
        "number": line.number,
        "who": line.who.name_in(language),
        "what": line.what,
        "by": words("web.day", at=line.wanted_by) if line.wanted_by else words("wish.any_day"),
        "cost": words("wish.cost_line", cost=line.cost),
        "state": line.status,
        "status": words(f"name.wish_status.{line.status}"),
        "units": words("web.wishes.units", units=line.units) if line.units else "",
        "free": words("web.wishes.free", count=line.free_shares) if line.free_shares else "",
    }


def _json(line: BoardLine) -> Mapping[str, object]:
    return {
        "number": line.number,
        "who": line.who.name_in("zh"),
        "what": line.what,
        "wanted_by": line.wanted_by.isoformat() if line.wanted_by else None,
        "status": line.status,
        "units": list(line.units),
        "free_shares": line.free_shares,
    }
