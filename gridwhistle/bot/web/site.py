"""Which pages does the server have, and how are they put together?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from gridwhistle.bot.app import Application
from gridwhistle.bot.web.chat_api import chat_routes
from gridwhistle.bot.web.demo_api import demo_routes
from gridwhistle.bot.web.desk import HERE, WebDesk
from gridwhistle.bot.web.desk_api import desk_routes
from gridwhistle.bot.web.guard import Guard
from gridwhistle.bot.web.ledger_pages import ledger_routes
from gridwhistle.bot.web.problem import Problem
from gridwhistle.bot.web.problems import by_status, handle_problems
from gridwhistle.bot.web.say_api import say_routes
from gridwhistle.bot.web.wish_pages import wish_routes
from gridwhistle.services.reference import version_of

INVITE_FORM = re.compile(r"[A-Za-z0-9]{1,32}")
NOT_READY = 503


def build_site(app: Application, *, ticking: bool = True, timers: bool = True) -> FastAPI:
    """The site over a wired application; ``ticking`` sends letters in this process, with ``timers`` runs them too."""
    desk = WebDesk(app)

    @asynccontextmanager
    async def lifespan(_site: FastAPI) -> AsyncIterator[None]:
        work = ExitStack()
        if ticking:
            work.enter_context(app.working(timers=timers))
        yield
        app.bell.close()
        # Waits for what is under way; on the event loop that would wait for this.
        await asyncio.to_thread(work.close)

    site = FastAPI(title="GridWhistle", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    site.add_middleware(Guard, refuse=partial(by_status, desk))
    handle_problems(site, desk)
    site.include_router(chat_routes(desk))
    site.include_router(say_routes(desk))
    site.include_router(desk_routes(desk))
    site.include_router(ledger_routes(desk))
    site.include_router(wish_routes(desk))
    if desk.demo:
        site.include_router(demo_routes(desk))
    site.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    _pages(site, desk)
    _health(site, app)
    return site


def _pages(site: FastAPI, desk: WebDesk) -> None:
    @site.get("/")
    def home(request: Request) -> Response:
        """The demo's two panes; without the demo the visitor's chat."""
        if not desk.demo:
            return chat(request)
        return desk.page(request, "demo.html", words=desk.script_words(desk.language(request)))

    @site.get("/chat")
    def chat(request: Request, join: str = "") -> Response:
        """A visitor's chat; ``join`` offers to bind it with an invite code."""
        if join and not INVITE_FORM.fullmatch(join):
            raise Problem(404, "web.problem.missing")
        return desk.page(request, "chat.html", words=desk.script_words(desk.language(request)), join=join.upper())

    @site.get("/join/{code}")
    def join(code: str) -> RedirectResponse:
        """A worker's invite link.

        It binds nothing by itself: a messenger's preview that follows the link must not use the code up.
        """
        if not INVITE_FORM.fullmatch(code):
            raise Problem(404, "web.problem.missing")
        return RedirectResponse(f"/chat?join={code}", 303)

    @site.get("/favicon.ico", include_in_schema=False)
    def icon() -> HTMLResponse:
        """The page names its own icon."""
        return HTMLResponse(status_code=204)


def _health(site: FastAPI, app: Application) -> None:
    @site.get("/healthz")
    def alive() -> Mapping[str, object]:
        """The process answers; ``silent`` names servers of the understanding that it goes on without."""
        return {"status": "ok", "understanding": {"silent": app.understanding.silent}}

    @site.get("/readyz")
    def ready() -> JSONResponse:
        """The store answers and holds the region."""
        try:
            with app.office.desk() as desk:
                version_of(desk.session, desk.region)
            return JSONResponse({"status": "ok"})
        except Exception as error:  # noqa: BLE001 (whatever it is: not ready)
            return JSONResponse({"status": "not ready", "cause": type(error).__name__}, NOT_READY)
