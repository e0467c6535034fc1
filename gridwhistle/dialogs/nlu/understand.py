"""What does the embedded engine propose for a message?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gridwhistle.dialogs.nlu.data import intent_of, matter_of
from gridwhistle.dialogs.nlu.emergency import emergency
from gridwhistle.dialogs.nlu.entities import entities, place_entity
from gridwhistle.dialogs.nlu.intents import Floats, Model, Numbers
from gridwhistle.dialogs.nlu.places import Gazetteer
from gridwhistle.dialogs.nlu.segments import PartBands, segments
from gridwhistle.dialogs.nlu.understood import (
    OUT_OF_SCOPE,
    POLICY_QUESTION,
    REPORT,
    MatterGuess,
    Understood,
)

_LONGEST = 600
_GUESSES = 3
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]")
_WORD = re.compile(r"[A-Za-z]{2,}")


class EmbeddedUnderstanding:
    """The engine in this process: rules for dangers and facts, the trained model for intents and matters."""

    def __init__(self, model: Model, gazetteer: Gazetteer) -> None:
        self._model = model
        self._gazetteer = gazetteer
        self._intents = [intent_of(label) for label in model.labels]
        self._matters = [matter_of(label) or "" for label in model.labels]
        # Rows are looked up here once, not for every message.
        self._of_intent = {intent: _rows(self._intents, intent) for intent in {*self._intents, REPORT, POLICY_QUESTION}}
        self._of_family = [_rows(model.families, family) for family in model.family_names]
        self._any = Choice.among(
            model, np.array([row for row, matter in enumerate(self._matters) if matter], dtype=np.intp)
        )
        self._own = {intent: Choice.among(model, self._of_intent[intent]) for intent in (REPORT, POLICY_QUESTION)}

    @property
    def silent(self) -> tuple[str, ...]:
        """No server is asked."""
        return ()

    def understand(self, text: str) -> Understood:
        """Propose what ``text`` means. Never raises for any text.

        An intent's confidence is the sum over its labels, so that an unclear matter is still clearly a report. The
        first matter is the best one of the most probable kind of work, the others are the most probable of the
        winning intent (of ``report`` and ``policy_question`` together where another intent won); their confidences
        say "given that it is this intent, how probable is this one".
        """
        danger = emergency(text)
        head = text[:_LONGEST]
        language = _language(head)
        if not (_CHINESE.search(head) or _LATIN.search(head)):
            return Understood(
                text=text,
                language=language,
                intent=OUT_OF_SCOPE,
                confidence=1.0,
                entities=entities(head),
                emergency=danger,
            )
        families, probabilities = self._model.judge(head)
        intent = self._intents[self._first(families, probabilities)]
        confidence = min(1.0, float(probabilities[self._of_intent[intent]].sum()))
        place = self._gazetteer.mention(head)
        facts = entities(head)
        if place is not None and (where := place_entity(head, place)):
            facts = (*facts, where)
        return Understood(
            text=text,
            language=language,
            intent=intent,
            confidence=confidence,
            matters=self._guesses(families, probabilities, intent),
            kind_confidence=float(families.max()),
            place=place,
            entities=facts,
            emergency=danger,
            segments=segments(head, self._report_matter, self._gazetteer.mention, PartBands())
            if intent == REPORT
            else (),
        )

    def _first(self, families: Floats, probabilities: Floats) -> int:
        # The best label of the best family: the wrong matter of the right kind of work does the least harm.
        own = self._of_family[int(families.argmax())]
        return int(own[probabilities[own].argmax()])

    def _guesses(self, families: Floats, probabilities: Floats, intent: str) -> tuple[MatterGuess, ...]:
        choice = self._own.get(intent, self._any)
        if not len(choice.rows):
            return ()
        among = probabilities[choice.rows]
        whole = max(float(among.sum()), 1e-9)
        first = self._first(np.where(choice.families, families, -1), probabilities)
        best = [first, *(row for row in choice.rows[np.argsort(-among)[:_GUESSES]].tolist() if row != first)]
        return tuple(
            MatterGuess(matter=self._matters[row], confidence=float(probabilities[row]) / whole)
            for row in best[:_GUESSES]
        )

    def _report_matter(self, part: str) -> tuple[str, float] | None:
        families, probabilities = self._model.judge(part)
        first = self._first(families, probabilities)
        return (self._matters[first], float(probabilities[first])) if self._intents[first] == REPORT else None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Choice:
    """The labels among which a matter is sought, and which families have one of them."""

    rows: Numbers
    families: NDArray[np.bool_]

    @classmethod
    def among(cls, model: Model, rows: Numbers) -> Self:
        """The choice of these rows of the labels."""
        return cls(rows=rows, families=np.isin(model.family_names, [model.families[row] for row in rows]))


def _rows(values: Sequence[str], wanted: str) -> Numbers:
    """Where the wanted value stands."""
    return np.array([row for row, value in enumerate(values) if value == wanted], dtype=np.intp)


def _language(text: str) -> str:
    """English ("en") for a text whose words are Latin; a Chinese sentence with an English name in it stays Chinese."""
    return "en" if len(_WORD.findall(text)) > len(_CHINESE.findall(text)) else "zh"
