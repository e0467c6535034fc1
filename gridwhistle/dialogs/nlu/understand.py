"""What does the embedded engine propose for a message?"""

from __future__ import annotations

import re

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


FAMILIAR = 0.35
"""A report or question with a smaller share of known words is less sure by as much: nineteen in twenty have it."""


class EmbeddedUnderstanding:
    """The engine in this process: rules for dangers and facts, the trained model for intents and matters."""

    def __init__(self, model: Model, gazetteer: Gazetteer) -> None:
        self._model = model
        self._gazetteer = gazetteer
        self._intents = np.array([intent_of(label) for label in model.labels])
        self._matters = [matter_of(label) or "" for label in model.labels]
        self._families = np.array(model.families)
        self._with_matter = np.array([bool(matter) for matter in self._matters])

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
        families, probabilities, familiar = self._model.judge(head)
        first = self._first(families, probabilities)
        intent = str(self._intents[first]) if familiar else OUT_OF_SCOPE
        confidence = min(1.0, float(probabilities[self._intents == intent].sum())) if familiar else 1.0
        if intent in {REPORT, POLICY_QUESTION}:
            # Texts about something else are mostly taken for a report, but their words are strange.
            confidence *= min(1.0, familiar / FAMILIAR)
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
        best = self._model.family_names[int(families.argmax())]
        return int(np.where(self._families == best, probabilities, -1).argmax())

    def _guesses(self, families: Floats, probabilities: Floats, intent: str) -> tuple[MatterGuess, ...]:
        among = self._with_matter
        if intent in {REPORT, POLICY_QUESTION}:
            among = among & (self._intents == intent)
        rows = np.flatnonzero(among)
        if not len(rows):
            return ()
        own = probabilities[rows] / max(float(probabilities[rows].sum()), 1e-9)
        first = self._first(np.where(self._possible(rows), families, -1), probabilities)
        order = sorted(np.argsort(-own)[: _GUESSES + 1], key=lambda n: (rows[n] != first, -own[n]))
        if rows[order[0]] != first:
            order.insert(0, int(np.flatnonzero(rows == first)[0]))
        return tuple(MatterGuess(matter=self._matters[rows[n]], confidence=float(own[n])) for n in order[:_GUESSES])

    def _possible(self, rows: Numbers) -> NDArray[np.bool_]:
        """Which families have one of these labels."""
        return np.isin(self._model.family_names, self._families[rows])

    def _report_matter(self, part: str) -> tuple[str, float] | None:
        families, probabilities, _ = self._model.judge(part)
        first = self._first(families, probabilities)
        return (self._matters[first], float(probabilities[first])) if self._intents[first] == REPORT else None


def _language(text: str) -> str:
    """English ("en") for a text whose words are Latin; a Chinese sentence with an English name in it stays Chinese."""
    return "en" if len(_WORD.findall(text)) > len(_CHINESE.findall(text)) else "zh"
