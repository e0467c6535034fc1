"""What does the embedded engine propose for a message?"""

from __future__ import annotations

import re

import numpy as np

from gridwhistle.dialogs.nlu.emergency import emergency
from gridwhistle.dialogs.nlu.entities import entities, place_entity
from gridwhistle.dialogs.nlu.intents import Floats, Model
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
        self._intents = [label.partition("/")[0] for label in model.labels]
        names = sorted(set(self._intents))
        self._names = np.array(names)
        # Labels × intents, so that an intent's probability is the sum of its matters'.
        self._sums = np.array([[name == intent for name in names] for intent in self._intents], dtype=np.float32)
        self._matters = [label.partition("/")[2] for label in model.labels]
        families = sorted(set(model.families))
        self._families = np.array(
            [[name == family for name in families] for family in model.families], dtype=np.float32
        )
        self._with_matter = np.array([number for number, matter in enumerate(self._matters) if matter], dtype=np.intp)
        self._reports = np.array([n for n in self._with_matter if self._intents[n] == REPORT], dtype=np.intp)

    def understand(self, text: str) -> Understood:
        """Propose what ``text`` means. Never raises for any text.

        An intent's confidence is the sum over its labels, so that an unclear matter is still clearly a report. The
        matters are the three best of the winning intent (of ``report`` and ``policy_question`` together where another
        intent won), each weighed with its family's probability and their confidences renormalised: "given that it is a
        report, how probable is this one".
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
        probabilities, familiar = self._model.judge(head)
        summed = probabilities @ self._sums
        best = int(summed.argmax())
        intent = str(self._names[best]) if familiar else OUT_OF_SCOPE
        confidence = min(1.0, float(summed[best])) if familiar else 1.0
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
            matters=self._guesses(probabilities, intent),
            place=place,
            entities=facts,
            emergency=danger,
            segments=segments(head, self._report_matter, self._gazetteer.mention, PartBands())
            if intent == REPORT
            else (),
        )

    def _guesses(self, probabilities: Floats, intent: str) -> tuple[MatterGuess, ...]:
        # A matter is as probable as itself and its family: the family is told more surely, and the wrong matter of
        # the right kind of work does the least harm.
        together = probabilities @ self._families @ self._families.T
        rows = self._with_matter
        if intent in {REPORT, POLICY_QUESTION}:
            rows = np.array([row for row in rows if self._intents[row] == intent], dtype=np.intp)
        if not len(rows):
            return ()
        own = probabilities[rows] * together[rows]
        own = own / np.float32(max(float(own.sum()), 1e-9))
        order = np.argsort(-own)[:_GUESSES]
        return tuple(MatterGuess(matter=self._matters[rows[n]], confidence=float(own[n])) for n in order)

    def _report_matter(self, part: str) -> tuple[str, float] | None:
        probabilities = self._model.probabilities(part)
        if not len(self._reports):
            return None
        best = self._reports[int(probabilities[self._reports].argmax())]
        return (self._matters[best], float(probabilities[best])) if best == probabilities.argmax() else None


def _language(text: str) -> str:
    """English ("en") for a text whose words are Latin; a Chinese sentence with an English name in it stays Chinese."""
    return "en" if len(_WORD.findall(text)) > len(_CHINESE.findall(text)) else "zh"
