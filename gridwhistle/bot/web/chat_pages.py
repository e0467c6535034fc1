"""Where does one chat: on the chat's own page, with scripts or without, and in a frame on the city's site?

Every page comes with the chat in it and is a plain form; the scripts only make it livelier.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from gridwhistle.bot.web import reading, visitor
from gridwhistle.bot.web.desk import CHANNEL, WebDesk
from gridwhistle.bot.web.problem import Problem
from gridwhistle.services.desk import Address

INVITE_FORM = re.compile(r"[A-Za-z0-9]{1,32}")
CHAT, FRAME = "/chat", "/chat/frame"
EXAMPLES = ("web.page.example_1", "web.page.example_2", "web.page.example_3")
MISSING, SEE_OTHER = 404, 303


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatView:
    """What the templates need to draw a chat."""

    words: Mapping[str, str]
    examples: Sequence[str]
    shown: Sequence[Mapping[str, object]]
    query: str
    large: bool
    join: str = ""
    parents: str = ""

    def new_id(self) -> str:
        """The name of a message that a form of the page will send."""
        return uuid.uuid4().hex


def chat_page_routes(desk: WebDesk) -> APIRouter:
    """The pages with a chat."""
    routes = APIRouter()

    @routes.get("/")
    def home(request: Request) -> Response:
        """The demo's two panes; without the demo the visitor's chat."""
        if not desk.demo:
            return chat(request)
        return desk.page(request, "demo.html", view=_view(desk, request, shown=()))

    @routes.get(CHAT)
    def chat(request: Request, join: str = "") -> Response:
        """A visitor's chat; ``join`` offers to bind it with an invite code."""
        if join and not INVITE_FORM.fullmatch(join):
            raise Problem(MISSING, "web.problem.missing")
        return desk.page(request, "chat.html", view=_view(desk, request, join=join.upper()))

    @routes.get(FRAME)
    def framed(request: Request) -> Response:
        """The same in a frame on a site of the city (``templates/widget.js`` makes it, so there are scripts)."""
        view = _view(desk, request, shown=(), parents=desk.app.settings.chat_parents)
        return desk.page(request, "chat.html", view=view)

    @routes.get("/join/{code}")
    def join(code: str) -> RedirectResponse:
        """A worker's invite link.

        It binds nothing by itself: a messenger's preview that follows the link must not use the code up.
        """
        if not INVITE_FORM.fullmatch(code):
            raise Problem(MISSING, "web.problem.missing")
        return RedirectResponse(f"{CHAT}?join={code}", SEE_OTHER)

    return routes


def query_of(desk: WebDesk, request: Request) -> str:
    """What the next page has to know: the language, and whether the print is large."""
    return urlencode({"lang": desk.language(request)} | ({"print": "large"} if _is_large(request) else {}))


def _view(
    desk: WebDesk,
    request: Request,
    *,
    shown: Sequence[Mapping[str, object]] | None = None,
    join: str = "",
    parents: str = "",
) -> ChatView:
    language = desk.language(request)
    return ChatView(
        words=desk.script_words(language),
        examples=[desk.app.texts.text(key, language, {}) for key in EXAMPLES],
        shown=_visitors(desk, request) if shown is None else shown,
        query=query_of(desk, request),
        large=_is_large(request),
        join=join,
        parents=parents,
    )


def _visitors(desk: WebDesk, request: Request) -> Sequence[Mapping[str, object]]:
    known = visitor.address_of(request)
    if known is None:
        return ()
    return reading.read(desk, Address(channel=CHANNEL, address=known), desk.language(request)).bubbles


def _is_large(request: Request) -> bool:
    return request.query_params.get("print") == "large"
