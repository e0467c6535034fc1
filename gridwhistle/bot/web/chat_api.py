"""Which requests does a chat on the page make: look, wait for news, say, press, show a photo, point at a place?"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from gridwhistle.bot.web import view
from gridwhistle.bot.web.desk import COOKIE, COOKIE_FORM, WebDesk
from gridwhistle.bot.web.problems import Problem
from gridwhistle.dialogs.message import Content, Inbound, Photo, Pin, Press, Text
from gridwhistle.services import attachments, chats, memory
from gridwhistle.services.desk import Address

LONGEST_WAIT = 25.0
LOOK_EVERY = 3.0
"""Another process may have written to the chat; nobody rings here then."""
LONGEST_TEXT = 20_000
COOKIE_DAYS = 365
MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]


class _Body(BaseModel):
    """A JSON body; ``id`` is made by the page, so that a repeat acts once."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: MessageId


class MessageBody(_Body):
    """Words."""

    text: str = Field(max_length=LONGEST_TEXT)


class PressBody(_Body):
    """A press of a letter's button."""

    letter: str = Field(max_length=64)
    index: int = Field(ge=0, le=999)


class PinBody(_Body):
    """A position."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)


def chat_routes(desk: WebDesk) -> APIRouter:
    """The chat's requests."""
    routes = APIRouter(prefix="/api")

    @routes.post("/session")
    def open_session(request: Request, response: Response) -> Mapping[str, bool]:
        """Give a visitor without one the cookie of a new chat.

        On a request of the page's own, never on a page: behind a link from elsewhere the strict cookie is not sent,
        and a new one would take the visitor's chat away.
        """
        known = COOKIE_FORM.fullmatch(request.cookies.get(COOKIE, "")) is not None
        if not known:
            response.set_cookie(
                COOKIE,
                secrets.token_urlsafe(32),
                max_age=COOKIE_DAYS * 86_400,
                httponly=True,
                samesite="strict",
                secure=request.url.scheme == "https",
            )
        return {"new": not known}

    @routes.get("/chat")
    async def chat(
        request: Request,
        seen: Annotated[str, Query(max_length=64)] = "",
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, allow_inf_nan=False)] = 0,
    ) -> Mapping[str, object]:
        """The whole chat; with ``seen`` (a version) as soon as it differs, at the latest after ``wait`` seconds."""
        where, language = _where(desk, request), desk.language(request)
        ends = asyncio.get_running_loop().time() + wait
        while True:
            with desk.app.bell.listening(where.address) as rung:
                shown = await asyncio.to_thread(_shown, desk, where, language)
                left = ends - asyncio.get_running_loop().time()
                if shown["version"] != seen or left <= 0 or desk.app.bell.closed or await request.is_disconnected():
                    return shown
                try:
                    async with asyncio.timeout(min(left, LOOK_EVERY)):
                        await rung.wait()
                except TimeoutError:
                    continue

    @routes.post("/messages")
    def say(request: Request, body: MessageBody) -> Mapping[str, bool]:
        """Say something."""
        return _take(desk, request, body.id, Text(text=_clean(body.text)))

    @routes.post("/presses")
    def press(request: Request, body: PressBody) -> Mapping[str, bool]:
        """Press a button; a forged or stale one is answered kindly by the conversation."""
        return _take(desk, request, body.id, Press(letter=_clean(body.letter), index=body.index))

    @routes.post("/pins")
    def pin(request: Request, body: PinBody) -> Mapping[str, bool]:
        """Share a position."""
        return _take(desk, request, body.id, Pin(latitude=body.latitude, longitude=body.longitude))

    @routes.post("/photos")
    def photo(
        request: Request,
        file: UploadFile,
        id: Annotated[str, Form(pattern=r"^[A-Za-z0-9-]{1,64}$")],  # noqa: A002 (the same name as in the other bodies)
        caption: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    ) -> Mapping[str, bool]:
        """Send a photo: cleaned of what names the place and the device before anybody sees it."""
        where = _where(desk, request)
        kept = _keep_photo(desk, where, file.file.read(attachments.LARGEST_BYTES + 1))
        return _take(desk, request, id, Photo(attachments=(kept,), caption=_clean(caption)))

    return routes


def _where(desk: WebDesk, request: Request) -> Address:
    where = desk.address(request)
    if where is None:
        raise Problem(403 if "as" in request.query_params else 401, "web.problem.session")
    if "as" in request.query_params:
        with desk.desk_of(where) as known:
            if known is None:
                raise Problem(404, "web.problem.nobody")
    return where


def _take(desk: WebDesk, request: Request, message_id: str, content: Content) -> Mapping[str, bool]:
    where = _where(desk, request)
    desk.app.take(
        Inbound(
            channel=where.channel,
            address=where.address,
            external_id=message_id,
            received_at=desk.app.office.clock.now(),
            content=content,
        )
    )
    return {"taken": True}


def _keep_photo(desk: WebDesk, where: Address, raw: bytes) -> str:
    photo = attachments.clean_photo(raw)
    office = desk.app.office
    attachments.keep_file(office.files, photo)
    with office.desk() as hands:
        # A visitor's first message may be a photo: the chat's person is made here then.
        actor, _ = memory.recall(hands.session, hands.region, where, hands.now)
        return attachments.enter(replace(hands, actor=actor), photo)


def _clean(text: str) -> str:
    """The text as every store can keep it: no NUL, no half characters."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")


def _shown(desk: WebDesk, where: Address, language: str) -> Mapping[str, object]:
    with desk.app.office.desk() as hands:
        found = view.bubbles(chats.letters(hands, where), chats.lines(hands, where))
    body = [_bubble(desk, bubble, language) for bubble in found]
    version = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
    return {"version": version, "bubbles": body}


def _bubble(desk: WebDesk, bubble: view.Bubble, language: str) -> Mapping[str, object]:
    texts = desk.app.texts
    return {
        "id": bubble.id,
        "mine": bubble.mine,
        "kind": bubble.kind,
        "text": bubble.text or _stand_in(desk, bubble, language),
        "day": texts.text("web.day", language, {"at": bubble.at}),
        "time": texts.text("web.time", language, {"at": bubble.at}),
        "photos": bubble.photos,
        "buttons": [{"label": one.label, "live": one.live, "pressed": one.pressed} for one in bubble.buttons],
        "card": bubble.card,
    }


def _stand_in(desk: WebDesk, bubble: view.Bubble, language: str) -> str:
    keys = {"pin": "web.sent_pin", "press": "web.sent_press", "unsupported": "web.sent_other"}
    return desk.app.texts.text(keys[bubble.kind], language, {}) if bubble.kind in keys else ""
