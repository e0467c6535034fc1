"""`gridwhistle scheduler`: how does a process come up that only runs and sends what is due?

As many as one likes work on one store beside the processes that serve the pages.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Annotated

import typer
from prometheus_client import start_http_server
from rich.console import Console

from gridwhistle.bot.app import open_office
from gridwhistle.bot.commands.opening import UserMistake, open_platforms, open_store, read_settings
from gridwhistle.bot.commands.serve import quieten
from gridwhistle.bot.metrics import Metrics
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


def scheduler(
    *,
    metrics_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Serve figures for Prometheus at this port; 0 for none.")
    ] = 0,
    metrics_host: Annotated[str, typer.Option(help="The address on which they are served.")] = "127.0.0.1",
) -> None:
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
        metrics = Metrics(office)
        drain, cron = Drain(office, JOBS, metrics.timer), Cron(office, CRONS)
        senders = Senders(Delivery(office, channels, metrics.sent))

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
        served = start_http_server(metrics_port, metrics_host, metrics.registry) if metrics_port else None
        senders.start()
        ticker.start()
        Console(stderr=True).print("GridWhistle 网格哨: the scheduler runs")
        stopped.wait()
        ticker.stop()
        senders.stop()
        if served is not None:
            served[0].shutdown()
            served[0].server_close()
