from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_chat import REPORT
from visitors import Person, TestClient

from gridwhistle.bot.app import Application
from gridwhistle.bot.channels.web_chat import WebChat
from gridwhistle.bot.web import feed, lookout, reading
from gridwhistle.bot.web.desk import WebDesk
from gridwhistle.bot.web.feed import EventStream
from gridwhistle.bot.web.reading import MARK, START, Reading
from gridwhistle.dialogs.message import Inbound, Text
from gridwhistle.scheduler.delivery import Delivery
from gridwhistle.services.desk import Address

ZHANGMIN = Address(channel="web", address="zhangmin")


def state(*texts: str) -> Reading:
    return reading.of([{"id": f"{place}-{text}", "text": text} for place, text in enumerate(texts)])


@given(before=st.lists(st.sampled_from("abc"), max_size=6), now=st.lists(st.sampled_from("abc"), max_size=6))
def test_a_page_that_follows_every_change_shows_the_chat(before: list[str], now: list[str]) -> None:
    known, current = state(*before), state(*now)
    change = current.change_from(known.marks)
    if change is None:
        assert before == now
        return
    ids = [bubble["id"] for bubble in known.bubbles]
    kept = 0 if change.after is None else ids.index(change.after) + 1
    assert [*known.bubbles[:kept], *change.bubbles] == list(current.bubbles)
    assert change.version == current.version


@given(st.lists(st.sampled_from("abc"), max_size=5), st.lists(st.sampled_from("abc"), max_size=5))
def test_a_page_that_comes_again_is_told_only_what_is_new(seen: list[str], more: list[str]) -> None:
    current = state(*seen, *more)
    change = current.change_from(current.marks_until(state(*seen).version))
    assert [bubble["text"] for bubble in change.bubbles] == more if more else change is None


@pytest.mark.parametrize("version", ["", "x", "0" * 15, "g" * 16, "ff" * MARK, "0" * 64, "é" * 16])
def test_an_unknown_version_gets_the_whole_chat(version: str) -> None:
    current = state("a", "b")
    change = current.change_from(current.marks_until(version))
    assert change is not None
    assert change.after is None
    assert len(change.bubbles) == 2


def test_marks_cost_eight_bytes_a_bubble() -> None:
    assert state("a", "b").marks[:MARK] == START
    assert len(state("a", "b").marks) == 3 * MARK


async def follow(app: Application, seen: str = "") -> AsyncGenerator[str]:
    async with aclosing(feed.events(WebDesk(app), ZHANGMIN, "zh", seen)) as events:
        async for event in events:
            yield event


def say(app: Application, text: str) -> None:
    now = app.office.clock.now()
    app.take(Inbound(channel="web", address="zhangmin", external_id=text, received_at=now, content=Text(text=text)))


def news_of(event: str) -> dict[str, object]:
    fields = dict(line.split(": ", 1) for line in event.strip().split("\n"))
    assert fields["event"] == "chat"
    news = json.loads(fields["data"])
    assert fields["id"] == news["version"]
    return news


def test_a_page_is_told_at_once_and_only_the_news(app: Application) -> None:
    async def listen() -> None:
        async with aclosing(follow(app)) as events:
            assert await anext(events) == "retry: 2500\n\n"
            assert news_of(await anext(events))["bubbles"] == []
            await asyncio.to_thread(say, app, REPORT)
            first = news_of(await anext(events))
            while not any(bubble["buttons"] for bubble in first["bubbles"]):
                first = news_of(await anext(events))
            await asyncio.to_thread(say, app, "确认")
            second = news_of(await anext(events))
            assert second["after"] is not None
            assert REPORT not in [bubble["text"] for bubble in second["bubbles"]]

    asyncio.run(listen())


def test_a_page_that_lost_its_connection_goes_on_where_it_was(app: Application) -> None:
    async def listen() -> None:
        say(app, REPORT)
        async with aclosing(follow(app)) as events:
            await anext(events)
            version = news_of(await anext(events))["version"]
        async with aclosing(follow(app, str(version))) as events:
            await anext(events)
            told = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0)
            await asyncio.to_thread(say, app, "确认")
            assert news_of(await told)["after"] is not None
        assert not app.bell.anybody

    asyncio.run(listen())


def test_a_silent_page_gets_signs_of_life_and_is_looked_at_now_and_then(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "HEARTBEAT", 0.0)

    async def listen() -> None:
        async with aclosing(follow(app)) as events:
            await anext(events)
            await anext(events)
            # Somebody else's process writes: nobody rings here.
            await asyncio.to_thread(app.conversation.handle, hello(app))
            await asyncio.to_thread(app.delivery.run)
            seen = [await anext(events) for _ in range(2 * feed.LOOK_ANYWAY + 2)]
            assert ":\n\n" in seen
            assert any(event.startswith("id: ") for event in seen)

    asyncio.run(listen())


def hello(app: Application) -> Inbound:
    return Inbound(
        channel="web",
        address="zhangmin",
        external_id="hello",
        received_at=app.office.clock.now(),
        content=Text(text="你好"),
    )


def test_letters_that_another_process_sent_are_noticed(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "LOOK_EVERY", 0.01)

    async def listen() -> None:
        looking = asyncio.create_task(lookout.keep_looking(WebDesk(app)))
        with app.bell.listening("zhangmin") as rung, app.bell.listening("liqiang") as other:
            await asyncio.to_thread(app.conversation.handle, hello(app))
            await asyncio.to_thread(Delivery(app.office, [WebChat(lambda _address: None)]).run)
            await asyncio.wait_for(rung.wait(), 5)
            assert not other.is_set()
        looking.cancel()

    asyncio.run(listen())


def test_the_end_of_the_server_ends_the_pages(app: Application) -> None:
    async def listen() -> list[str]:
        told = []
        async with aclosing(follow(app)) as events:
            async for event in events:
                told.append(event)
                if len(told) > 1:
                    app.bell.close()
        return told

    assert len(asyncio.run(listen())) == 2


def test_a_closed_page_lets_go_of_everything(app: Application) -> None:
    sent: list[dict[str, object]] = []

    async def serve() -> None:
        gone = asyncio.Event()

        async def receive() -> dict[str, object]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)
            if len(sent) == 3:
                assert app.bell.anybody
                gone.set()

        stream = EventStream(feed.events(WebDesk(app), ZHANGMIN, "zh", ""), nullcontext())
        scope = {"type": "http", "asgi": {"spec_version": "2.3"}}
        await stream(scope, receive, send)  # type: ignore[arg-type]
        assert not app.bell.anybody

    asyncio.run(serve())
    headers = dict(sent[0]["headers"])  # type: ignore[call-overload]
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert headers[b"x-accel-buffering"] == b"no"
    assert b"no-transform" in headers[b"cache-control"]


def test_looking_tells_only_what_has_changed(zhangmin: Person, client: TestClient) -> None:
    zhangmin.say(REPORT)
    whole = zhangmin.get("/api/chat").json()
    assert zhangmin.get("/api/chat", seen=whole["version"]).json() == {"version": whole["version"]}
    zhangmin.press("确认")
    news = zhangmin.get("/api/chat", seen=whole["version"]).json()
    assert news["after"] is None or news["after"] in [bubble["id"] for bubble in whole["bubbles"]]
    assert client.get("/api/stream").status_code == 401
    assert client.get("/api/stream", params={"as": "nobody"}).status_code == 404
