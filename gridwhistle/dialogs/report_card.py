"""What does a resident check before a report becomes a ticket?"""

from __future__ import annotations

from gridwhistle.dialogs.texts import FIRST_LANGUAGE
from gridwhistle.services import places
from gridwhistle.services.catalogue import MatterSpec
from gridwhistle.services.desk import Desk
from gridwhistle.services.tickets import Draft

LONGEST_PLAYBACK = 300
"""Nobody reads their own two thousand characters again."""


def card(desk: Desk, matter: MatterSpec, draft: Draft, photos: tuple[str, ...]) -> str:
    """The lines of the card: only those that have something to say (DOMAIN.md 3.5: category, place, text, photos, who sees it)."""
    lines = [_line(desk, "matter", matter=matter, category=matter.category)]
    place = places.exact_name(desk.city, draft.where)
    if place:
        lines.append(_line(desk, "place", place=place))
    lines.append(_line(desk, "words", words=_playback(draft.words)))
    if photos:
        lines.append(_line(desk, "photos", count=len(photos)))
    lines.append(_line(desk, "seen_by"))
    if matter.photo == "useful" and not photos:
        lines.append(_line(desk, photo_text("wanted", desk, matter), reason=matter.photo_reason))
    return "\n".join(lines)


def photo_text(text: str, desk: Desk, matter: MatterSpec) -> str:
    """The key with the reason why a photo helps; without it for readers of another language than the catalogue's."""
    return text if matter.photo_reason and desk.actor.language == FIRST_LANGUAGE else f"{text}_plain"


def _line(desk: Desk, line: str, **params: object) -> str:
    return desk.wording.text(f"report.card.{line}", desk.actor.language, params)


def _playback(words: str) -> str:
    return words if len(words) <= LONGEST_PLAYBACK else f"{words[:LONGEST_PLAYBACK]}……"
