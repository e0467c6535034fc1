"""What does this process tell whoever watches it? Prometheus' text format; numbers only, nothing about people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gridwhistle.dialogs.nlu.understood import Bands, Understanding, Understood
from gridwhistle.services import backlog
from gridwhistle.services.office import Office
from gridwhistle.services.sending import OutgoingLetter, SendReport

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """One process' counters, and what waits in the store."""

    def __init__(self, office: Office) -> None:
        self.registry = CollectorRegistry()
        self._turns = Histogram(
            "gridwhistle_turn_seconds",
            "Whole turns: a message in, its letters sent or on their way.",
            ["channel"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._failed = Counter(
            "gridwhistle_turns_failed", "Turns that the store refused.", ["channel"], registry=self.registry
        )
        self._sends = Counter(
            "gridwhistle_sends", "Letters handed to a channel.", ["channel", "result"], registry=self.registry
        )
        self._timers = Counter("gridwhistle_timers", "Timers run.", ["job", "outcome"], registry=self.registry)
        self._bands = Counter(
            "gridwhistle_understood", "Messages by how sure their intent was.", ["band"], registry=self.registry
        )
        self.registry.register(_Waiting(office))

    @contextmanager
    def turn(self, channel: str, began: float) -> Iterator[None]:
        """Measure one turn that began at this moment of ``time.perf_counter``."""
        try:
            yield
        except Exception:
            self._failed.labels(channel).inc()
            raise
        self._turns.labels(channel).observe(perf_counter() - began)

    def sent(self, letter: OutgoingLetter, report: SendReport) -> None:
        """Count what a channel said of a letter."""
        self._sends.labels(letter.channel, report.result).inc()

    def timer(self, job: str, outcome: str) -> None:
        """Count a timer: ``done``, ``held_back`` or ``failed``."""
        self._timers.labels(job, outcome).inc()

    def heard(self, band: str) -> None:
        """Count a message that was read by the understanding."""
        self._bands.labels(band).inc()

    def text(self) -> bytes:
        """All figures, for a scrape."""
        return generate_latest(self.registry)


@dataclass(frozen=True, slots=True)
class Watched:
    """An engine of understanding whose sureness is counted."""

    engine: Understanding
    metrics: Metrics
    bands: Bands

    @property
    def silent(self) -> tuple[str, ...]:
        """As the engine."""
        return self.engine.silent

    def understand(self, text: str) -> Understood:
        """As the engine."""
        understood = self.engine.understand(text)
        sure = understood.confidence
        self.metrics.heard("sure" if sure >= self.bands.sure else "ask" if sure >= self.bands.ask else "unsure")
        return understood


class _Waiting(Collector):
    """What waits in the store, looked up when somebody asks."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def describe(self) -> list[Metric]:
        """Nothing beforehand: a process must come up while the store is down."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Look at the store; only that it is down where it does not answer."""
        up = GaugeMetricFamily("gridwhistle_store_up", "Whether the store answers.")
        try:
            with self._office.desk() as desk:
                found = backlog.measure(desk)
        except Exception:  # noqa: BLE001 (whatever it is: the other figures must still be told)
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        lag = GaugeMetricFamily(
            "gridwhistle_lag_seconds", "How late the oldest is that waits.", labels=["queue", "channel"]
        )
        lag.add_metric(["timers", ""], found.timers_lag.total_seconds())
        lag.add_metric(["inbox", ""], found.inbox_lag.total_seconds())
        for channel, late in found.letters_lag.items():
            lag.add_metric(["outbox", channel], late.total_seconds())
        yield lag
        letters = GaugeMetricFamily("gridwhistle_letters", "Letters that are not at an end.", labels=["state"])
        for state, count in found.letters.items():
            letters.add_metric([state], count)
        yield letters
