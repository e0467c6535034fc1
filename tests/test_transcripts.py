"""Do the written conversations hold, with the meanings given and through the trained model?"""

from __future__ import annotations

from pathlib import Path

import engines
import pytest
from engines import Engine

from gridwhistle.bot.settings import Settings
from gridwhistle.bot.transcript.play import play
from gridwhistle.bot.transcript.script import read_script
from gridwhistle.bot.transcript.world import World

FOLDER = Path(__file__).parent / "transcripts"
CASES = sorted(FOLDER.glob("*.chat"))
KNOWN_WRONG = sorted((FOLDER / "known_wrong").glob("*.chat"))
ENOUGH = 0.85
"""The share of the cases that must hold when the trained model understands for itself."""


@pytest.fixture(scope="module")
def world(engine: Engine) -> World:
    return engines.world()


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_conversation_goes_as_written(file: Path, world: World) -> None:
    differences = play(read_script(file), world)
    assert not differences, "\n".join(map(str, differences))


def test_known_wrong_conversations_are_still_wrong(world: World) -> None:
    # One test for all: without a known wrong case there is nothing to skip.
    mended = [file.name for file in KNOWN_WRONG if not play(read_script(file), world)]
    assert not mended, "these hold now; move them up into tests/transcripts"


def test_most_conversations_hold_through_the_trained_model(capsys: pytest.CaptureFixture[str]) -> None:
    # On SQLite: what the model understands is the same on every engine.
    world = World(Settings())
    failed = {file.stem: found for file in CASES if (found := play(read_script(file), world, through_model=True))}
    share = 1 - len(failed) / len(CASES)
    report = "\n".join(f"  {name}: {differences[0].problem.splitlines()[0]}" for name, differences in failed.items())
    with capsys.disabled():
        print(f"\n{share:.0%} of {len(CASES)} transcripts hold through the trained model\n{report}")  # noqa: T201
    assert share >= ENOUGH, report
