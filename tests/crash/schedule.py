"""What breaks when? The same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import TypeVar

from .points import POINTS

_Card = TypeVar("_Card")


class Fault(StrEnum):
    """What is done to the city from outside."""

    KILL = "kill -9 at a random moment"
    FREEZE = "process frozen beyond its leases"
    GONE = "channel: killed, connections refused"
    ERROR = "channel: answers 502"
    SILENT = "channel: takes requests, never answers"
    LATE = "channel: answers after the client gave up"
    BREAKS = "channel: breaks off after the effect"
    STORE = "database server stopped at once"
    DISK = "disk full"
    FORWARD = "clock jumps forward"
    NIGHT = "clock jumps over a night"
    BACK = "clock jumps back"


WEIGHTS = {Fault.KILL: 3, Fault.FORWARD: 4}
LASTS = {Fault.FREEZE: 0.8, Fault.GONE: 0.6, Fault.ERROR: 0.8, Fault.SILENT: 1.5, Fault.LATE: 1.2, Fault.BREAKS: 0.8,
         Fault.STORE: 0.8, Fault.DISK: 1.0}  # fmt: skip
"""Seconds after which it is over, give or take half; for others there is nothing to be ended."""
FORWARDS = (*(timedelta(seconds=61),) * 3, timedelta(minutes=20), timedelta(hours=2, minutes=5))
"""Mostly so far that what a killed process held is free."""
AGAIN_AFTER = {Fault.NIGHT: 45.0}
"""Seconds between the end of a fault and the next of its kind. After two days a letter is given up."""
AT_ONCE = 0.2
QUIET_AT_FIRST = 1.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A fault that begins, or one that ends."""

    at: float
    fault: Fault
    begins: bool
    victim: float = 0.0
    """Which process is meant, as a share of all."""
    jump: timedelta = timedelta()


def schedule(seed: int, seconds: float, faults: list[Fault], gap: float) -> list[Event]:
    """The faults of a run in their order; each kind once before any comes again."""
    dice = Random(f"{seed} faults")
    events: list[Event] = []
    free_at: dict[Fault, float] = {}
    at = QUIET_AT_FIRST
    for fault in _deck(dice, [one for one in faults for _ in range(WEIGHTS.get(one, 1))]):
        at += dice.uniform(0.5, 1.5) * gap
        if at > seconds:
            break
        lasts = LASTS.get(fault, 0.0) * dice.uniform(0.5, 1.5)
        begins = max(at, free_at.get(fault, 0.0))
        event = Event(at=begins, fault=fault, begins=True, victim=dice.random(), jump=_jump(dice, fault))
        events.append(event)
        free_at[fault] = begins + lasts + AGAIN_AFTER.get(fault, AT_ONCE)
        if lasts:
            events.append(Event(at=begins + lasts, fault=fault, begins=False))
    return sorted(events, key=lambda event: event.at)


def fuses(seed: int, role: str, number: int) -> Iterator[tuple[str, int]]:
    """The points at which the lives of one process end, one after another, and at which passing."""
    dice = Random(f"{seed} {role} {number}")
    for point in _deck(dice, list(POINTS[role])):
        yield point, dice.choice((1, 1, 2, 5))


def _deck(dice: Random, cards: Sequence[_Card]) -> Iterator[_Card]:
    """Shuffled again and again."""
    while True:
        yield from dice.sample(cards, len(cards))


def _jump(dice: Random, fault: Fault) -> timedelta:
    match fault:
        case Fault.FORWARD:
            return dice.choice(FORWARDS)
        case Fault.NIGHT:
            return timedelta(hours=24) + timedelta(minutes=dice.randrange(120))
        case Fault.BACK:
            return -timedelta(seconds=dice.randrange(1, 6))
        case Fault.FREEZE:
            # So far that whatever the process holds is taken over while it is frozen.
            return timedelta(seconds=61)
    return timedelta()
