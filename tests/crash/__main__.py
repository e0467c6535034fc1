"""`python -m tests.crash --minutes 10 --seed N`: does the city survive being broken for so long?"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys

from .engines import ENGINES, Unavailable
from .report import show
from .run import Result, Run

OWN_MOUNTS = "GRIDWHISTLE_CRASH_OWN_MOUNTS"


def main() -> int:
    """Break the city on each engine; 0 if it came through unharmed."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long each engine is broken")
    parser.add_argument("--seed", type=int, help="repeats the schedule of another run's faults")
    parser.add_argument("--engine", choices=[*ENGINES, "both"], default="both")
    parser.add_argument("--per-second", type=float, default=2.0, help="how many residents begin to report")
    parser.add_argument("--gap", type=float, default=1.2, help="seconds between two faults from outside")
    given = parser.parse_args()
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    results: list[Result] = []
    missing: dict[str, str] = {}
    for engine in ENGINES if given.engine == "both" else [given.engine]:
        try:
            run = Run(engine, seed, given.minutes * 60, given.per_second, given.gap)
        except Unavailable as problem:
            missing[engine] = str(problem)
            continue
        try:
            results.append(run.go())
        finally:
            run.close()
    return show(results, missing, seed)


def _with_own_mounts() -> None:
    """Begin again where what is mounted is seen by nobody else, and ends with us."""
    if os.geteuid() == 0 and OWN_MOUNTS not in os.environ and (unshare := shutil.which("unshare")):
        os.environ[OWN_MOUNTS] = "1"
        probe = os.spawnl(os.P_WAIT, unshare, "unshare", "--mount", "true")
        if probe == 0:
            os.execv(unshare, ["unshare", "--mount", sys.executable, "-m", "tests.crash", *sys.argv[1:]])


if __name__ == "__main__":
    _with_own_mounts()
    sys.exit(main())
