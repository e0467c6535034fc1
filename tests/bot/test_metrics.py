"""Does a process tell how it is, and does it tell nothing about people?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import engines
import pytest
from bureau import MONDAY
from prometheus_client.parser import text_string_to_metric_families

from gridwhistle.bot.app import Application, build
from gridwhistle.bot.logs import set_up_logs
from gridwhistle.bot.settings import LogLevel
from gridwhistle.dialogs.message import Content, Inbound, Press, Text
from gridwhistle.services import chats, lanes, timers
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address
from gridwhistle.services.outbox import Letter, post
from gridwhistle.services.sending import AT_WILL
from gridwhistle.services.store import new_id

WORDS = "我叫张桂兰，电话13812345678，幸福小区3号楼2单元501下水道堵了三天了，没人管"
PERSONAL = ("张桂兰", "13812345678", "下水道", "2单元501", "幸福小区", "没人管", "张敏", "李强")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    made = build(
        engines.world().settings.model_copy(update={"files_dir": tmp_path}),
        engines.world().fresh_store(),
        understanding=lambda _settings, _city: engines.world().trained,
        clock=ShiftableClock(frozen_at=MONDAY),
        regular=(),
    )
    yield made
    made.office.store.close()


def say(app: Application, who: str, content: Content) -> None:
    app.take(
        Inbound(channel=DEMO_CHANNEL, address=who, external_id=new_id(), received_at=app.office.clock.now(),
                content=content)
    )  # fmt: skip


def press(app: Application, who: str, index: int = 0) -> None:
    with app.office.desk() as desk:
        written = [one for one in chats.letters(desk, Address(channel=DEMO_CHANNEL, address=who)) if one.buttons]
    say(app, who, Press(letter=written[-1].id, index=index))


def figures(app: Application) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(app.metrics.text().decode())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def test_turns_sends_and_sureness_are_counted(app: Application) -> None:
    say(app, "zhangmin", Text(text="幸福小区3号楼2单元下水道堵了三天了，没人管"))
    press(app, "zhangmin")
    found = figures(app)

    assert found["gridwhistle_turn_seconds_count", DEMO_CHANNEL] == 2
    assert found["gridwhistle_sends_total", DEMO_CHANNEL, "sent"] >= 3
    assert sum(value for key, value in found.items() if key[0] == "gridwhistle_understood_total") == 1
    assert found["gridwhistle_store_up",] == 1
    assert found["gridwhistle_letters", "waiting"] == found["gridwhistle_letters", "dead"] == 0


def test_timers_are_counted_by_job(app: Application) -> None:
    with app.office.desk() as desk:
        timers.put(desk, "resume", "nothing", desk.now)
    app.drain.run_due()

    assert figures(app)["gridwhistle_timers_total", "resume", "done"] == 1


def test_what_waits_is_told_with_how_late_it_is(app: Application) -> None:
    with app.office.desk() as desk:
        who = chats.actor_at(desk, Address(channel=DEMO_CHANNEL, address="zhangmin"))
        assert who is not None
        assert who.person_id is not None
        timers.put(desk, "resume", "nothing", desk.now)
        post(desk, Letter(to=who.person_id, text="talks.ended", key="k"))
    assert app.demo_clock is not None
    app.demo_clock.ahead_to(MONDAY + timedelta(minutes=5))
    found = figures(app)
    assert found["gridwhistle_lag_seconds", "", "timers"] == 300
    assert found["gridwhistle_lag_seconds", DEMO_CHANNEL, "outbox"] == 300
    assert found["gridwhistle_lag_seconds", "", "inbox"] == 0
    assert found["gridwhistle_letters", "waiting"] == 1

    with app.office.desk() as desk:
        lanes.claim(desk, DEMO_CHANNEL, AT_WILL, free=1)
    assert figures(app)["gridwhistle_letters", "sending"] == 1


def test_a_store_that_is_down_is_told_with_all_else(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    app.metrics.heard("sure")

    def down(_store: object) -> None:
        raise OSError("the store is down")

    monkeypatch.setattr(type(app.office.store), "begin", down)
    found = figures(app)
    assert found["gridwhistle_store_up",] == 0
    assert found["gridwhistle_understood_total", "sure"] == 1


def test_a_turn_that_the_store_refuses_counts_as_failed(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_store: object) -> None:
        raise OSError("the store is down")

    with monkeypatch.context() as patched:
        patched.setattr(type(app.office.store), "begin", down)
        with pytest.raises(OSError, match="down"):
            say(app, "zhangmin", Text(text="你好"))
    assert figures(app)["gridwhistle_turns_failed_total", DEMO_CHANNEL] == 1


@pytest.mark.usefixtures("restored")
def test_the_log_of_a_whole_conversation_names_every_turn_and_nobody(
    app: Application, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_logs(level=LogLevel.DEBUG, as_json=True)
    say(app, "zhangmin", Text(text=WORDS))
    press(app, "zhangmin")
    press(app, "liqiang")
    say(app, "liqiang", Text(text="已经办好了，张桂兰家疏通了"))
    # Something breaks in the middle of it as well, with what was said in its hands.

    def breaks(_state: object, heard: object, *_more: object) -> None:
        raise ValueError(heard)

    monkeypatch.setattr("gridwhistle.dialogs.conversation.turn", breaks)
    say(app, "zhangmin", Text(text=WORDS))
    with app.office.desk() as desk:
        timers.put(desk, "broken", "zhangmin", desk.now)
    app.drain.run_due()
    figures(app)

    written = capsys.readouterr().err
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["event"] for line in lines].count("turn.done") == 5
    assert {"turn.failed", "timer.failed"} <= {line["event"] for line in lines}
    turns = [line["turn"] for line in lines if line["event"].startswith("turn.")]
    assert all(turns)
    assert len(set(turns)) == 5, "what is logged of a turn can be found by its id"
    for personal in PERSONAL:
        assert personal not in written
        assert personal not in app.metrics.text().decode()
