"""What does a page that stays open cost, and how fast is an answer while a thousand of them do?

The real server in a process of its own, over a SQLite file: visitors keep their event streams open, and now this one,
now that one says something. An exchange is a POST with a message and the event with its answer. Prints the server's
memory for each open page, the exchanges per second, and how long one takes.

    python -m benchmarks.web_chat [--pages 1000] [--at-once 8] [--seconds 10]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import secrets
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path

import uvicorn

from gridwhistle.bot.app import build, settle_memory
from gridwhistle.bot.settings import Settings
from gridwhistle.bot.web.site import build_site
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.region import found_region
from gridwhistle.services.store import Store

SAID = ("幸福小区3号楼2单元下水道堵了三天了，没人管", "取消")
HOST = "127.0.0.1"
PATIENCE = 60.0


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(Path(folder), theirs), daemon=True)
        server.start()
        port = ours.recv()
        try:
            asyncio.run(_measure(options, port, Path(f"/proc/{server.pid}/status")))
        finally:
            server.terminate()
            server.join()


def _serve(folder: Path, told: Connection) -> None:
    settings = Settings(database_url=f"sqlite:///{folder}/bench.db", files_dir=folder / "files")
    store = Store(settings.database_url)
    found_region(store, settings.region, settings.region_name)
    settle_demo(store, settings.region, settings.demo_dir, now=datetime.now(UTC))
    site = build_site(build(settings, store))
    settle_memory()
    config = uvicorn.Config(site, host=HOST, port=0, log_config=None, access_log=False, backlog=4096)
    asyncio.run(_Told(config, told).serve())


class _Told(uvicorn.Server):
    """Tells on which port it listens."""

    def __init__(self, config: uvicorn.Config, told: Connection) -> None:
        super().__init__(config)
        self._told = told

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        self._told.send(self.servers[0].sockets[0].getsockname()[1])


class Visitor:
    """One browser, in a network of its own: a stream that is listened to, and a connection to speak through."""

    def __init__(self, number: int, port: int) -> None:
        self._from = (f"127.{1 + number // 60_000}.{1 + number // 240 % 250}.{1 + number % 240}", 0)
        self._port = port
        self._cookie = f"gridwhistle_chat={secrets.token_urlsafe(32)}"

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.StreamReader]:
        """Keep the page open."""
        reader, writer = await self._connect()
        writer.write(self._head("GET /api/stream"))
        await reader.readuntil(b"\r\n\r\n")
        yield reader
        writer.close()

    @asynccontextmanager
    async def speaking(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Keep a connection to speak through."""
        reader, writer = await self._connect()
        yield reader, writer
        writer.close()

    async def say(self, line: tuple[asyncio.StreamReader, asyncio.StreamWriter], text: str) -> None:
        """Send a message, and wait until it was taken."""
        reader, writer = line
        body = json.dumps({"id": uuid.uuid4().hex, "text": text}).encode()
        more = f"Content-Type: application/json\r\nX-Gridwhistle: 1\r\nContent-Length: {len(body)}\r\n"
        writer.write(self._head("POST /api/messages", more) + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if " 200 " not in head.splitlines()[0]:
            raise SystemExit(f"the server does not take a message: {head}")
        length = next(int(one.split(":")[1]) for one in head.lower().splitlines() if one.startswith("content-length"))
        await reader.readexactly(length)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(HOST, self._port, local_addr=self._from, limit=2**20)

    def _head(self, request: str, more: str = "") -> bytes:
        return f"{request} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {self._cookie}\r\n{more}\r\n".encode()


async def hear(reader: asyncio.StreamReader, *, until_answered: bool) -> None:
    """Wait for an event of the stream, or for one with a letter at its end."""
    while True:
        line = await asyncio.wait_for(reader.readline(), PATIENCE)
        if not line.startswith(b"data: "):
            continue
        bubbles = json.loads(line.removeprefix(b"data: "))["bubbles"]
        if not until_answered or (bubbles and not bubbles[-1]["mine"]):
            return


async def _measure(options: argparse.Namespace, port: int, status: Path) -> None:
    visitors = [Visitor(number, port) for number in range(options.pages)]
    for visitor in visitors:
        async with visitor.speaking() as line:
            await visitor.say(line, "你好")
    before = _memory(status)
    async with AsyncExitStack() as pages:
        streams = [await pages.enter_async_context(visitor.listening()) for visitor in visitors]
        for stream in streams:
            await hear(stream, until_answered=False)
        each = (_memory(status) - before) / options.pages
        print(f"memory of the server: {before / 1024:.0f} MB, and {each:.0f} kB for each of {options.pages} open pages")
        waiting = list(zip(visitors, streams, strict=True))
        began = time.perf_counter()
        talking = [
            _talk(waiting[number :: options.at_once], began + options.seconds) for number in range(options.at_once)
        ]
        spans = sorted(span for some in await asyncio.gather(*talking) for span in some)
        rate = len(spans) / (time.perf_counter() - began)
    p50, p99 = statistics.median(spans) * 1000, spans[int(len(spans) * 0.99)] * 1000
    print(f"{rate:.0f} exchanges/s, {options.at_once} at once: p50 {p50:.0f} ms, p99 {p99:.0f} ms")


async def _talk(visitors: list[tuple[Visitor, asyncio.StreamReader]], ends: float) -> list[float]:
    spans: list[float] = []
    async with visitors[0][0].speaking() as line:
        for turn, (visitor, stream) in enumerate(cycle(visitors)):
            if time.perf_counter() >= ends:
                break
            began = time.perf_counter()
            answered = asyncio.ensure_future(hear(stream, until_answered=True))
            await visitor.say(line, SAID[turn // len(visitors) % len(SAID)])
            await answered
            spans.append(time.perf_counter() - began)
    return spans


def _memory(status: Path) -> float:
    """The process' resident memory in kB."""
    lines = status.read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
