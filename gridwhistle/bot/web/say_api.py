"""What can a person do in a chat on the page: say, press, show a photo, point at a place?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from gridwhistle.bot.web.desk import WebDesk
from gridwhistle.dialogs.message import Content, Inbound, Photo, Pin, Press, Text
from gridwhistle.services import attachments, memory
from gridwhistle.services.desk import Address
from gridwhistle.services.photos import LARGEST_BYTES, clean_photo

LONGEST_TEXT = 20_000
ID_FORM = r"^[A-Za-z0-9-]{1,64}$"
MessageId = Annotated[str, Field(pattern=ID_FORM)]


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


def say_routes(desk: WebDesk) -> APIRouter:
    """The requests that act in a chat."""
    routes = APIRouter(prefix="/api")

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
        id: Annotated[str, Form(pattern=ID_FORM)],  # noqa: A002 (the same name as in the other bodies)
        caption: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    ) -> Mapping[str, bool]:
        """Send a photo: cleaned of what names the place and the device before anybody sees it."""
        where = desk.chat(request)
        kept = _keep_photo(desk, where, file.file.read(LARGEST_BYTES + 1))
        return _take(desk, request, id, Photo(attachments=(kept,), caption=_clean(caption)))

    return routes


def _take(desk: WebDesk, request: Request, message_id: str, content: Content) -> Mapping[str, bool]:
    where = desk.chat(request)
    desk.app.accept(
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
    photo = clean_photo(raw)
    office = desk.app.office
    attachments.keep_file(office.files, photo)
    with office.desk() as hands:
        # A visitor's first message may be a photo: the chat's person is made here then.
        actor, _ = memory.recall(hands.session, hands.region, where, hands.now)
        return attachments.enter(replace(hands, actor=actor), photo)


def _clean(text: str) -> str:
    """The text as every store can keep it: no NUL, no half characters."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")
