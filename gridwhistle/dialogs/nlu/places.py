"""Where is it, as the message says it: which of the organisation's own places, which door, which spot?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gridwhistle.dialogs.nlu.doors import Door, find_detail, find_door
from gridwhistle.dialogs.nlu.features import normalise
from gridwhistle.dialogs.nlu.homophones import sounding
from gridwhistle.dialogs.nlu.names import COMMON_NOUN, SUFFIX, stem_of, unknown_name
from gridwhistle.dialogs.nlu.understood import PlaceMention

# The more a kind narrows the search down, the rather its mention is the place; a community is a last resort.
_RANK = {"estate": 0, "hamlet": 0, "landmark": 1, "road": 2, "village": 3, "community": 3}
_LAST_RANK = 4
# "幸福" is an estate's short name and a common word: such names count only where an address goes on or begins.
_SHORT = 2
_DOOR_AFTER = re.compile(
    r"\s?(?:\d|[a-z]座|[一二三四五六七八九十]{1,3}(?:号|栋|单元|期)|[东西南北前后大]?门口|[后前]院|斜?对[面过]|附近|旁边)"
)
_BEING_THERE = re.compile(r"(?:住|在|到|去|来自|社区|街道)$")
_EDGE_BEFORE = re.compile(r"(?:^|[\s,，。、!！?？:：;；])$")
_EDGE_AFTER = re.compile(r"$|的|这|那|里|[\s,，。、!！?？]")
_MISSED_STEM = 3
_WINDOW = 10
_CROSSING = 3
_LIMIT = 600
_SOUNDING_SUFFIX = re.compile(sounding(SUFFIX.pattern))


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceName:
    """One place of the organisation with the names people call it; ``parent`` is the code of what it lies in."""

    code: str
    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    parent: str = ""


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    codes: tuple[str, ...]
    certain: bool = True
    name_end: int | None = None  # where the name ends, if words that tell the spot lie inside the hit


class Gazetteer:
    """The organisation's places, indexed for finding them in running text.

    Buildings are not indexed: "3号楼" stands in every estate, so it is read as a door and looked up by its estate.
    """

    def __init__(self, names: Iterable[PlaceName]) -> None:
        self._places: dict[str, PlaceName] = {}
        self._codes: dict[str, tuple[str, ...]] = {}
        spellings: dict[str, list[str]] = defaultdict(list)
        for place in names:
            if place.kind == "building":
                continue
            self._places[place.code] = place
            for name in (place.name, *place.aliases):
                spelling = normalise(name.strip())
                if len(spelling) >= _SHORT and place.code not in spellings[spelling]:
                    spellings[spelling].append(place.code)
        self._codes = {spelling: tuple(codes) for spelling, codes in spellings.items()}
        # By the first two characters, the longest names first: one look-up for each position of a message.
        self._starts: dict[str, list[str]] = defaultdict(list)
        for spelling in sorted(self._codes, key=lambda name: (-len(name), name)):
            self._starts[spelling[:2]].append(spelling)
        # For typing errors: names by their sound, and by their sound with one character left out.
        self._sounds: dict[str, set[str]] = defaultdict(set)
        self._gaps: dict[str, set[str]] = defaultdict(set)
        for spelling in self._codes:
            if len(spelling) > _SHORT and stem_of(spelling):
                sound = sounding(spelling)
                self._sounds[sound].add(spelling)
                for gap in _gaps(sound):
                    self._gaps[gap].add(spelling)

    def mention(self, text: str) -> PlaceMention | None:
        """The place that a message names, or ``None``.

        Several places that fit equally well give the first one with the others as ``rivals``; a name that only
        resembles a known one gives no place and the known ones as ``rivals``.
        """
        text = text[:_LIMIT]
        plain = normalise(text)
        hits = self._resolve(list(self._exact(plain)))
        best = self._best(hits)
        if best is None or self._rank(best) >= _RANK["community"]:
            guess = self._resembling(plain, hits)
            if guess is not None:
                best = guess
        unknown = None
        if best is None or self._rank(best) >= _RANK["road"]:
            unknown = unknown_name(plain, (best.start, best.end) if best else (0, 0))
        names_end = [end for _, end in ([(best.start, best.end)] if best else []) + ([unknown] if unknown else [])]
        door = find_door(plain, max(names_end, default=None))
        if best is None and unknown is None and door is None:
            return None
        return self._compose(text, plain, best, unknown, door)

    def _compose(
        self,
        text: str,
        plain: str,
        best: _Hit | None,
        unknown: tuple[int, int] | None,
        door: Door | None,
    ) -> PlaceMention:
        spans = [(best.start, best.end)] if best else []
        details = [text[best.name_end : best.end]] if best and best.name_end else []
        if unknown and best:
            # A known road or community with an unknown estate: the known one locates it, the other is its detail.
            details.append(text[slice(*unknown)])
        if unknown:
            spans.append(unknown)
        if door:
            spans.append((door.start, door.end))
        for _, end in sorted(spans):
            detail, detail_end = find_detail(plain, end)
            # The door may itself follow a spot ("二期3号楼").
            if detail and not (door and end < door.end and detail_end > door.start):
                details.append(text[detail_end - len(detail) : detail_end])
                spans.append((end, detail_end))
        certain = best is not None and best.certain
        codes = best.codes if best else ()
        return PlaceMention(
            text=_joined(text, spans),
            place=codes[0] if certain else None,
            rivals=codes[1:] if certain else codes,
            building=door.building if door else None,
            unit=door.unit if door else None,
            room=door.room if door else None,
            detail="".join(dict.fromkeys(details)),
        )

    def _exact(self, plain: str) -> Iterator[_Hit]:
        position, last = 0, len(plain) - 1
        starts = self._starts
        while position < last:
            for name in starts.get(plain[position : position + 2], ()):
                end = position + len(name)
                if plain.startswith(name, position) and self._stands_alone(plain, position, end, name):
                    yield _Hit(position, end, self._codes[name])
                    position = end - 1
                    break
            position += 1

    def _stands_alone(self, plain: str, start: int, end: int, name: str) -> bool:
        if name[0].isascii() and plain[start - 1 : start].isalnum() and plain[start - 1 : start].isascii():
            return False
        if name[-1].isascii() and plain[end : end + 1].isalnum() and plain[end : end + 1].isascii():
            return False
        if stem_of(name) is None and SUFFIX.match(plain, end):
            # "幸福" in "幸福路": the beginning of another name.
            return False
        if len(name) > _SHORT:
            return True
        if _DOOR_AFTER.match(plain, end) or _BEING_THERE.search(plain, max(0, start - 2), start):
            return True
        return bool(_EDGE_BEFORE.search(plain, max(0, start - 1), start) and _EDGE_AFTER.match(plain, end))

    def _resolve(self, hits: list[_Hit]) -> list[_Hit]:
        """Of several places with one name, those that lie in another place of the message, if there are any."""
        named = {code for hit in hits for code in hit.codes if len(hit.codes) == 1}
        resolved = []
        for hit in hits:
            inside = tuple(code for code in hit.codes if self._places[code].parent in named)
            resolved.append(_Hit(hit.start, hit.end, inside) if inside and len(hit.codes) > 1 else hit)
        return resolved

    def _best(self, hits: list[_Hit]) -> _Hit | None:
        if not hits:
            return None
        rank = min(map(self._rank, hits))
        fitting = [hit for hit in hits if self._rank(hit) == rank]
        first = fitting[0]
        if rank == _RANK["road"] and len(fitting) > 1 and fitting[1].start - first.end <= _CROSSING:
            # "中央大街与文化路交叉口" is one spot, found by the first road's grid.
            return _Hit(first.start, fitting[1].end, first.codes, name_end=first.end)
        codes = dict.fromkeys(code for hit in fitting for code in hit.codes)
        return _Hit(first.start, first.end, tuple(codes))

    def _rank(self, hit: _Hit) -> int:
        return min(_RANK.get(self._places[code].kind, _LAST_RANK) for code in hit.codes)

    def _resembling(self, plain: str, hits: list[_Hit]) -> _Hit | None:
        """A known name written with one error, before one of the words that end names and outside the exact hits."""
        sound = sounding(plain)
        for suffix in _SOUNDING_SUFFIX.finditer(sound):
            end = suffix.end()
            if COMMON_NOUN.match(plain, end):
                continue
            starts = [
                start
                for start in range(max(0, end - _WINDOW), end - _SHORT)
                if plain[start:end].isalpha() and not any(hit.start < end and start < hit.end for hit in hits)
            ]
            for start in starts:
                if same := self._sounds.get(sound[start:end]):
                    return _Hit(start, end, self._codes_of(same))
            for start in starts:
                near = self._one_error(sound[start:end], suffix[0])
                # A short stem with a wrong character may as well be another place.
                if long := {name for name in near if len(stem_of(name) or "") >= _MISSED_STEM}:
                    return _Hit(start, end, self._codes_of(long))
                if near:
                    return _Hit(start, end, self._codes_of(near), certain=False)
        return None

    def _codes_of(self, names: set[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(code for name in sorted(names) for code in self._codes[name]))

    def _one_error(self, sound: str, suffix: str) -> set[str]:
        """Names of which ``sound`` lacks a character, has one too many or has one wrong."""
        near = set(self._gaps.get(sound, ()))
        for number, gap in enumerate(_gaps(sound)):
            near |= self._sounds.get(gap, set())
            for name in self._gaps.get(gap, ()):
                if len(name) == len(sound) and list(_gaps(sounding(name)))[number] == gap:
                    near.add(name)
        # The end of a name is its kind; "向阳街" is no misspelt "向阳路".
        return {name for name in near if sounding(name).endswith(suffix)}


def _gaps(name: str) -> Iterator[str]:
    for position in range(len(name)):
        yield name[:position] + name[position + 1 :]


def _joined(text: str, spans: list[tuple[int, int]]) -> str:
    """The text of the spans in order; what stands between two close ones is kept."""
    joined, last = "", None
    for start, end in sorted(spans):
        if last is not None and start > last:
            between = text[last:start]
            joined += between if len(between) <= _SHORT else " "
        joined += text[max(start, last or 0) : end]
        last = max(end, last or 0)
    return joined.strip(" ,，的")
