"""`gridwhistle scheduler`: how does a process come up that only runs and sends what is due?

As many as one likes work on one store beside the processes that serve the pages.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType

import typer
from rich.console import Console

from gridwhistle.bot.app import open_office
from gridwhistle.bot.commands.opening import UserMistake, open_platforms, open_store, read_settings
from gridwhistle.bot.commands.serve import quieten
from gridwhistle.scheduler.clock import Ticker
from gridwhistle.scheduler.cron import Cron
from gridwhistle.scheduler.delivery import Delivery
from gridwhistle.scheduler.drain import Drain
from gridwhistle.scheduler.jobs import JOBS
from gridwhistle.scheduler.regular import CRONS
from gridwhistle.scheduler.senders import Senders
from gridwhistle.services.clock import SystemClock
from gridwhistle.services.region import require_region


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("scheduler")(scheduler)


def scheduler() -> None:
    """Run timers and regular jobs and send letters to the platforms, without any page, until it is stopped."""
    settings = read_settings()
    if settings.demo:
        raise UserMistake("the demo's clock moves in the process that serves it: `gridwhistle serve` runs its timers")
    quieten()
    with open_store(settings) as store, open_platforms(settings) as platforms:
        require_region(store, settings.region)
        store.migrate()
        office, _ = open_office(settings, store, SystemClock())
        # Letters to the page are sent by the processes that serve it.
        channels = [platform.channel for platform in platforms]
        for platform in platforms:
            # Nothing is received here.
            platform.open(office, lambda _words: False, lambda: None)
        drain, cron = Drain(office, JOBS), Cron(office, CRONS)
        senders = Senders(Delivery(office, channels))

        def tick() -> None:
            cron.run_due()
            if drain.run_due():
                senders.wake()

        ticker = Ticker(tick)
        stopped = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopped.set()

        for kind in (signal.SIGTERM, signal.SIGINT):
            signal.signal(kind, stop)
        senders.start()
        ticker.start()
        Console(stderr=True).print("GridWhistle 网格哨: the scheduler runs")
        stopped.wait()
        ticker.stop()
        senders.stop()
