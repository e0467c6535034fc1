"""How does a text key become words in a person's language?

Every word that a person sees is in ``texts/<language>/*.yaml``, Chinese first; ``report.place.ask`` may be written so,
or nested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TypeAlias

import yaml

from gridwhistle.services.clock import Clock, in_city
from gridwhistle.services.desk import Phrase

FOLDER = Path(__file__).parent / "texts"
FIRST_LANGUAGE = "zh"
_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR = {"zh": {-1: "昨天", 0: "今天", 1: "明天"}, "en": {-1: "yesterday", 0: "today", 1: "tomorrow"}}
_JOIN = {"zh": "、", "en": ", "}


class TextError(ValueError):
    """A text that cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Field:
    """A placeholder ``{name}`` or ``{name:spec}``."""

    name: str
    spec: str


Template: TypeAlias = tuple[str | Field, ...]


class Texts:
    """All texts of all languages; ``services.desk.Wording`` for the layer below.

    Placeholders: ``{when:day}`` “11月24日（周二）”, ``{when:minute}`` “11月24日（周二）14:30”, ``{when:relative}``
    “今天14:30”, ``{when:time}`` “14:30”, for datetimes in the city's zone (``day`` for dates too);
    ``{x:name.status}`` the text ``name.status.<value of x>``; ``{x:list}`` and ``{x:lines}`` for sequences;
    ``{matter}`` and ``{matter:expect}`` for what has ``name_in`` and ``expect_in`` of a language.
    """

    def __init__(self, templates: Mapping[str, Mapping[str, Template]], clock: Clock) -> None:
        self._templates = templates
        self._clock = clock

    @classmethod
    def load(cls, clock: Clock, folder: Path = FOLDER) -> Texts:
        """Read all files. Raises ``TextError`` for a key given twice or a text that is none."""
        return cls(
            {language.name: _load_language(language) for language in sorted(folder.iterdir()) if language.is_dir()},
            clock,
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are."""
        return tuple(self._templates)

    def keys(self, language: str) -> frozenset[str]:
        """All keys of a language."""
        return frozenset(self._templates[language])

    def template(self, key: str, language: str) -> Template:
        """The text's parts; the Chinese one where a language lacks it. Raises ``KeyError`` for an unknown key."""
        known = self._templates.get(language, {}).get(key)
        return known if known is not None else self._templates[FIRST_LANGUAGE][key]

    def text(self, key: str, language: str, params: Mapping[str, object]) -> str:
        """The text of ``key``. Raises ``KeyError`` for a key that no language has or a value that is not given."""
        return "".join(
            part if isinstance(part, str) else self._show(params[part.name], part.spec, language)
            for part in self.template(key, language)
        )

    def _show(self, value: object, spec: str, language: str) -> str:
        if type(value) is str and not spec:
            return value
        if spec.startswith("name."):
            shown = value.value if isinstance(value, Enum) else value
            return self.text(f"{spec}.{shown}", language, {})
        if isinstance(value, date):
            return self._when(value, spec, language)
        if isinstance(value, Sequence) and not isinstance(value, str):
            joint = "\n" if spec == "lines" else _JOIN.get(language, ", ")
            return joint.join(self._show(one, "", language) for one in value)
        if isinstance(value, Phrase):
            return self.text(value.key, language, {})
        in_language: Callable[[str], str] | None = getattr(value, f"{spec or 'name'}_in", None)
        return in_language(language) if in_language else str(value)

    def _when(self, value: date, spec: str, language: str) -> str:
        if not isinstance(value, datetime):
            return _day(value, language)
        moment = in_city(value)
        time = f"{moment:%H:%M}"
        if spec == "time":
            return time
        day = _day(moment.date(), language)
        if spec == "day":
            return day
        if spec == "relative":
            days = (moment.date() - in_city(self._clock.now()).date()) // timedelta(days=1)
            day = _NEAR.get(language, _NEAR["en"]).get(days, day)
        return f"{day}{time}" if language == FIRST_LANGUAGE else f"{day} {time}"


def _day(day: date, language: str) -> str:
    weekday = _WEEKDAYS.get(language, _WEEKDAYS["en"])[day.weekday()]
    if language == FIRST_LANGUAGE:
        return f"{day.month}月{day.day}日（周{weekday}）"
    return f"{weekday} {day.day} {_MONTHS[day.month - 1]}"


@cache  # a release's texts do not change while a process runs
def _load_language(folder: Path) -> Mapping[str, Template]:
    templates: dict[str, Template] = {}
    for file in sorted(folder.glob("*.yaml")):
        for key, text in _pairs(file):
            if key in templates:
                raise TextError(f"{file}: the key “{key}” is given twice")
            templates[key] = tuple(_parts(text, file, key))
    return templates


def _pairs(file: Path) -> Iterable[tuple[str, str]]:
    # Composed, not loaded: a loaded mapping would have swallowed a key given twice.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=loader)
    except yaml.YAMLError as error:
        raise TextError(f"{file}: {error}") from error
    if node is not None:
        yield from _flat(node, "", file)


def _flat(node: yaml.Node, prefix: str, file: Path) -> Iterable[tuple[str, str]]:
    if isinstance(node, yaml.ScalarNode) and prefix:
        yield prefix, node.value.rstrip("\n")
        return
    if not isinstance(node, yaml.MappingNode):
        raise TextError(f"{file}:{node.start_mark.line + 1}: “{prefix}” is neither a text nor texts by key")
    for key, value in node.value:
        yield from _flat(value, f"{prefix}.{key.value}" if prefix else key.value, file)


def _parts(text: str, file: Path, key: str) -> Iterable[str | Field]:
    try:
        parsed = list(Formatter().parse(text))
    except ValueError as error:
        raise TextError(f"{file}: “{key}”: {error}") from error
    for literal, name, spec, conversion in parsed:
        if literal:
            yield literal
        if name is not None:
            if not name.isidentifier() or conversion:
                raise TextError(f"{file}: “{key}”: “{name}” is no plain placeholder")
            yield Field(name, spec or "")
