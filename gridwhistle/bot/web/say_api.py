"""What can the scripts of a page do in a chat: say, press, show a photo, point at a place?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from gridwhistle.bot.web.desk import WebDesk
from gridwhistle.bot.web.saying import ID_FORM, LONGEST_TEXT, Mouth, Speaker, clean
from gridwhistle.bot.web.turnstile import network_of
from gridwhistle.dialogs.message import Pin, Press, Text

MessageId = Annotated[str, Field(pattern=ID_FORM)]
TAKEN = {"taken": True}


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


def say_routes(desk: WebDesk, mouth: Mouth) -> APIRouter:
    """The requests that act in a chat."""
    routes = APIRouter(prefix="/api")

    def speaker(request: Request) -> Speaker:
        return Speaker(where=desk.chat(request), network=network_of(request))

    @routes.post("/messages")
    def say(request: Request, body: MessageBody) -> Mapping[str, bool]:
        """Say something."""
        mouth.say(speaker(request), body.id, Text(text=clean(body.text)))
        return TAKEN

    @routes.post("/presses")
    def press(request: Request, body: PressBody) -> Mapping[str, bool]:
        """Press a button; a forged or stale one is answered kindly by the conversation."""
        mouth.say(speaker(request), body.id, Press(letter=clean(body.letter), index=body.index))
        return TAKEN

    @routes.post("/pins")
    def pin(request: Request, body: PinBody) -> Mapping[str, bool]:
        """Share a position."""
        mouth.say(speaker(request), body.id, Pin(latitude=body.latitude, longitude=body.longitude))
        return TAKEN

    @routes.post("/photos")
    def photo(
        request: Request,
        file: UploadFile,
        id: Annotated[str, Form(pattern=ID_FORM)],  # noqa: A002 (the same name as in the other bodies)
        caption: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    ) -> Mapping[str, bool]:
        """Send a photo."""
        mouth.show(speaker(request), id, file.file, clean(caption))
        return TAKEN

    return routes
