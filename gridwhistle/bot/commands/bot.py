"""`gridwhistle bot`: how does a process come up that talks with people on other platforms, without any page?"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TypeAlias

import typer
from fastapi import FastAPI
from rich.console import Console

from gridwhistle.bot.app import Application
from gridwhistle.bot.commands.opening import UserMistake, open_platforms, open_store, read_settings, require_examples
from gridwhistle.bot.commands.serve import Server, WithoutScheduler, open_application, prepare_store, quieten
from gridwhistle.bot.platforms import Platform
from gridwhistle.bot.settings import Settings
from gridwhistle.bot.web.life import life
from gridwhistle.bot.web.site import add_health

Living: TypeAlias = Callable[[], AbstractAsyncContextManager[None]]


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("bot")(bot)


def bot(*, without_scheduler: WithoutScheduler = False) -> None:
    """Talk with people on Telegram, WeCom and WeChat, until Ctrl+C. As many of these as one likes work on one store.

    Where the platform pushes, its messages are taken on GRIDWHISTLE_HOST and GRIDWHISTLE_PORT.
    """
    settings = read_settings()
    require_examples(settings)
    quieten()
    console = Console(stderr=True)
    with open_store(settings) as store, open_platforms(settings) as platforms:
        if not platforms:
            raise UserMistake("no platform to talk on: docs/channels.md says which settings each wants")
        prepare_store(settings, store, console)
        app = open_application(settings, store, console, lambda _bell: [one.channel for one in platforms])
        for platform in platforms:
            platform.open(app.office, app.concerns, app.intake.wake)
        living = partial(life, app, platforms, timers=not without_scheduler)
        site = _site(app, platforms, living)
        if site is not None:
            Server(settings, app, console, site).run()
        else:
            asyncio.run(_receive(settings, living, console))


def _site(app: Application, platforms: Sequence[Platform], living: Living) -> FastAPI | None:
    """What platforms push to; ``None`` where all are asked instead."""
    routes = [routes for platform in platforms if (routes := platform.routes()) is not None]
    if not routes:
        return None
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lambda _site: living())
    for one in routes:
        site.include_router(one)
    add_health(site, app)
    return site


async def _receive(settings: Settings, living: Living, console: Console) -> None:
    stopped = asyncio.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(kind, stopped.set)
    async with living():
        console.print(f"GridWhistle 网格哨: {settings.region_name}, receiving", highlight=False)
        await stopped.wait()
