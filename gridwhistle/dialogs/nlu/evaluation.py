"""How right is an engine of understanding on labelled messages, and how much does its confidence mean?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gridwhistle.dialogs.nlu.understood import (
    POLICY_QUESTION,
    REPORT,
    Bands,
    Understanding,
    Understood,
    clear_matter,
)

NONE = "none"
"""The category of a message that is no matter at all."""
CATEGORIES = ("hazard", "care", "policy", "information", "errand", "dispute", "opinion", NONE)
THRESHOLDS = tuple(n / 10 for n in range(10))


class FileError(ValueError):
    """The file of messages is malformed; the message names the line."""


class Band(StrEnum):
    """What the dialogue does with a message about a matter."""

    FORM = "form"  # the form of a report opens
    ANSWER = "answer"  # a question of policy is answered
    ASKED = "asked"  # “您是想……吗？” with buttons
    NOT = "not"  # nothing was understood of it, or something else


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message of an evaluation file; ``category`` is ``None`` where the file says none."""

    text: str
    category: str | None = None
    alt: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What an engine made of one message."""

    category: str
    alt: str | None
    guess: str
    confidence: float
    """How probable the engine holds its guess of the category to be."""
    band: Band
    clear: bool
    """Whether the matter may be put to the resident without asking which."""

    @property
    def strict(self) -> bool:
        """Whether the guess is the label."""
        return self.guess == self.category

    @property
    def lenient(self) -> bool:
        """Whether the guess is one of the two acceptable categories."""
        return self.guess in (self.category, self.alt)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The figures of one category."""

    category: str
    count: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What lies at or above a confidence, and in the tenth that begins there."""

    threshold: float
    covered: float
    strict: float
    lenient: float
    inside: int
    inside_confidence: float
    inside_right: float


def read_messages(path: Path) -> tuple[Message, ...]:
    """The messages of a file of JSON lines. Raises ``FileError`` for a malformed or empty one, ``OSError``."""
    messages = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            message = Message(text=row["text"], category=row.get("category"), alt=row.get("alt") or None)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FileError(f"{path}:{number}: no JSON object with a text") from error
        if not isinstance(message.text, str):
            raise FileError(f"{path}:{number}: text is no text")
        for name in (message.category, message.alt):
            if name is not None and name not in CATEGORIES:
                raise FileError(f"{path}:{number}: {name!r} is none of {', '.join(CATEGORIES)}")
        messages.append(message)
    if not messages:
        raise FileError(f"{path}: no messages")
    if len({message.category is None for message in messages}) > 1:
        raise FileError(f"{path}: some messages have a category and some have none")
    return tuple(messages)


def judge(
    engine: Understanding, messages: Iterable[Message], category_of: Mapping[str, str], bands: Bands
) -> tuple[Judged, ...]:
    """What the engine makes of each message; ``category_of`` gives the catalogue's matters their categories."""
    judged = []
    for message in messages:
        found = engine.understand(message.text)
        guess, confidence = proposed(found, category_of)
        judged.append(
            Judged(
                category=message.category or NONE,
                alt=message.alt,
                guess=guess,
                confidence=confidence,
                band=band_of(found, bands),
                clear=clear_matter(found.matters) is not None,
            )
        )
    return tuple(judged)


def proposed(found: Understood, category_of: Mapping[str, str]) -> tuple[str, float]:
    """The category that follows from the best matter, with its probability; ``none`` for any other intent."""
    if found.intent not in (REPORT, POLICY_QUESTION) or not found.matters:
        return NONE, found.confidence
    category = category_of.get(found.matters[0].matter, NONE)
    if found.kind_confidence is not None:
        return category, found.kind_confidence
    same = sum(guess.confidence for guess in found.matters if category_of.get(guess.matter) == category)
    return category, found.confidence * min(1.0, same)


def band_of(found: Understood, bands: Bands) -> Band:
    """What the dialogue would do with a first message of this meaning."""
    if found.intent not in (REPORT, POLICY_QUESTION) or found.confidence < bands.ask:
        return Band.NOT
    if found.confidence < bands.opens:
        return Band.ASKED
    return Band.FORM if found.intent == REPORT else Band.ANSWER


def share(judged: Sequence[Judged], right: str) -> float:
    """The share of messages for which the property ``right`` holds; 0 of none."""
    return sum(bool(getattr(one, right)) for one in judged) / len(judged) if judged else 0.0


def table(judged: Sequence[Judged]) -> tuple[Row, ...]:
    """Strict precision, recall and F1 of every category that the file has."""
    truth = Counter(one.category for one in judged)
    guesses = Counter(one.guess for one in judged)
    hits = Counter(one.category for one in judged if one.strict)
    rows = []
    for category in CATEGORIES:
        if not truth[category]:
            continue
        precision = hits[category] / guesses[category] if guesses[category] else 0.0
        recall = hits[category] / truth[category]
        both = truth[category] + guesses[category]
        rows.append(
            Row(
                category=category,
                count=truth[category],
                precision=precision,
                recall=recall,
                f1=2 * hits[category] / both,
            )
        )
    return tuple(rows)


def macro_f1(rows: Sequence[Row]) -> float:
    """The mean F1 of the categories."""
    return sum(row.f1 for row in rows) / len(rows) if rows else 0.0


def confusion(judged: Sequence[Judged]) -> dict[tuple[str, str], int]:
    """How often a message of one category was called another."""
    return dict(Counter((one.category, one.guess) for one in judged))


def banded(judged: Sequence[Judged], *bands: Band) -> tuple[Judged, ...]:
    """The messages of these bands."""
    return tuple(one for one in judged if one.band in bands)


def steps(judged: Sequence[Judged]) -> tuple[Step, ...]:
    """Coverage and rightness from each tenth of confidence on: the ground on which bands are chosen."""
    found = []
    for threshold in THRESHOLDS:
        above = [one for one in judged if one.confidence >= threshold]
        last = threshold == THRESHOLDS[-1]
        inside = [one for one in above if last or one.confidence < threshold + 1 / len(THRESHOLDS)]
        found.append(
            Step(
                threshold=threshold,
                covered=len(above) / len(judged) if judged else 0.0,
                strict=share(above, "strict"),
                lenient=share(above, "lenient"),
                inside=len(inside),
                inside_confidence=sum(one.confidence for one in inside) / len(inside) if inside else 0.0,
                inside_right=share(inside, "lenient"),
            )
        )
    return tuple(found)


def calibration_error(judged: Sequence[Judged]) -> float:
    """The mean distance between how sure the engine was and how often it was (leniently) right."""
    if not judged:
        return 0.0
    gaps = (abs(step.inside_confidence - step.inside_right) * step.inside for step in steps(judged))
    return sum(gaps) / len(judged)
