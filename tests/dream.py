"""What would a message mean to an engine that understands at random? It reaches more than a trained one does."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from gridwhistle.dialogs.nlu.data import Example, intent_of
from gridwhistle.dialogs.nlu.understood import (
    Emergency,
    Entity,
    EntityKind,
    MatterGuess,
    PlaceMention,
    Segment,
    Understood,
)
from gridwhistle.services.reference import City
from gridwhistle.services.schema import PlaceKind

DOOR = "6107"
"""The door of everything that residents report: nobody outside of the city's own staff may read it."""
CONFIDENCES = (0.95, 0.95, 0.95, 0.8, 0.5, 0.4, 0.2)


class Dreamer:
    """Draws intents, matters, places and facts; ``secretly`` puts the secret door behind every building."""

    def __init__(self, dice: Random, city: City, examples: tuple[Example, ...], today: date) -> None:
        self.secretly = False
        """Whether a resident speaks: they report, and what they say is not for everybody."""
        self.answering = False
        """Whether somebody goes on with what they were doing: their words rarely open something else."""
        self._dice = dice
        self._today = today
        self._intents = sorted({intent_of(example.label) for example in examples} - {"report"})
        # Whoever works for the city mostly says so.
        self._work = [
            intent for intent in self._intents for _ in range(3 if intent.startswith(("worker", "dep")) else 1)
        ]
        self._matters = sorted(city.matters)
        self._estates = sorted(place.code for place in city.places.values() if place.kind is not PlaceKind.BUILDING)
        self._units = sorted(city.units)

    silent: tuple[str, ...] = ()

    def understand(self, text: str) -> Understood:
        dice = self._dice
        report = dice.random() < (0.6 if self.secretly else 0.1)
        return Understood(
            text=text,
            language=dice.choice(("zh", "zh", "zh", "en")),
            intent="report" if report else "wish" if dice.random() < 0.08 else dice.choice(self._talk()),
            confidence=0.1 if self.answering and dice.random() < 0.8 else dice.choice(CONFIDENCES),
            matters=self._guesses() if report or dice.random() < 0.2 else (),
            place=self._place() if dice.random() < 0.8 else None,
            entities=self._entities(text),
            emergency=dice.choice(list(Emergency)) if dice.random() < 0.02 else None,
            segments=self._segments(text) if report and dice.random() < 0.1 else (),
        )

    def _talk(self) -> list[str]:
        return self._intents if self.secretly else self._work

    def _guesses(self) -> tuple[MatterGuess, ...]:
        chosen = self._dice.sample(self._matters, 3)
        shares = ((0.9,), (0.5, 0.3), (0.4, 0.3, 0.1))[self._dice.randrange(3)]
        return tuple(
            MatterGuess(matter=matter, confidence=share) for matter, share in zip(chosen, shares, strict=False)
        )

    def _place(self) -> PlaceMention:
        dice = self._dice
        match dice.randrange(6):
            case 0:
                return PlaceMention(text=f"老王家后院{DOOR if self.secretly else ''}")
            case 1:
                return PlaceMention(text="那边", rivals=tuple(dice.sample(self._estates, 2)))
            case 2:
                return PlaceMention(text="社区", place=dice.choice(self._units))
            case 3:
                return PlaceMention(text="3号楼", building="3")
            case _:
                return PlaceMention(
                    text="小区里",
                    place=dice.choice(("xingfu-xq", "xingfu-xq", dice.choice(self._estates))),
                    building=dice.choice((None, "3", "5", "99")),
                    unit=dice.choice((None, "2")),
                    room=DOOR if self.secretly else None,
                    detail=dice.choice(("", "门口")),
                )

    def _entities(self, text: str) -> tuple[Entity, ...]:
        day = self._today + timedelta(days=self._dice.randrange(-2, 40))
        drawn = (
            (EntityKind.TIME, day.isoformat()),
            (EntityKind.DURATION, "72"),
            (EntityKind.PHONE, "13912345678"),
            (EntityKind.IDENTITY, "23088219800101123X"),
            (EntityKind.PERSON_KIND, "elder_alone"),
            (EntityKind.URGENCY, "urgent"),
            (EntityKind.TICKET, f"{self._dice.randrange(1, 9):03d}"),
        )
        return tuple(
            Entity(kind=kind, text=text[:4], value=value, start=0, end=min(4, len(text)))
            for kind, value in drawn
            if self._dice.random() < 0.12
        )

    def _segments(self, text: str) -> tuple[Segment, ...]:
        one, two = self._dice.sample(self._matters, 2)
        middle = max(1, len(text) // 2)
        return (
            Segment(text=text[:middle], matter=one, confidence=0.8, place=self._place()),
            Segment(text=text[middle:], matter=two, confidence=0.8, place=None),
        )
