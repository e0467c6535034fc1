"""Does the city stay whole whatever anybody says, presses or sends, in any order?

Random people of the demo city send random turns; each failure tells its seed and the last turns before it.
``GRIDWHISTLE_RANDOM_TURNS=20`` plays twenty times as long.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import engines
import pytest
from crowd import Crowd
from engines import Engine

from gridwhistle.bot.settings import Settings
from gridwhistle.bot.transcript.world import World
from gridwhistle.services.lifecycle import Step

TIMES = int(os.environ.get("GRIDWHISTLE_RANDOM_TURNS", "1"))
TURNS = 300
DREAMED = range(6 * TIMES)
FURTHER = range(DREAMED.stop, DREAMED.stop + 18)
"""Ids are new each time, so a seed's turns are never quite the same: what a game missed another reaches."""
ON_POSTGRESQL = range(2000, 2000 + TIMES)
TRAINED = range(1000, 1000 + 2 * TIMES)


@pytest.fixture(scope="module")
def world() -> World:
    return World(Settings())


def play(world: World, folder: Path, seed: int, *, trained: bool, turns: int = TURNS) -> Counter[str]:
    crowd = Crowd(world, folder, seed, trained=trained)
    try:
        for _ in range(turns):
            crowd.step()
        return crowd.look_back()
    finally:
        crowd.close()


def test_random_turns_by_random_people_leave_the_city_whole_and_come_far(world: World, tmp_path: Path) -> None:
    reached: Counter[str] = Counter()
    for seed in (*DREAMED, *FURTHER):
        if seed in FURTHER and _came_far(reached):
            break
        reached.update(play(world, tmp_path / str(seed), seed, trained=False))

    assert _came_far(reached), f"only as far as {sorted(reached)}"


def _came_far(reached: Counter[str]) -> bool:
    steps = {step for step in Step if reached[step]}
    return (
        steps >= {Step.ASSIGN, Step.ACCEPT, Step.PASS_ON, Step.BEGIN, Step.RESOLVE, Step.AUDIT_PASS}
        and len(steps) > len(Step) // 3
        and reached["whistle_signed"] > 0
    )


@pytest.mark.parametrize("seed", ON_POSTGRESQL)
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_random_turns_leave_a_city_on_postgresql_whole(engine: Engine, tmp_path: Path, seed: int) -> None:
    assert engine.name == "postgresql"
    play(engines.world(), tmp_path, seed, trained=False, turns=TURNS // 3)


@pytest.mark.parametrize("seed", TRAINED)
def test_random_turns_through_the_trained_model_leave_the_city_whole(world: World, tmp_path: Path, seed: int) -> None:
    play(world, tmp_path, seed, trained=True)
