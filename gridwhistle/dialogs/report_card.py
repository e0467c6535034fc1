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
    """The lines of the card: only those that have something to say (DOMAIN.md 3.5)."""
    lines = [_line(desk, "matter", matter=matter, category=matter.category)]
    place = places.exact_name(desk.city, draft.where)
    if place:
        lines.append(_line(desk, "place", place=place))
    lines.append(_line(desk, "words", words=_playback(draft.words)))
    if photos:
        lines.append(_line(desk, "photos", count=len(photos)))
    lines.append(_line(desk, "seen_by"))
    if matter.photo == "useful" and not photos:
        wanted = "wanted" if says_why(desk, matter) else "wanted_plain"
        lines.append(_line(desk, wanted, reason=matter.photo_reason))
    return "\n".join(lines)


def says_why(desk: Desk, matter: MatterSpec) -> bool:
    """Whether the person can read why a photo helps: the catalogue gives its reasons in Chinese alone."""
    return bool(matter.photo_reason) and desk.actor.language == FIRST_LANGUAGE


def _line(desk: Desk, line: str, **params: object) -> str:
    return desk.wording.text(f"report.card.{line}", desk.actor.language, params)


def _playback(words: str) -> str:
    return words if len(words) <= LONGEST_PLAYBACK else f"{words[:LONGEST_PLAYBACK]}……"
