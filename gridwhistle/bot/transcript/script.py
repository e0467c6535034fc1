"""What stands in a `.chat` file, line by line? Mistakes are told with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from gridwhistle.bot.transcript.facts import Fact, parse_fact
from gridwhistle.bot.transcript.inputs import Input, parse_inputs
from gridwhistle.bot.transcript.meaning import Meaning, parse_meaning
from gridwhistle.bot.transcript.moves import Move, parse_move
from gridwhistle.bot.transcript.wording import BOT, RECEIVED, Wanted, parse_wanted

LOOSE_TIMERS = "其余定时器不管"
REGULAR_LETTERS = "定时来信照发"

_LABELLED = re.compile(r"([^\s>#=~][^>]*)>(.*)")
_CLOCK = re.compile(r"==\s*(.+?)\s*==")


class ScriptError(Exception):
    """A transcript that cannot be read; the message names file and line."""

    def __init__(self, path: Path, number: int, problem: str) -> None:
        super().__init__(f"{path}:{number}: {problem}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A comment, an empty line, or something said to the runner."""

    number: int
    raw: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Speech:
    """A person's line, with the `~` line below it."""

    number: int
    raw: str
    label: str
    inputs: tuple[Input, ...]
    meaning: Meaning | None = None
    meaning_raw: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A letter that somebody gets: a reply (``label`` is ``None``), or one that they did not cause."""

    number: int
    raw: str
    label: str | None
    wanted: Wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class Passing:
    """A line in which time passes."""

    number: int
    raw: str
    move: Move


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """A line that states a fact."""

    number: int
    raw: str
    fact: Fact


Act: TypeAlias = Speech | Passing
Line: TypeAlias = Note | Speech | Expected | Passing | Stated


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One act and what follows from it; only the first scene, before anybody speaks, has none."""

    act: Act | None
    lines: tuple[Note | Expected | Stated, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """A whole file."""

    path: Path
    begins: datetime | None
    """The time that a clock line before the first act sets."""
    scenes: tuple[Scene, ...]
    loose_timers: bool
    regular_letters: bool = False
    """Whether the letters of every morning and month come too; they would stand between other files' lines."""


def read_script(path: Path) -> Script:
    """Read a file. Raises ``ScriptError`` for the first line that no rule reads, ``OSError`` for no file."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ScriptError(path, 1, "the file is not UTF-8") from error
    return parse_script(text, path)


def parse_script(text: str, path: Path) -> Script:
    """Read a file's text. Raises ``ScriptError`` for the first line that no rule reads."""
    begins: datetime | None = None
    is_loose = is_regular = False
    scenes = [Scene(act=None)]
    for line in _lines(text, path):
        before_all = len(scenes) == 1
        match line:
            case Note(raw=raw) if _says(raw, REGULAR_LETTERS) and not before_all:
                raise ScriptError(path, line.number, f"“= {REGULAR_LETTERS}” stands before the first act")
            case Note():
                is_loose = is_loose or _says(line.raw, LOOSE_TIMERS)
                is_regular = is_regular or _says(line.raw, REGULAR_LETTERS)
                scenes[-1] = replace(scenes[-1], lines=(*scenes[-1].lines, line))
                continue
            case Passing(move=move) if before_all and begins is None and move.to is not None:
                begins = move.to
                note = Note(number=line.number, raw=line.raw)
                scenes[-1] = replace(scenes[-1], lines=(*scenes[-1].lines, note))
            case Speech() | Passing():
                scenes.append(Scene(act=line))
            case Expected() if before_all:
                raise ScriptError(path, line.number, "nobody has spoken yet")
            case Expected(label=None) if isinstance(scenes[-1].act, Passing):
                raise ScriptError(
                    path, line.number, f"after a clock line there is nobody to reply to; write “X> {RECEIVED} …”"
                )
            case Expected() | Stated():
                scenes[-1] = replace(scenes[-1], lines=(*scenes[-1].lines, line))
        if is_loose:
            raise ScriptError(path, line.number, f"nothing may follow “= {LOOSE_TIMERS}”")
    return Script(path=path, begins=begins, scenes=tuple(scenes), loose_timers=is_loose, regular_letters=is_regular)


def _lines(text: str, path: Path) -> Iterator[Line]:
    """The file's lines, with `~` lines and continuations joined to what they belong to."""
    waiting: Speech | Expected | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        try:
            if raw[:1].isspace() and raw.strip():
                waiting = _join(waiting, raw)
                continue
            if waiting is not None:
                yield waiting
                waiting = None
            line = _line(raw.rstrip(), number)
        except ValueError as problem:
            raise ScriptError(path, number, str(problem)) from None
        if isinstance(line, Speech | Expected):
            waiting = line
        else:
            yield line
    if waiting is not None:
        yield waiting


def _line(raw: str, number: int) -> Line:
    if not raw or raw.startswith("#") or any(_says(raw, word) for word in (LOOSE_TIMERS, REGULAR_LETTERS)):
        return Note(number=number, raw=raw)
    if raw.startswith("=="):
        clock = _CLOCK.fullmatch(raw)
        if clock is None:
            raise ValueError("a clock line ends with “==” as it begins")
        return Passing(number=number, raw=raw, move=parse_move(clock[1]))
    if raw.startswith("="):
        return Stated(number=number, raw=raw, fact=parse_fact(raw[1:].strip()))
    found = _LABELLED.fullmatch(raw)
    if found is None:
        raise ValueError(f"“{raw[:40]}” is no line of a transcript: “name> text”, “== clock ==”, “= fact” or “# note”")
    label, said = found[1].strip(), found[2].strip()
    if label == BOT:
        return Expected(number=number, raw=raw, label=None, wanted=parse_wanted(said))
    if said.startswith(RECEIVED):
        return Expected(number=number, raw=raw, label=label, wanted=parse_wanted(said.removeprefix(RECEIVED)))
    return Speech(number=number, raw=raw, label=label, inputs=parse_inputs(said))


def _join(waiting: Speech | Expected | None, raw: str) -> Speech | Expected:
    said = raw.strip()
    match waiting:
        case Speech(meaning=None) if said.startswith("~"):
            return replace(waiting, meaning=parse_meaning(said[1:].strip()), meaning_raw=raw.rstrip())
        case Expected() if not said.startswith("~"):
            whole = f"{waiting.raw}\n{raw.rstrip()}"
            label_and_words = " ".join(part.strip() for part in whole.splitlines()).partition(">")[2]
            return replace(
                waiting, raw=whole, wanted=parse_wanted(label_and_words.strip().removeprefix(RECEIVED).strip())
            )
    raise ValueError("an indented line is a `~` line below a person's, or goes on what the bot said")


def _says(raw: str, word: str) -> bool:
    """Whether a line says this to the runner."""
    return raw.startswith("=") and raw.lstrip("= ").strip() == word
