"""What does a sentence of a transcript mean, when the file says so and no trained model is asked?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from gridwhistle.dialogs.nlu.emergency import emergency
from gridwhistle.dialogs.nlu.entities import entities, place_entity
from gridwhistle.dialogs.nlu.places import Gazetteer
from gridwhistle.dialogs.nlu.segments import PartBands, segments
from gridwhistle.dialogs.nlu.understood import (
    OUT_OF_SCOPE,
    MatterGuess,
    Segment,
    Understood,
)
from gridwhistle.dialogs.words import language_of

SURE = 0.95
NOWHERE = "无"

_INTENT = re.compile(r"([a-z_]+)(?:@([01](?:\.\d+)?))?")
_WORDS = re.compile(r"「([^「」]+)」\s*$")
_MATTER = re.compile(r"(?P<matter>[a-z][a-z0-9_]*)(?:\s+(?P<sure>[01](?:\.\d+)?))?")
_PLACE = re.compile(r"(?:^|\s)place=(\S+)")
_NUMBER = re.compile(r"[01](?:\.\d+)?")
_HAS_LETTERS = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One matter of a sentence; ``words`` are those of the sentence that tell of it."""

    intent: str
    confidence: float
    matters: tuple[MatterGuess, ...] = ()
    place: str | None = None
    words: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """A `~` line; several parts for a sentence that holds several matters."""

    parts: tuple[Part, ...]


class Unmeant(Exception):  # noqa: N818 (a message for the file's author)
    """A `~` line does not fit its sentence; the message says why."""


def parse_meaning(text: str) -> Meaning:
    """Read `intent[@confidence] [matter [confidence]] [or matter confidence]… [place=words] [「words」] | …`.

    A single number after a matter is the confidence of both. Raises ``ValueError`` for anything else.
    """
    return Meaning(parts=tuple(_parse_part(part.strip()) for part in text.split("|")))


def write_meaning(understood: Understood) -> str:
    """The `~` line of what an engine proposed."""
    if understood.segments:
        return " | ".join(
            f"{understood.intent} {s.matter} {s.confidence:.2f} 「{s.text}」" for s in understood.segments
        )
    if not understood.matters or understood.intent not in ("report", "policy_question"):
        return f"{understood.intent} {understood.confidence:.2f}"
    guesses = " or ".join(f"{guess.matter} {guess.confidence:.2f}" for guess in understood.matters)
    return f"{understood.intent}@{understood.confidence:.2f} {guesses}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a `~` line may name."""

    intents: frozenset[str]
    matters: frozenset[str]
    gazetteer: Gazetteer

    def check(self, meaning: Meaning) -> None:
        """Raise ``Unmeant`` for an intent or matter that no engine could propose."""
        for part in meaning.parts:
            if part.intent not in self.intents:
                raise Unmeant(f"there is no intent “{part.intent}” in the training data")
            for guess in part.matters:
                if guess.matter not in self.matters:
                    raise Unmeant(f"there is no matter “{guess.matter}” in the catalogue")


class Directed:
    """Understanding by the file: what a sentence means is given; places, times and dangers come from the real rules.

    With a ``prompter`` it asks that engine where the file is silent, and remembers the answer for the file.
    """

    silent = ()

    def __init__(self, known: Known, prompter: Callable[[str], Understood] | None = None) -> None:
        self._known = known
        self._gazetteer = known.gazetteer
        self._prompter = prompter
        self._meaning: Meaning | None = None
        self.problem: str | None = None
        self.prompted: str | None = None

    def direct(self, meaning: Meaning | None) -> None:
        """What the next sentence means."""
        self._meaning = meaning
        self.problem = None
        self.prompted = None

    def understand(self, text: str) -> Understood:
        """What the file says; never raises, as every engine: a missing or unfit `~` line is kept in ``problem``."""
        found = self._by_rules(text)
        if not _HAS_LETTERS.search(text):
            return found
        if self._meaning is None:
            return self._without(text, found)
        try:
            return self._fill(found, self._meaning)
        except Unmeant as problem:
            self.problem = str(problem)
            return found

    def _by_rules(self, text: str) -> Understood:
        place = self._gazetteer.mention(text)
        named = place_entity(text, place) if place else None
        return Understood(
            text=text,
            language=language_of(text) or "zh",
            intent=OUT_OF_SCOPE,
            confidence=1.0,
            place=place,
            entities=(*entities(text), *([named] if named else [])),
            emergency=emergency(text),
        )

    def _without(self, text: str, found: Understood) -> Understood:
        if self._prompter is None:
            self.problem = f"the conversation asks what “{text[:60]}” means; give a `~` line below it"
            return found
        proposed = self._prompter(text)
        self.prompted = write_meaning(proposed)
        # Through the text of the line, so that what is played now is what the file will say.
        return self._fill(found, parse_meaning(self.prompted))

    def _fill(self, found: Understood, meaning: Meaning) -> Understood:
        self._known.check(meaning)
        first = meaning.parts[0]
        place = found.place
        if first.place is not None:
            place = None if first.place == NOWHERE else self._gazetteer.mention(first.place)
            if place is None and first.place != NOWHERE:
                raise Unmeant(f"place={first.place} is no place of the city")
        return replace(
            found,
            intent=first.intent,
            confidence=first.confidence,
            matters=first.matters,
            place=place,
            segments=self._segments(found.text, meaning.parts) if len(meaning.parts) > 1 else (),
        )

    def _segments(self, text: str, parts: tuple[Part, ...]) -> tuple[Segment, ...]:
        guesses = [(part.matters[0].matter, part.matters[0].confidence) for part in parts if part.matters]
        if len(guesses) != len(parts):
            raise Unmeant("every part of a `~` line with `|` needs a matter")
        if all(part.words for part in parts):
            return tuple(
                Segment(text=part.words, matter=matter, confidence=sure, place=self._gazetteer.mention(part.words))
                for part, (matter, sure) in zip(parts, guesses, strict=True)
                if part.words
            )
        waiting = iter(guesses)
        bands = PartBands(connected=0.0, line=0.0, sentence=0.0, also=0.0)
        found = segments(text, lambda _: next(waiting, None), self._gazetteer.mention, bands)
        if len(found) != len(parts):
            raise Unmeant(f"“{text}” does not fall into {len(parts)} parts; name each part's words in 「」")
        return found


def _parse_part(text: str) -> Part:
    place, words = _PLACE.search(text), _WORDS.search(text)
    head, _, rest = _PLACE.sub("", _WORDS.sub("", text)).strip().partition(" ")
    found = _INTENT.fullmatch(head)
    if found is None:
        raise ValueError(
            f"“{text}” is no meaning: intent [matter] [confidence], for instance `report drain_blocked 0.93`"
        )
    own, rest = (float(found[2]) if found[2] else None), rest.strip()
    if _NUMBER.fullmatch(rest):
        own, rest = (float(rest) if own is None else own), ""
    matters = tuple(_parse_matter(one.strip()) for one in rest.split(" or ")) if rest else ()
    if own is None:
        own = matters[0].confidence if len(matters) == 1 else SURE
    return Part(
        intent=found[1],
        confidence=own,
        matters=matters,
        place=place[1] if place else None,
        words=words[1] if words else None,
    )


def _parse_matter(text: str) -> MatterGuess:
    found = _MATTER.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text}” is no matter with its confidence, for instance `drain_blocked 0.93`")
    return MatterGuess(matter=found["matter"], confidence=float(found["sure"] or SURE))
