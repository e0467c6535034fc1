"""How does a process of the city come up that is going to be killed?

By the product's own commands. From outside they get points to be killed at, everybody's clock, and an understanding of
exactly what the people here say.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gridwhistle.bot import app
from gridwhistle.bot.channels.telegram.service import TelegramService
from gridwhistle.bot.commands import bot, opening, scheduler, serve
from gridwhistle.bot.logs import set_up_logs
from gridwhistle.bot.settings import LogLevel, Settings
from gridwhistle.services.clock import SystemClock

from .clock import CityClock
from .points import Fuse, franked, noted, wire
from .speech import Speech
from .standin import TOKEN

BOT, SCHEDULER = "bot", "scheduler"


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """What a process is, from its start to its kill."""

    role: str
    folder: Path
    name: str
    database_url: str
    port: int
    point: str | None = None
    times: int = 1

    @property
    def clock(self) -> Path:
        """The file by which all clocks of the city go."""
        return self.folder / "clock"

    @property
    def scene(self) -> Path:
        """Where the process writes at which point it dies."""
        return self.folder / "scenes" / self.name


def live(life: Life) -> None:
    """Work until killed."""
    out = os.open(life.folder / f"{life.role}.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(out, stream)
    settings = Settings(
        database_url=life.database_url,
        files_dir=life.folder / "files",
        log_level=LogLevel.WARNING,
        telegram_token=TOKEN,
        telegram_api_base=f"http://127.0.0.1:{life.port}",
    )
    set_up_logs(level=settings.log_level, as_json=True)
    fuse = Fuse(life.point, life.times, life.scene)
    wire(fuse)
    _lend(life, settings, fuse)
    if life.role == BOT:
        bot.bot(without_scheduler=True)
    else:
        scheduler.scheduler()


def _lend(life: Life, settings: Settings, fuse: Fuse) -> None:
    """Give the commands what they would make by themselves."""
    clock = CityClock(life.clock)
    SystemClock.now = lambda _self: clock.now()  # type: ignore[method-assign]
    for command in (bot, scheduler):
        command.read_settings = lambda: settings
    for module in (app, scheduler):
        module.JOBS = noted(fuse, module.JOBS)
    serve.build = partial(app.build, understanding=lambda _settings, city: Speech(city))
    platforms_of = opening.platforms_of

    def franking(given: Settings) -> tuple[TelegramService, ...]:
        platforms = platforms_of(given)
        for platform in platforms:
            platform.channel = franked(fuse, platform.channel)
        return platforms

    opening.platforms_of = franking
