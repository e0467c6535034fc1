"""Which facts besides its place does a message hold?"""

from __future__ import annotations

from dataclasses import replace

from gridwhistle.dialogs.nlu.features import normalise
from gridwhistle.dialogs.nlu.persons import numbers, persons
from gridwhistle.dialogs.nlu.times import times
from gridwhistle.dialogs.nlu.understood import Entity, EntityKind, PlaceMention


def entities(text: str) -> tuple[Entity, ...]:
    """All facts of a message in the order of their positions, each with the words as they were written."""
    plain = normalise(text)
    found = list(numbers(plain))
    held = [(entity.start, entity.end) for entity in found]
    # The digits of a phone or ticket number are no date.
    found += [e for e in times(plain) if not any(start < e.end and e.start < end for start, end in held)]
    found += persons(plain)
    return tuple(replace(e, text=text[e.start : e.end]) for e in sorted(found, key=lambda e: (e.start, e.end)))


def place_entity(text: str, mention: PlaceMention) -> Entity | None:
    """The place as an entity, for readers that look at entities alone."""
    start = text.find(mention.text)
    if start < 0:
        return None
    end = start + len(mention.text)
    return Entity(kind=EntityKind.PLACE, text=mention.text, value=mention.place or mention.text, start=start, end=end)
