"""Which requests does a worker's desk make: the list, a ticket with its history, a photo?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridwhistle.bot.web.desk import WebDesk
from gridwhistle.bot.web.problem import Problem
from gridwhistle.bot.web.span import left
from gridwhistle.dialogs.texts import Texts
from gridwhistle.services import attachments, dossier, worklists
from gridwhistle.services.dossier import Dossier, HistoryLine
from gridwhistle.services.photos import Taken
from gridwhistle.services.recordings import SUFFIXES
from gridwhistle.services.schema import Attachment, WhistleState
from gridwhistle.services.worklists import WorkItem

MISSING = 404


def desk_routes(desk: WebDesk) -> APIRouter:
    """The desk's requests."""
    routes = APIRouter()

    @routes.get("/api/desk")
    def work(request: Request) -> Mapping[str, object]:
        """What lies on the desk of the page's person."""
        language = desk.language(request)
        where = desk.address(request)
        if where is None:
            return {"items": []}
        with desk.desk_of(where) as hands:
            items = worklists.of_desk(hands) if hands is not None else []
        return {"items": [_item(desk, item, language) for item in items]}

    @routes.get("/api/tickets/{ticket_id}")
    def ticket(request: Request, ticket_id: str) -> Mapping[str, object]:
        """A ticket as far as the page's person may see it."""
        where = desk.address(request)
        if where is None:
            raise Problem(MISSING, "web.problem.missing")
        with desk.desk_of(where) as hands:
            found = dossier.read(hands, ticket_id) if hands is not None else None
        if found is None:
            raise Problem(MISSING, "web.problem.missing")
        return _dossier(desk, found, desk.language(request))

    @routes.get("/photos/{attachment_id}")
    def photo(request: Request, attachment_id: str) -> Response:
        """A photo to look at, a recording to fetch, for those alone whose business it is."""
        where = desk.address(request)
        if where is None:
            raise Problem(MISSING, "web.problem.missing")
        with desk.desk_of(where) as hands:
            row = attachments.find(hands.session, hands.region, attachment_id) if hands is not None else None
            if hands is None or row is None or not dossier.may_see_photo(hands, row):
                raise Problem(MISSING, "web.problem.missing")
        # Outside of the transaction: a bucket may take its time.
        body = attachments.body_of(desk.app.office.files, row)
        if body is None:
            raise Problem(MISSING, "web.problem.missing")
        return Response(body, media_type=row.media_type, headers=_headers(row))

    return routes


def _headers(row: Attachment) -> dict[str, str]:
    """A recording is only saved: what somebody else sent, as it came, is never opened under the site's own name."""
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    if row.kind != "photo":
        name = f"{row.kind}-{row.id}.{SUFFIXES[row.media_type]}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return headers


def _item(desk: WebDesk, item: WorkItem, language: str) -> Mapping[str, object]:
    now = desk.app.office.clock.now()
    return {
        "kind": item.kind,
        "kind_name": desk.app.texts.text(f"web.work.{item.kind}", language, {}),
        "ticket": item.ticket_id,
        "number": item.number,
        "matter": item.matter.name_in(language),
        "place": item.place,
        "state": item.state,
        "state_name": _state(desk, item.state, language),
        "urgent": item.urgent,
        "left": left(desk.app.texts, language, now, item.due),
        "overdue": item.due < now,
        "soon": item.due < now + worklists.SOON,
        "card": item.card,
    }


def _dossier(desk: WebDesk, found: Dossier, language: str) -> Mapping[str, object]:
    def words(key: str, **params: object) -> str:
        return desk.app.texts.text(key, language, params)

    return {
        "number": found.number,
        "matter": found.matter.name_in(language),
        "status": found.status,
        "status_name": _state(desk, found.status, language),
        "place": found.place,
        "words": found.words,
        "masked": found.masked,
        "grid": found.grid,
        "handler": found.handler,
        "opened": words("web.minute", at=found.opened_at),
        "due": words("web.minute", at=found.due),
        "result": found.result,
        "photos": found.photos,
        "recordings": [{"id": one, "name": words(f"name.recording.{kind}")} for one, kind in found.recordings],
        "sound": found.sound,
        "lines": [_line(desk, line, language) for line in found.lines],
    }


def _line(desk: WebDesk, line: HistoryLine, language: str) -> Mapping[str, str]:
    texts = desk.app.texts
    key = f"event.{line.kind}"
    who = line.who or texts.text("web.who.resident" if line.by_resident else "web.who.system", language, {})
    params = {**line.data, "who": who, "to": line.to, "unit": line.unit}
    known = key if key in texts.keys(language) else "event.other"
    return {
        "at": texts.text("web.minute", language, {"at": line.at}),
        "kind": line.kind,
        "text": texts.text(known, language, params),
        "note": line.note or (_taken(texts, line.taken, language) if line.taken else ""),
    }


def _taken(texts: Texts, taken: Taken, language: str) -> str:
    """“拍摄于11月23日 08:41；位置 47.2500, 132.0300”, of what the camera wrote."""
    parts = []
    if taken.at is not None:
        parts.append(texts.text("web.taken.at", language, {"at": texts.text("web.minute", language, {"at": taken.at})}))
    if taken.latitude is not None:
        where = {"latitude": f"{taken.latitude:.4f}", "longitude": f"{taken.longitude:.4f}"}
        parts.append(texts.text("web.taken.where", language, where))
    return " · ".join(parts)


def _state(desk: WebDesk, state: StrEnum, language: str) -> str:
    kind = "whistle_state" if isinstance(state, WhistleState) else "status"
    return desk.app.texts.text(f"name.{kind}.{state}", language, {})
