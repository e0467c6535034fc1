"""`gridwhistle serve`: how do the pages and the scheduler come up?"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType
from typing import Annotated, TypeAlias

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console

from gridwhistle.bot.app import Application, build, settle_memory, web_channels
from gridwhistle.bot.commands.opening import (
    open_demo_city,
    open_platforms,
    open_store,
    read_settings,
    require_examples,
)
from gridwhistle.bot.platforms import Platform
from gridwhistle.bot.settings import Settings
from gridwhistle.bot.web.bell import Bell
from gridwhistle.bot.web.site import build_site
from gridwhistle.scheduler.channel import Channel
from gridwhistle.services.region import found_region, require_region
from gridwhistle.services.store import Store

GRACE_SECONDS = 5
CHATTY = ("uvicorn", "apscheduler", "alembic")
"""Libraries that tell of every tick; their warnings are enough."""


WithoutScheduler: TypeAlias = Annotated[
    bool, typer.Option("--without-scheduler", help="Run no timers here: `gridwhistle scheduler` processes do.")
]


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("serve")(serve)


def serve(
    *,
    demo: Annotated[
        bool | None, typer.Option("--demo/--no-demo", help="Play the demo city: personas and a clock that moves.")
    ] = None,
    without_scheduler: WithoutScheduler = False,
) -> None:
    """Serve the pages and run what is due, until Ctrl+C."""
    settings = read_settings()
    if demo is not None:
        settings = settings.model_copy(update={"demo": demo})
    require_examples(settings)
    quieten()
    console = Console(stderr=True)
    with open_store(settings) as store, open_platforms(settings) as platforms:
        prepare_store(settings, store, console)
        app = open_application(settings, store, console, channels=partial(all_channels, platforms))
        for platform in platforms:
            platform.open(app.office, app.concerns, app.intake.wake)
        Server(settings, app, console, build_site(app, timers=not without_scheduler, platforms=platforms)).run()


def quieten() -> None:
    """Let the libraries that tell of every tick tell their warnings only."""
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def all_channels(platforms: Sequence[Platform], bell: Bell) -> tuple[Channel, ...]:
    """The page's channel and those of the platforms."""
    return (*web_channels(bell), *(platform.channel for platform in platforms))


def prepare_store(settings: Settings, store: Store, console: Console) -> None:
    """Bring the store to this release's form; in demo mode with the demo city in it.

    Raises ``StoreUnavailable`` for a store that nobody has initialised, and in demo mode ``NotADemo`` for one that
    holds a real city: its people must not be played.
    """
    if not settings.demo:
        require_region(store, settings.region)
        store.migrate()
        return
    console.print(f"Setting up the demo city {settings.region_name} …")
    found_region(store, settings.region, settings.region_name)
    open_demo_city(settings, store)


def open_application(
    settings: Settings,
    store: Store,
    console: Console,
    channels: Callable[[Bell], Sequence[Channel]] = web_channels,
) -> Application:
    """Wire the application, and say what takes so long at the first start."""
    console.print("Loading the understanding (at the first start it is trained: half a minute) …")
    app = build(settings, store, channels=channels)
    settle_memory()
    app.open_by_day()
    return app


class Server(uvicorn.Server):
    """Uvicorn that tells where it listens, and lets go of waiting pages when it stops."""

    def __init__(self, settings: Settings, app: Application, console: Console, site: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                site,
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._app = app
        self._console = console

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Open the port and say where."""
        await super().startup(sockets)  # type: ignore[arg-type]
        for server in self.servers:
            for socket in server.sockets:
                host, port = socket.getsockname()[:2]
                self._console.print(f"GridWhistle 网格哨: http://{host}:{port}", highlight=False)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop: pages that wait for news would hold the server up."""
        self._app.bell.close()
        super().handle_exit(signal.Signals(sig), frame)
