"""Does a loop end in good order?"""

from __future__ import annotations

import asyncio
import threading

import pytest

from gridwhistle.bot.loop_thread import LoopStopped, LoopThread


@pytest.fixture
def loop() -> LoopThread:
    loop = LoopThread("of a test")
    loop.start()
    return loop


def test_what_ends_it_runs_when_nothing_else_runs_any_more(loop: LoopThread) -> None:
    told: list[str] = []
    began = threading.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            told.append("work")

    async def last() -> None:
        told.append("last")

    loop.begin(work())
    began.wait()
    loop.stop(last)
    assert told == ["work", "last"]


def test_nothing_begins_after_the_end(loop: LoopThread) -> None:
    async def work() -> None:
        raise AssertionError

    loop.stop()
    loop.stop()
    with pytest.raises(LoopStopped):
        loop.run(work())
    with pytest.raises(LoopStopped):
        loop.begin(work())
