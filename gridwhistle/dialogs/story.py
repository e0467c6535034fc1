"""Which sentences in the middle of a dialog belong to what is being told, and where are they kept?"""

from __future__ import annotations

from gridwhistle.dialogs.flow import Flow
from gridwhistle.dialogs.nlu.understood import EntityKind, Understood
from gridwhistle.dialogs.slots import Choice
from gridwhistle.dialogs.state import CAPTION, Frame

_TIMES = (EntityKind.TIME, EntityKind.DURATION)


def belongs(flow: Flow, frame: Frame, understood: Understood | None, intent: str | None) -> bool:
    """Whether a sentence tells the matter again (“就是漏到厨房了”), or another time for it (“是2天不是3天”).

    Not while a choice is asked: then it is a missed answer. ``intent`` is the sure one.
    """
    if not flow.takes_story or understood is None or isinstance(flow.slots.get(frame.asked or ""), Choice):
        return False
    timed = any(understood.first(kind) is not None for kind in _TIMES)
    return intent in flow.opens_on or (intent == "correct" and timed)


def add(frame: Frame, text: str, longest: int) -> None:
    """Keep a sentence behind what was told."""
    told = frame.given.get(CAPTION)
    frame.given[CAPTION] = (f"{told}；{text}" if told else text)[:longest]
