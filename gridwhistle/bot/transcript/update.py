"""How does a transcript read when it says what the bot really said?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gridwhistle.bot.transcript.play import Difference, Stumble, is_for, perform, staged, state_fact
from gridwhistle.bot.transcript.script import Expected, Note, Scene, Script, Speech, Stated
from gridwhistle.bot.transcript.stage import Stage
from gridwhistle.bot.transcript.wording import Heard
from gridwhistle.bot.transcript.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Updated:
    """The new text, and what a person must put right because no rewriting can."""

    text: str
    problems: tuple[Difference, ...]


def update(script: Script, world: World) -> Updated:
    """Play a script and write down what was heard; lines that still fit keep their gaps, facts stay as stated.

    A sentence without its `~` line gets the trained engine's. From a line that cannot be played on, the rest stays as
    it is.
    """
    understanding = world.director(prompting=True)
    lines: list[str] = []
    problems: list[Difference] = []
    known = frozenset[str]()
    waiting = list(script.scenes)
    try:
        with staged(script, world, understanding) as stage:
            while waiting:
                scene = waiting[0]
                heard = perform(scene, stage, understanding)
                lines += [*_act(scene, understanding.prompted), *_rewritten(scene, heard, stage)]
                waiting.pop(0)
                for line in scene.lines:
                    if isinstance(line, Stated):
                        problem, known = state_fact(line, stage, known)
                        if problem:
                            problems.append(_problem(script, line.number, f"{line.raw}\nbut {problem}"))
    except Stumble as stumble:
        problems.append(_problem(script, stumble.number, str(stumble)))
    for scene in waiting:
        lines += [*_act(scene, None), *(line.raw for line in scene.lines)]
    return Updated(text="\n".join(lines) + "\n", problems=tuple(problems))


def _act(scene: Scene, prompted: str | None) -> Iterator[str]:
    if scene.act is None:
        return
    yield scene.act.raw
    if isinstance(scene.act, Speech):
        if scene.act.meaning_raw:
            yield scene.act.meaning_raw
        elif prompted:
            yield f"  ~ {prompted}"


def _rewritten(scene: Scene, heard: list[Heard], stage: Stage) -> list[str]:
    """The scene's lines: each letter once, where the file had its place for it, new ones after the last of them."""
    waiting = list(heard)
    lines: list[str] = []
    end = 0
    for line in scene.lines:
        match line:
            case Expected():
                lines += _up_to(line, waiting, stage)
                end = len(lines)
            case Note() | Stated():
                lines.append(line.raw)
    return [*lines[:end], *(letter.written() for letter in waiting), *lines[end:]]


def _up_to(line: Expected, waiting: list[Heard], stage: Stage) -> Iterator[str]:
    """The letters of this line's chat up to the one that fits it; the next one as it was said where none fits."""
    mine = [letter for letter in waiting if is_for(letter, line, stage)]
    fitting = next((letter for letter in mine if line.wanted.fits(letter)), None)
    for letter in mine[: mine.index(fitting) + 1 if fitting else 1]:
        waiting.remove(letter)
        yield line.raw if letter is fitting else letter.written()


def _problem(script: Script, number: int, problem: str) -> Difference:
    return Difference(path=script.path, number=number, problem=problem)
