"""What does a Rasa server make of a message?

Rasa judges the intent and the matter. Dangers, places and other facts are found by the same rules as ever, so the
engine in this process goes first: its proposal holds where Rasa does not answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from gridwhistle.dialogs.nlu.data import MATTER_MARK
from gridwhistle.dialogs.nlu.server import ModelServer, ServerUnavailable
from gridwhistle.dialogs.nlu.understood import REPORT, MatterGuess, Understanding, Understood
from gridwhistle.dialogs.words import has_words
from gridwhistle.services.schema import Json

log = structlog.get_logger(__name__)

GUESSES = 3
FALLBACK = "nlu_fallback"
"""The intent of Rasa's own for what it is unsure of, in a pipeline with a FallbackClassifier; the bands are ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parse:
    """What Rasa said of one message: the matters are those of the intent, best first."""

    intent: str
    confidence: float
    matters: tuple[MatterGuess, ...]


class RasaUnderstanding:
    """The engine that asks a Rasa 3.6 server (``POST /model/parse``) and falls back on the one in this process."""

    def __init__(self, server: ModelServer, embedded: Understanding) -> None:
        self._server = server
        self._embedded = embedded

    @property
    def silent(self) -> tuple[str, ...]:
        """Servers that should be asked and do not answer."""
        return (self._server.name,) if self._server.resting else ()

    def understand(self, text: str) -> Understood:
        """Propose what ``text`` means. Never raises for any text."""
        own = self._embedded.understand(text)
        if not has_words(text):
            return own
        try:
            parse = self._server.ask({"text": text}, read_parse)
        except ServerUnavailable as reason:
            log.warning("understanding.fallback", server=self._server.name, reason=str(reason))
            return own
        return replace(
            own,
            intent=parse.intent,
            confidence=parse.confidence,
            matters=parse.matters or own.matters,
            kind_confidence=None,
            segments=own.segments if parse.intent == REPORT else (),
        )


def read_parse(parsed: Json) -> Parse:
    """Rasa's answer. Raises ``ValueError`` for one of another form.

    A label of the examples is an intent, or an intent and a matter (``report+drain_blocked``). The probability of an
    intent is the sum over its labels, those of the matters are given that intent.
    """
    ranking = parsed.get("intent_ranking") if isinstance(parsed, Mapping) else None
    labels: dict[str, dict[str, float]] = {}
    for entry in ranking if isinstance(ranking, list) else ():
        match entry:
            case {"name": str() as label, "confidence": int() | float() as confidence} if label != FALLBACK:
                intent, _, matter = label.partition(MATTER_MARK)
                labels.setdefault(intent, {})[matter] = float(confidence)
    if not labels:
        raise ValueError("no ranking of intents")
    intent = max(labels, key=lambda name: sum(labels[name].values()))
    whole = sum(labels[intent].values())
    matters = sorted(labels[intent].items(), key=lambda item: -item[1])
    return Parse(
        intent=intent,
        confidence=min(1.0, whole),
        matters=tuple(
            MatterGuess(matter=matter, confidence=confidence / whole) for matter, confidence in matters if matter
        )[:GUESSES]
        if whole
        else (),
    )
