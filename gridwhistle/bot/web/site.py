"""Which pages does the server have, and how are they put together?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from gridwhistle.bot.app import Application
from gridwhistle.bot.metrics import CONTENT_TYPE
from gridwhistle.bot.platforms import Platform
from gridwhistle.bot.web.chat_api import chat_routes
from gridwhistle.bot.web.chat_form import chat_form_routes
from gridwhistle.bot.web.chat_pages import chat_page_routes
from gridwhistle.bot.web.demo_api import demo_routes
from gridwhistle.bot.web.desk import HERE, WebDesk
from gridwhistle.bot.web.desk_api import desk_routes
from gridwhistle.bot.web.guard import Guard
from gridwhistle.bot.web.ledger_pages import ledger_routes
from gridwhistle.bot.web.life import life
from gridwhistle.bot.web.lookout import keep_looking
from gridwhistle.bot.web.policy import Policy
from gridwhistle.bot.web.problems import by_status, handle_problems
from gridwhistle.bot.web.say_api import say_routes
from gridwhistle.bot.web.saying import Mouth
from gridwhistle.bot.web.turnstile import Turnstile
from gridwhistle.bot.web.widget import widget_routes
from gridwhistle.bot.web.wish_pages import wish_routes
from gridwhistle.services.reference import version_of

NOT_READY = 503


def build_site(
    app: Application, *, ticking: bool = True, timers: bool = True, platforms: Sequence[Platform] = ()
) -> FastAPI:
    """The site over a wired application; ``ticking`` sends letters in this process, with ``timers`` runs them too.

    ``platforms`` are open already; they push to routes of the site, and receive while it is up.
    """
    desk = WebDesk(app)

    @asynccontextmanager
    async def lifespan(_site: FastAPI) -> AsyncIterator[None]:
        async with life(app, platforms, ticking=ticking, timers=timers):
            looking = asyncio.create_task(keep_looking(desk))
            yield
            looking.cancel()

    site = FastAPI(title="GridWhistle", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    site.add_middleware(Guard, refuse=partial(by_status, desk), policy=Policy(app.settings.chat_parents))
    handle_problems(site, desk)
    turnstile = Turnstile()
    mouth = Mouth(app, turnstile)
    site.include_router(chat_page_routes(desk))
    site.include_router(chat_form_routes(desk, mouth))
    site.include_router(chat_routes(desk, turnstile))
    site.include_router(say_routes(desk, mouth))
    site.include_router(widget_routes(desk))
    site.include_router(desk_routes(desk))
    site.include_router(ledger_routes(desk))
    site.include_router(wish_routes(desk))
    if desk.demo:
        site.include_router(demo_routes(desk))
    for platform in platforms:
        if (routes := platform.routes()) is not None:
            site.include_router(routes)
    site.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    add_health(site, app)

    @site.get("/favicon.ico", include_in_schema=False)
    def icon() -> HTMLResponse:
        """The page names its own icon."""
        return HTMLResponse(status_code=204)

    return site


def add_health(site: FastAPI, app: Application) -> None:
    """Let a machine ask whether the process answers and can work."""

    @site.get("/healthz")
    def alive() -> Mapping[str, object]:
        """The process answers; ``silent`` names servers of the understanding that it goes on without."""
        return {"status": "ok", "understanding": {"silent": app.understanding.silent}}

    @site.get("/metrics")
    def figures() -> Response:
        """Prometheus' figures of this process, and of what waits in the store."""
        return Response(app.metrics.text(), media_type=CONTENT_TYPE)

    @site.get("/readyz")
    def ready() -> JSONResponse:
        """The store answers and holds the region."""
        try:
            with app.office.desk() as desk:
                version_of(desk.session, desk.region)
            return JSONResponse({"status": "ok"})
        except Exception as error:  # noqa: BLE001 (whatever it is: not ready)
            return JSONResponse({"status": "not ready", "cause": type(error).__name__}, NOT_READY)
