"""What may everybody read (一事一公开), as pages and as JSON?"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gridwhistle.bot.web.desk import WebDesk
from gridwhistle.bot.web.problem import Problem
from gridwhistle.services import ledger
from gridwhistle.services.ledger import LedgerPage

MISSING = 404


def ledger_routes(desk: WebDesk) -> APIRouter:
    """The public pages."""
    routes = APIRouter()

    @routes.get("/ledger.json")
    def newest_json() -> Mapping[str, object]:
        """The newest public tickets, for other programs."""
        return {"tickets": [_json(page) for page in _recent(desk)]}

    @routes.get("/ledger")
    def newest(request: Request) -> HTMLResponse:
        """The newest public tickets."""
        language = desk.language(request)
        return desk.page(request, "ledger.html", pages=[_shown(desk, page, language) for page in _recent(desk)])

    @routes.get("/ledger/{number}.json")
    def one_json(number: str) -> Mapping[str, object]:
        """One ticket, for other programs."""
        return _json(_page(desk, number))

    @routes.get("/ledger/{number}")
    def one(request: Request, number: str) -> HTMLResponse:
        """One ticket."""
        page = _shown(desk, _page(desk, number), desk.language(request))
        return desk.page(request, "ledger_ticket.html", page=page)

    return routes


def _recent(desk: WebDesk) -> list[LedgerPage]:
    with desk.app.office.desk() as hands:
        return ledger.recent(hands)


def _page(desk: WebDesk, number: str) -> LedgerPage:
    with desk.app.office.desk() as hands:
        page = ledger.page(hands, number)
    if page is None:
        raise Problem(MISSING, "web.problem.no_ledger")
    return page


def _shown(desk: WebDesk, page: LedgerPage, language: str) -> Mapping[str, object]:
    def words(key: str, **params: object) -> str:
        return desk.app.texts.text(key, language, params)

    return {
        "number": page.number,
        "matter": page.matter.name_in(language),
        "category": words(f"name.category.{page.category}"),
        "place": page.place,
        "grid": page.grid,
        "responsible": page.responsible,
        "state": page.status,
        "status": words(f"name.status.{page.status}"),
        "opened": words("web.minute", at=page.opened_at),
        "promised": words("web.minute", at=page.promised_at),
        "result": page.result,
        "steps": [
            {
                "at": words("web.minute", at=line.at),
                "kind": line.kind,
                "text": words(f"web.step.{line.kind}", unit=line.unit),
            }
            for line in page.lines
        ],
    }


def _json(page: LedgerPage) -> Mapping[str, object]:
    return {
        "number": page.number,
        "matter": page.matter.name,
        "category": page.category,
        "place": page.place,
        "grid": page.grid,
        "responsible": page.responsible,
        "status": page.status,
        "opened_at": page.opened_at.isoformat(),
        "promised_at": page.promised_at.isoformat(),
        "result": page.result,
        "steps": [{"at": line.at.isoformat(), "kind": line.kind, "unit": line.unit} for line in page.lines],
    }
