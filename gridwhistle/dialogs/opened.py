"""Which sentence opened a flow, and what was understood of it? Survives as JSON in the conversation's state."""

from __future__ import annotations

from dataclasses import dataclass

from gridwhistle.dialogs.nlu.understood import (
    Emergency,
    Entity,
    EntityKind,
    MatterGuess,
    PlaceMention,
    Segment,
    Understood,
)
from gridwhistle.services.schema import Json, JsonObject


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """What a flow was opened with: nothing at all for a button or a timer."""

    text: str = ""
    understood: Understood | None = None
    photos: tuple[str, ...] = ()
    ticket: str | None = None
    """The id of the ticket that the quoted letter is about."""

    @property
    def matters(self) -> tuple[MatterGuess, ...]:
        """The best guesses of what the sentence reports, best first."""
        return self.understood.matters if self.understood else ()

    @property
    def place(self) -> PlaceMention | None:
        """The place that the sentence names."""
        return self.understood.place if self.understood else None

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The matters of a sentence that holds several."""
        return self.understood.segments if self.understood else ()

    @property
    def emergency(self) -> Emergency | None:
        """The danger that the sentence tells of."""
        return self.understood.emergency if self.understood else None

    def first(self, kind: EntityKind) -> Entity | None:
        """The sentence's first entity of a kind."""
        return self.understood.first(kind) if self.understood else None

    def dump(self) -> JsonObject:
        """As JSON, without what is empty."""
        row: dict[str, Json] = {}
        if self.text:
            row["text"] = self.text
        if self.photos:
            row["photos"] = list(self.photos)
        if self.ticket:
            row["ticket"] = self.ticket
        if self.understood:
            row["understood"] = _dump_understood(self.understood)
        return row

    @classmethod
    def load(cls, row: Json) -> Opened:
        """From JSON; what this release cannot read is as if it had not been said."""
        if not isinstance(row, dict):
            return cls()
        photos = row.get("photos")
        ticket = row.get("ticket")
        try:
            understood = _load_understood(row["understood"]) if row.get("understood") else None
        except (KeyError, TypeError, ValueError, AttributeError):
            understood = None
        return cls(
            text=str(row.get("text") or ""),
            understood=understood,
            photos=tuple(map(str, photos)) if isinstance(photos, list) else (),
            ticket=str(ticket) if ticket else None,
        )


def dump_place(place: PlaceMention) -> JsonObject:
    """A mention of a place as JSON, without what is empty."""
    row: dict[str, Json] = {"text": place.text}
    if place.rivals:
        row["rivals"] = list(place.rivals)
    for name in ("place", "building", "unit", "room", "detail"):
        if value := getattr(place, name):
            row[name] = value
    return row


def load_place(row: Json) -> PlaceMention:
    """A mention of a place from JSON. Raises ``ValueError`` for anything else."""
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ValueError("no place")  # noqa: TRY004 (a stored value of the wrong form, not a caller's mistake)
    known = {name: row.get(name) for name in ("place", "building", "unit", "room")}
    rivals = row.get("rivals") or ()
    return PlaceMention(
        text=row["text"],
        rivals=tuple(map(str, rivals)),
        detail=str(row.get("detail") or ""),
        **{name: str(value) for name, value in known.items() if value is not None},
    )


def _dump_understood(found: Understood) -> JsonObject:
    return {
        "text": found.text,
        "language": found.language,
        "intent": found.intent,
        "confidence": round(found.confidence, 4),
        "matters": [[guess.matter, round(guess.confidence, 4)] for guess in found.matters],
        "place": dump_place(found.place) if found.place else None,
        "entities": [[one.kind.value, one.text, one.value, one.start, one.end] for one in found.entities],
        "emergency": found.emergency.value if found.emergency else None,
        "segments": [
            [one.text, one.matter, round(one.confidence, 4), dump_place(one.place) if one.place else None]
            for one in found.segments
        ],
    }


def _load_understood(row: Json) -> Understood:
    if not isinstance(row, dict):
        raise TypeError("no object")
    return Understood(
        text=row["text"],
        language=row["language"],
        intent=row["intent"],
        confidence=float(row["confidence"]),
        matters=tuple(MatterGuess(matter=code, confidence=float(sure)) for code, sure in row["matters"]),
        place=load_place(row["place"]) if row["place"] else None,
        entities=tuple(
            Entity(kind=EntityKind(kind), text=text, value=value, start=start, end=end)
            for kind, text, value, start, end in row["entities"]
        ),
        emergency=Emergency(row["emergency"]) if row["emergency"] else None,
        segments=tuple(
            Segment(text=text, matter=matter, confidence=float(sure), place=load_place(place) if place else None)
            for text, matter, sure, place in row["segments"]
        ),
    )
