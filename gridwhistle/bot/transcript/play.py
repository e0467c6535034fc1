"""Does a transcript hold when it is played, and if not, where and how does the real conversation differ?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridwhistle.bot.transcript.hands import Mishap
from gridwhistle.bot.transcript.meaning import Directed
from gridwhistle.bot.transcript.script import LOOSE_TIMERS, Expected, Passing, Scene, Script, Speech, Stated
from gridwhistle.bot.transcript.stage import Stage, Wire
from gridwhistle.bot.transcript.wording import Heard
from gridwhistle.bot.transcript.world import World
from gridwhistle.dialogs.nlu.understood import Understanding
from gridwhistle.scheduler.regular import CRONS
from gridwhistle.services import rehearsal


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One place where the conversation is not as written."""

    path: Path
    number: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path}:{self.number}: {self.problem}"


def play(script: Script, world: World, *, through_model: bool = False, wire: Wire | None = None) -> list[Difference]:
    """Play a script to its first scene that differs; gives that scene's differences, or nothing.

    In exact mode the `~` lines say what sentences mean, through the model the trained engine does. ``wire`` carries
    messages and letters through a platform's own adapter.
    """
    understanding = world.trained if through_model else world.director()
    try:
        with staged(script, world, understanding, wire) as stage:
            known = frozenset[str]()
            for scene in script.scenes:
                heard = perform(scene, stage, understanding)
                problems, known = _compare(scene, heard, stage, known)
                if problems:
                    return [_difference(script, number, problem) for number, problem in sorted(problems)]
            return [_difference(script, _last(script), problem) for problem in _leftovers(script, stage)]
    except Stumble as stumble:
        return [_difference(script, stumble.number, str(stumble))]


class Stumble(Exception):  # noqa: N818 (a message for the file's author)
    """A line cannot be played."""

    def __init__(self, number: int, problem: object) -> None:
        super().__init__(str(problem))
        self.number = number


@contextmanager
def staged(script: Script, world: World, understanding: Understanding, wire: Wire | None = None) -> Iterator[Stage]:
    """A stage for a script, taken down afterwards. Raises ``Stumble`` where the script's time is impossible."""
    with tempfile.TemporaryDirectory(prefix="gridwhistle-transcript-") as folder:
        try:
            stage = Stage(
                world, understanding, script.begins, Path(folder), wire, CRONS if script.regular_letters else ()
            )
        except Mishap as mishap:
            raise Stumble(1, mishap) from None
        try:
            yield stage
        finally:
            stage.close()


def perform(scene: Scene, stage: Stage, understanding: Understanding) -> list[Heard]:
    """Let the scene's act happen; gives all letters that follow. Raises ``Stumble`` where it cannot."""
    act = scene.act
    try:
        match act:
            case Speech(label=label, inputs=inputs, meaning=meaning):
                address = stage.cast.called(label)
                if isinstance(understanding, Directed):
                    understanding.direct(meaning)
                for one in inputs:
                    stage.act(address, one)
                if isinstance(understanding, Directed) and understanding.problem:
                    raise Stumble(act.number, understanding.problem)
            case Passing(move=move):
                stage.pass_time(move)
            case None:
                pass
    except (Mishap, ValueError) as mishap:
        raise Stumble(act.number if act else 1, mishap) from None
    return stage.heard()


def state_fact(stated: Stated, stage: Stage, known: frozenset[str]) -> tuple[str | None, frozenset[str]]:
    """Ask a fact; gives what is the case instead, and the tickets that the file knows of from here on."""
    with stage.office.desk() as desk:
        problem = stated.fact.check(desk, known)
        if stated.fact.counts_tickets:
            known = frozenset(ticket.number for ticket in rehearsal.tickets(desk))
    return problem, known


def is_for(letter: Heard, line: Expected, stage: Stage) -> bool:
    """Whether a line is about letters of this kind in this chat. Raises ``Stumble`` for a label that is nobody's."""
    if line.label is None:
        return letter.reply
    try:
        address = stage.cast.called(line.label)
    except ValueError as problem:
        raise Stumble(line.number, problem) from None
    return letter.address == address and not letter.reply


def _compare(
    scene: Scene, heard: list[Heard], stage: Stage, known: frozenset[str]
) -> tuple[list[tuple[int, str]], frozenset[str]]:
    """What differs, by line; letters to different people may stand in any order."""
    problems: list[tuple[int, str]] = []
    for line in scene.lines:
        match line:
            case Expected():
                letter = next((one for one in heard if is_for(one, line, stage)), None)
                if letter is not None:
                    heard.remove(letter)
                if letter is None or not line.wanted.fits(letter):
                    got = letter.written() if letter else "(nothing)"
                    problems.append((line.number, f"expected\n{line.raw}\nbut heard\n{got}"))
            case Stated():
                problem, known = state_fact(line, stage, known)
                if problem:
                    problems.append((line.number, f"{line.raw}\nbut {problem}"))
    begins = scene.act.number if scene.act else 1
    problems += [(begins, f"unexpected letter\n{one.written()}") for one in heard]
    return problems, known


def _leftovers(script: Script, stage: Stage) -> Iterator[str]:
    with stage.office.desk() as desk:
        timers = [timer.key for timer in rehearsal.timers_left(desk)]
        broken = rehearsal.broken_chains(desk)
    if timers and not script.loose_timers:
        yield f"timers are left over (end the file with “= {LOOSE_TIMERS}” if they may be): {', '.join(timers)}"
    for number in broken:
        yield f"the history of {number} does not verify"


def _last(script: Script) -> int:
    scene = script.scenes[-1]
    lines = [line.number for line in scene.lines]
    return max([*lines, scene.act.number if scene.act else 1])


def _difference(script: Script, number: int, problem: str) -> Difference:
    return Difference(path=script.path, number=number, problem=problem)
