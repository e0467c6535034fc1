"""How many whole turns does one process do, and how long does one take?

A whole turn: a message in, understood, its effect committed to a SQLite file, the replies in the outbox. Residents
report a matter in one line and confirm it, so that every second turn opens a ticket with its events, timers, whistles
and letters. Prints medians of several rounds and the process' peak memory.

Three ways: one turn after another, each on the disk before the next begins; as ``bot.intake`` lets messages act that
wait together, many turns of one thread in a commit (a turn's time is then that until the commit of all); and by as many
threads as a process that serves works with. The speed of the machine at that moment is printed beside each: a loop of
10^7 additions, the best of three.

    python -m benchmarks.turn [--residents 400] [--rounds 3]
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gridwhistle.bot.app import Application, build, settle_memory
from gridwhistle.bot.intake import WORKERS
from gridwhistle.bot.logs import set_up_logs
from gridwhistle.bot.settings import LogLevel, Settings
from gridwhistle.dialogs.message import Inbound, Press, Text
from gridwhistle.services import chats, rehearsal
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.desk import Address
from gridwhistle.services.one_writer import MOST_PARTS
from gridwhistle.services.region import found_region
from gridwhistle.services.store import Store

LINES = (
    "{place}{unit}单元下水道堵了三天了，没人管",
    "{place}{unit}单元楼道堆了一堆破烂，道都走不了",
    "{place}{unit}单元暖气不热，屋里才十五度",
    "{place}{unit}单元对门装修天天响到半夜",
    "{place}{unit}单元没水了，问物业也不知道啥时候来",
)


def main() -> None:
    """Run the rounds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    set_up_logs(level=LogLevel.WARNING, as_json=False)
    for threads, together in ((1, 1), (1, MOST_PARTS), (WORKERS, 1)):
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), options.residents, options.rounds, threads, together)
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _measure(folder: Path, residents: int, many: int, threads: int, together: int) -> None:
    began = time.perf_counter()
    application = _application(folder)
    settle_memory()
    print(f"{threads} thread(s), {together} turn(s) in a commit; 10^7 additions take {_additions():.2f} s")
    print(f"  start-up with a trained model: {time.perf_counter() - began:.2f} s")
    rounds = [_round(application, number, residents, threads, together) for number in range(many)]
    for name in ("report", "confirm"):
        spans = [span for one in rounds for span in getattr(one, name)]
        print(f"  {name:8}: p50 {at(spans, 50):.2f} ms, p99 {at(spans, 99):.2f} ms")
    _understanding(application)
    rate = statistics.median(one.rate for one in rounds)
    print(f"  whole turns/s in one process, median of {many} rounds: {rate:.0f}")
    with application.office.desk() as desk:
        print(f"  tickets opened: {len(rehearsal.tickets(desk))}, of {residents * many} residents")
    application.office.store.close()


def _application(folder: Path) -> Application:
    settings = Settings(demo=True, database_url=f"sqlite:///{folder}/bench.db", files_dir=folder / "files")
    store = Store(settings.database_url)
    found_region(store, settings.region, "富锦市")
    settle_demo(store, settings.region, settings.demo_dir, now=datetime.now(UTC))
    return build(settings, store)


@dataclass(kw_only=True)
class Round:
    """Latencies of each kind of turn in milliseconds, and the seconds that all of them took."""

    report: list[float]
    confirm: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Whole turns per second."""
        return (len(self.report) + len(self.confirm)) / self.seconds


def _round(application: Application, number: int, residents: int, threads: int, together: int) -> Round:
    addresses = [f"bench-{number}-{resident}" for resident in range(residents)]
    said_lines = lines(number, buildings(application), len(addresses))
    with ThreadPoolExecutor(threads) as pool:

        def all_say(external_id: str, contents: Sequence[Text | Press]) -> tuple[list[float], float]:
            """The milliseconds of each turn, and the seconds of all."""
            said = [_inbound(address, external_id, one) for address, one in zip(addresses, contents, strict=True)]
            groups = [said[begin : begin + together] for begin in range(0, len(said), together)]
            began = time.perf_counter()
            spans = [span for group in pool.map(lambda group: _turns(application, group), groups) for span in group]
            return spans, time.perf_counter() - began

        # Somebody who has written before: most turns are theirs.
        all_say("0", [Text(text="你好")] * residents)
        report, seconds = all_say("1", [Text(text=line) for line in said_lines])
        application.delivery.run()
        confirm, more = all_say("2", [first_button(application, address) for address in addresses])
    return Round(report=report, confirm=confirm, seconds=seconds + more)


def _turns(application: Application, inbounds: Sequence[Inbound]) -> list[float]:
    """Let messages act, several of them in one commit; gives the milliseconds until each was on the disk."""
    talk, began = application.conversation, []
    if len(inbounds) == 1:
        began.append(time.perf_counter())
        talk.handle(inbounds[0])
    else:
        read = [talk.read(inbound) for inbound in inbounds]
        began += [one.began for one in read]
        with application.office.store.together():
            for one in read:
                talk.act(one)
    ended = time.perf_counter()
    return [(ended - begin) * 1000 for begin in began]


def _additions() -> float:
    """The seconds of a loop that is the same everywhere: what the machine gives at this moment."""

    def add() -> float:
        began, total = time.perf_counter(), 0
        for number in range(10**7):
            total += number
        return time.perf_counter() - began

    return min(add() for _ in range(3))


def lines(seed: str | int, places: Sequence[str], many: int) -> list[str]:
    """What ``many`` residents report, always the same for a seed."""
    chance = random.Random(seed)
    return [chance.choice(LINES).format(place=chance.choice(places), unit=chance.randint(1, 6)) for _ in range(many)]


def turn(application: Application, address: str, external_id: str, content: Text | Press) -> float:
    """Let somebody say something; gives the milliseconds that it took."""
    return _turns(application, [_inbound(address, external_id, content)])[0]


def _inbound(address: str, external_id: str, content: Text | Press) -> Inbound:
    return Inbound(
        channel="web", address=address, external_id=external_id, received_at=datetime.now(UTC), content=content
    )


def first_button(application: Application, address: str) -> Press:
    """A press of the first button of the last letter to somebody."""
    with application.office.desk() as desk:
        written = chats.letters(desk, Address(channel="web", address=address))
    if not written or not written[-1].buttons:
        sys.exit(f"no card to confirm in the chat {address}")
    return Press(letter=written[-1].id, index=0)


def buildings(application: Application) -> list[str]:
    """The full names of the city's buildings."""
    with application.office.desk() as desk:
        return [desk.city.full_name(place.code) for place in desk.city.places.values() if place.parent]


def _understanding(application: Application) -> None:
    understand = application.conversation._understanding.understand  # type: ignore[attr-defined]  # noqa: SLF001
    spans = []
    for number in range(2000):
        line = LINES[number % len(LINES)].format(place="幸福小区3号楼", unit=number % 6 + 1)
        began = time.perf_counter()
        understand(line)
        spans.append((time.perf_counter() - began) * 1000)
    print(f"  understanding alone: p50 {at(spans, 50):.2f} ms, p99 {at(spans, 99):.2f} ms")


def at(spans: Sequence[float], percent: int) -> float:
    """The percentile of some spans."""
    return statistics.quantiles(spans, n=100)[percent - 1]


if __name__ == "__main__":
    main()
