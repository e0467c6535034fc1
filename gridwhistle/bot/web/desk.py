"""Whose page is this, in which language, and how is it drawn?

Without the demo a visitor is an anonymous cookie. In the demo, and there alone, the address bar names the person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gridwhistle.bot.app import Application
from gridwhistle.bot.web import visitor
from gridwhistle.bot.web.problem import Problem
from gridwhistle.services import chats
from gridwhistle.services.desk import SYSTEM, Address, Desk

HERE = Path(__file__).parent
CHANNEL = "web"
PERSONA_FORM = re.compile(r"[a-z0-9-]{1,64}")
LANGUAGES = ("zh", "en")
NO_SESSION, FORBIDDEN, MISSING = 401, 403, 404


class WebDesk:
    """What every page needs: the application, the visitor's address, words and templates."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.demo = app.demo_clock is not None
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
        )

    def address(self, request: Request) -> Address | None:
        """The chat of a request: the demo's person, else the cookie's; ``None`` for neither."""
        persona = request.query_params.get("as")
        if persona is not None:
            return Address(channel=CHANNEL, address=persona) if self.demo and _is_persona(persona) else None
        known = visitor.address_of(request)
        return Address(channel=CHANNEL, address=known) if known is not None else None

    def chat(self, request: Request) -> Address:
        """The chat of a request. Raises ``Problem`` where there is none, or nobody of this name in the demo."""
        where = self.address(request)
        if where is None:
            raise Problem(FORBIDDEN if "as" in request.query_params else NO_SESSION, "web.problem.session")
        if "as" in request.query_params:
            with self.desk_of(where) as known:
                if known is None:
                    raise Problem(MISSING, "web.problem.nobody")
        return where

    @contextmanager
    def desk_of(self, where: Address) -> Iterator[Desk | None]:
        """A desk in the name of a chat's person; ``None`` for a chat that was never heard."""
        with self.app.office.desk() as desk:
            actor = chats.actor_at(desk, where)
            desk.actor = actor or SYSTEM
            yield desk if actor is not None else None

    def language(self, request: Request) -> str:
        """The page's language: asked for in the address, else the browser's first, else Chinese."""
        asked = request.query_params.get("lang")
        if asked in LANGUAGES:
            return asked
        return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"

    def page(self, request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """A page from its template; everything in it is escaped."""
        language = self.language(request)
        words = partial(self._words, language)
        body = self._templates.get_template(template).render(
            t=words, language=language, demo=self.demo, city=self.city, **values
        )
        return HTMLResponse(body, status)

    def script(self, template: str, **values: object) -> str:
        """A script from its template; values go in as JSON."""
        return self._templates.get_template(template).render(**values)

    def script_words(self, language: str) -> dict[str, str]:
        """The words that the page's scripts use, by their keys."""
        prefix = "web.page."
        keys = (key for key in self.app.texts.keys(language) if key.startswith(prefix))
        return {key: self.app.texts.text(key, language, {}) for key in keys}

    @property
    def city(self) -> str:
        """The city's name."""
        return self.app.settings.region_name

    def _words(self, language: str, key: str, **params: object) -> str:
        return self.app.texts.text(key, language, params)


def _is_persona(code: str) -> bool:
    return PERSONA_FORM.fullmatch(code) is not None and not code.startswith(visitor.VISITOR)
