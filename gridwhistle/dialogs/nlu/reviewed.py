"""What do the messages that people have put right teach: which matters are confused, which messages are unclear?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridwhistle.dialogs.nlu.data import Example, label_of
from gridwhistle.dialogs.nlu.evaluation import CATEGORIES
from gridwhistle.dialogs.nlu.understood import POLICY_QUESTION, REPORT, Understanding


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A message with the matter that it is about, and what the engine makes of it now."""

    text: str
    matter: str
    guess: str | None
    confidence: float
    """That of the intent, times that of the matter."""

    @property
    def right(self) -> bool:
        """Whether the engine finds the matter."""
        return self.guess == self.matter


def answers(engine: Understanding, told: Iterable[tuple[str, str]]) -> tuple[Answer, ...]:
    """What the engine makes of messages (text and matter)."""
    found = []
    for text, matter in told:
        understood = engine.understand(text)
        about = understood.intent in (REPORT, POLICY_QUESTION) and understood.matters
        best = understood.matters[0] if about else None
        found.append(
            Answer(
                text=text,
                matter=matter,
                guess=best.matter if best else None,
                confidence=understood.confidence * (best.confidence if best else 1.0),
            )
        )
    return tuple(found)


def confusions(found: Iterable[Answer]) -> list[tuple[str, str | None, int]]:
    """Which matter is taken for which (``None``: for no matter) how often, the most frequent first."""
    counts = Counter((answer.matter, answer.guess) for answer in found if not answer.right)
    return [(matter, guess, count) for (matter, guess), count in counts.most_common()]


def least_sure(found: Iterable[Answer], most: int) -> list[Answer]:
    """The messages of whose matter the engine is the least sure."""
    return sorted(found, key=lambda answer: answer.confidence)[:most]


def as_examples(told: Iterable[tuple[str, str]], category_of: Mapping[str, str]) -> tuple[Example, ...]:
    """Labelled examples of messages (text and matter); those of matters that the catalogue has lost are left out."""
    return tuple(
        Example(
            label=label_of(matter, category_of[matter]),
            text=text,
            file=Path(f"{category_of[matter]}.yml"),
            line=0,
        )
        for text, matter in told
        if category_of.get(matter) in CATEGORIES
    )


def new_to(examples: Sequence[Example], reviewed: Iterable[Example]) -> tuple[Example, ...]:
    """The reviewed examples whose label training knows, without texts that stand in the examples already."""
    known = {example.label for example in examples}
    seen = {example.text.casefold() for example in examples}
    return tuple(one for one in reviewed if one.label in known and one.text.casefold() not in seen)
