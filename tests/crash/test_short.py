"""Does a city come through a short time of everything that can break?

Longer: ``python -m tests.crash --minutes 10``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .engines import ENGINES
from .schedule import Fault, fuses, schedule

ROOT = Path(__file__).parents[2]
SEED = 7


@pytest.mark.parametrize("engine", ENGINES)
def test_a_city_that_is_broken_for_a_moment_loses_nothing_and_does_nothing_twice(engine: str) -> None:
    command = [sys.executable, "-m", "tests.crash", "--minutes", "0.15", "--gap", "0.6", "--per-second", "4"]
    ran = subprocess.run(
        [*command, "--seed", str(SEED), "--engine", engine], cwd=ROOT, capture_output=True, text=True, check=False
    )

    if f"{engine}: not run: " in ran.stdout:
        pytest.skip(ran.stdout.partition("not run: ")[2].strip())
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for told in ("kill -9 at a random moment", "the oracle: how often", f"seed {SEED}"):
        assert told in ran.stdout


def test_a_seed_gives_the_same_faults_again_and_another_seed_others() -> None:
    faults = list(Fault)

    assert schedule(5, 60, faults, 1.0) == schedule(5, 60, faults, 1.0) != schedule(6, 60, faults, 1.0)
    assert {event.fault for event in schedule(5, 30, faults, 1.0)} == set(Fault)
    lives = [fuses(seed, "bot", 0) for seed in (5, 5, 6)]
    first, again, other = ([next(life) for _ in range(20)] for life in lives)
    assert first == again != other
