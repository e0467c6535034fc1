"""How does somebody chat whose browser runs no scripts: a form, an answer, a page that can be loaded again?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from gridwhistle.bot.web import visitor
from gridwhistle.bot.web.chat_pages import CHAT, SEE_OTHER, query_of
from gridwhistle.bot.web.desk import CHANNEL, WebDesk
from gridwhistle.bot.web.saying import ID_FORM, LONGEST_TEXT, Mouth, Speaker, clean
from gridwhistle.bot.web.turnstile import network_of
from gridwhistle.dialogs.message import Press, Text
from gridwhistle.services.desk import Address

PRESS_FORM = r"^([0-9a-f]{1,64}:[0-9]{1,3})?$"


def chat_form_routes(desk: WebDesk, mouth: Mouth) -> APIRouter:
    """What the plain form sends."""
    routes = APIRouter()

    @routes.post(CHAT)
    def send(
        request: Request,
        id: Annotated[str, Form(pattern=ID_FORM)],  # noqa: A002 (the same name as in the scripts' bodies)
        text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
        say: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
        press: Annotated[str, Form(pattern=PRESS_FORM)] = "",
        photo: UploadFile | None = None,
    ) -> Response:
        """Say it, then show the page again, so that a reload repeats nothing."""
        answer = RedirectResponse(f"{CHAT}?{query_of(desk, request)}#newest", SEE_OTHER)
        known = visitor.address_of(request) or visitor.begin(request, answer)
        speaker = Speaker(where=Address(channel=CHANNEL, address=known), network=network_of(request))
        words = clean(say or text.strip())
        if photo is not None and photo.filename:
            mouth.show(speaker, id, photo.file, words)
        elif press:
            letter, _, index = press.partition(":")
            mouth.say(speaker, id, Press(letter=letter, index=int(index)))
        elif words:
            mouth.say(speaker, id, Text(text=words))
        return answer

    return routes
