from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from visitors import MORNING

from gridwhistle.bot.app import Application, build
from gridwhistle.bot.transcript.script import read_script
from gridwhistle.bot.transcript.world import World
from gridwhistle.services.clock import ShiftableClock, in_city

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from gridwhistle.bot.cli import main; main()")


def run(folder: Path, *arguments: str, said: str = "", demo: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {
        "PYTHONPATH": str(ROOT),
        "GRIDWHISTLE_CACHE_DIR": str(ROOT / ".cache"),
        "GRIDWHISTLE_DEMO": str(demo),
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
    }
    return subprocess.run(  # noqa: S603 (our own command)
        (*COMMAND, *arguments),
        input=said,
        text=True,
        capture_output=True,
        timeout=120,
        cwd=folder,
        env=environment,
        check=False,
    )


def test_what_the_terminal_prints_is_a_transcript(world: World, tmp_path: Path) -> None:
    assert world.trained is not None  # trained here, once, not by the command
    said = (
        "幸福小区3号楼2单元下水道堵了三天了，没人管\n1\n/as liqiang\n接单\n/clock next\n/clock +2h\n/what\n/as nobody\n"
    )
    printed = run(tmp_path, "chat", "--as", "zhangmin", said=said)
    assert printed.returncode == 0, printed.stderr
    for line in (
        "居民张敏> [确认]",
        "网格员李强> (收到) 【新工单】",
        "网格员李强> [接单]",
        "== 到下一个提醒 ==",
        "== 2 小时后 ==",
    ):
        assert line in printed.stdout
    file = tmp_path / "printed.chat"
    file.write_text(printed.stdout, encoding="utf-8")
    read_script(file)
    assert "Traceback" not in printed.stderr


@pytest.mark.parametrize(
    ("arguments", "demo", "told"),
    [
        (("chat",), False, "GRIDWHISTLE_DEMO"),
        (("chat", "--as", "zhangmi"), True, "zhangmin"),
        (("serve",), False, "init"),
    ],
)
def test_a_users_mistake_is_told_in_a_line(
    world: World, tmp_path: Path, arguments: tuple[str, ...], told: str, *, demo: bool
) -> None:
    assert world.trained is not None
    printed = run(tmp_path, *arguments, demo=demo)
    assert printed.returncode == 1
    assert told in printed.stderr
    assert "Traceback" not in printed.stderr


@pytest.mark.parametrize(
    ("opened", "begins"),
    [
        ("2026-11-23 23:14", "2026-11-24 08:30"),
        ("2026-11-24 03:00", "2026-11-24 08:30"),
        ("2026-11-24 10:15", "2026-11-24 10:15"),
        ("2026-11-28 12:00", "2026-11-30 08:30"),
        ("2026-10-01 12:00", "2026-10-08 08:30"),
    ],
)
def test_the_demo_opens_by_day(world: World, tmp_path: Path, opened: str, begins: str) -> None:
    moment = MORNING.fromisoformat(opened).replace(tzinfo=MORNING.tzinfo)
    app: Application = build(
        world.settings.model_copy(update={"files_dir": tmp_path}),
        world.fresh_store(),
        understanding=lambda _settings, _city: world.trained,
        clock=ShiftableClock(frozen_at=moment),
    )
    app.open_by_day()
    assert f"{in_city(app.office.clock.now()):%Y-%m-%d %H:%M}" == begins
    app.office.store.close()
