"""Who talks with the city at random, and what must hold whatever they do?"""

from __future__ import annotations

import io
import json
import sqlite3
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import structlog
from dream import DOOR, Dreamer
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.event import listens_for

from gridwhistle.bot.app import Application, build
from gridwhistle.bot.transcript.stage import CURTAIN
from gridwhistle.bot.transcript.world import World
from gridwhistle.dialogs.flow import Flows
from gridwhistle.dialogs.flows import FLOWS
from gridwhistle.dialogs.message import Content, Inbound, Photo, Pin, Press, Text, Unsupported
from gridwhistle.dialogs.nlu.data import read
from gridwhistle.dialogs.state import State
from gridwhistle.scheduler.jobs import JOBS
from gridwhistle.services import attachments, events, memory, rehearsal
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.desk import Address
from gridwhistle.services.lifecycle import EDGES, ENDED
from gridwhistle.services.photos import clean_photo
from gridwhistle.services.schema import Event, Invite, LetterRow, Person, Status, WishStatus
from gridwhistle.services.sending import AT_WILL, OutgoingLetter, Pace, SendReport, SendResult
from gridwhistle.services.store import Store, new_id
from gridwhistle.services.wish_lifecycle import WISH_TABLE

RESIDENTS = ("zhangmin", "wangfang", "zhaogang", "john", "stranger-1", "stranger-2")
STAFF = (
    "liqiang", "liqiang", "zhoumei", "zhujingjing", "machao", "machao", "panshijie", "gaojianguo", "linxiao", "linxiao",
    "zhengkai", "wulei", "xiaqingfeng", "dongyanan", "gongsuzhen",
)  # fmt: skip
MARK = "〔内〕"
"""Ends every longer text of a resident: nobody of a property company may read it."""
# Lists of words, as people type them: one on each line would be a page.
# ruff: noqa: E501
SHORT = (
    "是", "不是", "1", "2", "第三个", "跳过", "取消", "算了", "修改", "返回", "菜单", "人工", "重复", "结束", "确认", "yes", "no",
    "back", "接单", "我接了", "到了", "明天", "下周五", "5号楼", "幸福小区3号楼2单元", "催一下", "我的工单", "没解决", "满意", "李强",
    "zhoumei", "谢谢", "再见", "13912345678", "001",
)  # fmt: skip
NASTY = (
    "", " ", "\n\n", "\x00", "通\x00了", "\ud800", "坏\udfff了", "😀" * 40, "\u202e反过来", "é" * 3000, "长" * 9000, "{number}",
    "{0.__class__}", "%s%n", "=1+1", "'; DROP TABLE ticket; --", "\u200b", "𠮷" * 20, "\x1b[31m", "/start", "/start ABCDEFGHJK",
    "﷽", "１２３", "٣", "①", "<b>急</b>", "\ufeff修", "a\tb", "\x85", "\u2028",
)  # fmt: skip
SPANS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=9), timedelta(days=1), timedelta(days=6))


@dataclass
class Post:
    """A channel that keeps what it sends, and that does not always succeed."""

    dice: Random
    name: str = DEMO_CHANNEL
    pace: Pace = AT_WILL
    sent: list[OutgoingLetter] = field(default_factory=list)

    def send(self, letter: OutgoingLetter) -> SendReport:
        luck = self.dice.random()
        if luck < 0.02:
            return SendReport(result=self.dice.choice((SendResult.RETRY, SendResult.UNKNOWN, SendResult.REFUSED)))
        if luck < 0.022:
            return SendReport(result=SendResult.STOPPED)
        self.sent.append(letter)
        return SendReport(result=SendResult.SENT)


class Crowd:
    """Random people over a fresh demo city that a second connection can look at: on SQLite in a file."""

    def __init__(self, world: World, folder: Path, seed: int, *, trained: bool = False) -> None:
        self.dice = Random(seed)
        self.post = Post(Random(seed + 1))
        self.clock = ShiftableClock(frozen_at=CURTAIN)
        self.told: list[str] = []
        self.story: list[str] = []
        examples = read(world.settings.examples_dir)
        self.lines = [example.text for example in examples]
        self.file = folder / "city.db"
        self.app = self._build(world, folder, Dreamer(self.dice, world.city, examples, CURTAIN.date()), trained=trained)
        self.flows = Flows(FLOWS)
        self.people = {player.address: player for player in world.players}
        everybody = sorted(self.people)
        titles = ("auditor", "administrator", "centre_coordinator", "community_coordinator", "department_staff")
        special = [code for code in everybody if any(role in titles for role in self.people[code].roles)]
        self.staff = [*STAFF, *(code for code in special for _ in range(2) if self._rare(code))]
        self.others = everybody
        self.latest: dict[str, Inbound] = {}
        self.last = ""
        self.count = 0

    def _rare(self, code: str) -> bool:
        return any(role in ("auditor", "administrator", "centre_coordinator") for role in self.people[code].roles)

    def _build(self, world: World, folder: Path, dreamer: Dreamer, *, trained: bool) -> Application:
        store = world.fresh_store()
        if store.is_sqlite:
            store = self._in_file(store)
        self.dreamer = dreamer
        return build(
            world.settings.model_copy(update={"files_dir": folder / "files"}),
            store,
            understanding=lambda _settings, _city: world.trained if trained else dreamer,
            channels=lambda _bell: (self.post,),
            clock=self.clock,
            regular=(),
            known=world.city,
        )

    def _in_file(self, template: Store) -> Store:
        store = Store(f"sqlite:///{self.file}")

        # Nobody pulls the plug here: a thousand turns need no thousand flushes.
        @listens_for(store.engine, "connect")
        def on_connect(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")

        source, target = template.engine.raw_connection(), store.engine.raw_connection()
        source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]
        source.close()
        target.close()
        template.close()
        return store

    def close(self) -> None:
        self.app.office.store.close()

    # ---- acts

    def step(self) -> None:
        """One random thing happens; then everything that must hold at any time is looked at."""
        luck = self.dice.random()
        if luck < 0.05:
            self._pass_time()
        elif luck < 0.08:
            self._repeat()
        elif luck < 0.25 and (cards := self._cards()):
            letter = self.dice.choice(cards)
            self._send(letter.address, Press(letter=letter.id, index=self.dice.randrange(len(letter.labels))))
        else:
            address = self._somebody()
            self._send(address, self._content(address))
        self._look()

    def _cards(self) -> list[OutgoingLetter]:
        """What lies on people's desks: the newest form of every card that has buttons."""
        newest = {(letter.address, letter.card): letter for letter in self.post.sent if letter.card}
        return [letter for letter in newest.values() if letter.labels]

    def _somebody(self) -> str:
        luck = self.dice.random()
        self.dreamer.answering = luck < 0.6 and self.last in self.latest
        if self.dreamer.answering:
            return self.last
        if luck < 0.75 and self.post.sent:
            # Whoever has just got a letter is likely to react to it.
            return self.dice.choice(self.post.sent[-8:]).address
        if luck < 0.88:
            return self.dice.choice(RESIDENTS)
        return self.dice.choice(self.staff if luck < 0.97 else self.others)

    def _content(self, address: str) -> Content:
        luck = self.dice.random()
        newest = next((letter for letter in reversed(self.post.sent) if letter.address == address), None)
        if luck < (0.6 if newest is not None and newest.labels else 0.15):
            press = self._press(address)
            if press is not None:
                return press
        if luck < 0.9:
            return Text(text=self._words(address), reply_to=self._quoted(address) if self.dice.random() < 0.1 else None)
        if luck < 0.95:
            return Photo(
                attachments=self._photos(address),
                caption=self._words(address) if self.dice.random() < 0.4 else "",
                reply_to=self._quoted(address) if self.dice.random() < 0.1 else None,
            )
        if luck < 0.97:
            nowhere = self.dice.choice(((47.25, 132.03), (0.0, 0.0), (90.0, -180.0), (1e300, -1e300)))
            return Pin(latitude=nowhere[0], longitude=nowhere[1])
        return Unsupported(kind=self.dice.choice(("voice", "sticker", "video", "file", "poll", "")))

    def _press(self, address: str) -> Press | None:
        luck = self.dice.random()
        if luck < 0.02:
            return Press(
                letter=self.dice.choice((new_id(), "", "\x00", "x" * 500)), index=self.dice.choice((-1, 0, 10**6))
            )
        own = [letter for letter in self.post.sent if (letter.address == address) == (luck >= 0.05) and letter.labels]
        if not own:
            return None
        letter = self.dice.choice(own if luck < 0.15 else own[-2:])
        if luck < 0.06:
            return Press(letter=letter.id, index=self.dice.randrange(-1, len(letter.labels) + 1))
        # The first button is mostly the one that goes on.
        return Press(letter=letter.id, index=0 if luck > 0.35 else self.dice.randrange(len(letter.labels)))

    def _words(self, address: str) -> str:
        luck = max(self.dice.random(), 0.8 * self.dreamer.answering * self.dice.random())
        if luck < 0.06:
            return self.dice.choice(NASTY)
        if luck < 0.3:
            return self.dice.choice(SHORT)
        if luck < 0.32:
            return f"/start {self._invite()}"
        text = self.dice.choice(self.lines)
        return f"{text}{MARK}" if address in RESIDENTS and len(text) > 6 else text

    def _invite(self) -> str:
        with self.app.office.desk() as desk:
            codes = sorted(desk.session.scalars(select(Invite.code)))
        return self.dice.choice([*codes, "NOSUCHCODE"])

    def _quoted(self, address: str) -> str:
        luck = self.dice.random()
        own = [letter.id for letter in self.post.sent if (letter.address == address) == (luck < 0.8)]
        return self.dice.choice(own) if own and luck < 0.95 else new_id()

    def _photos(self, address: str) -> tuple[str, ...]:
        where = Address(channel=DEMO_CHANNEL, address=address)
        if self.dice.random() < 0.05:
            return (new_id(),)
        if self.dice.random() < 0.05:
            where = Address(channel=DEMO_CHANNEL, address="wangfang")
        raw = io.BytesIO()
        Image.new("RGB", (8, 8), (self.dice.randrange(256), 0, 0)).save(raw, "PNG")
        photo = clean_photo(raw.getvalue())
        with self.app.office.desk() as desk:
            desk.actor, _ = memory.recall(desk.session, desk.region, where, desk.now)
            return tuple(attachments.enter(desk, photo) for _ in range(self.dice.choice((1, 1, 1, 2, 9))))

    def _send(self, address: str, content: Content) -> None:
        self.count += 1
        inbound = Inbound(
            channel=DEMO_CHANNEL,
            address=address,
            external_id=f"update-{self.count}",
            received_at=self.clock.now(),
            content=content,
        )
        self.dreamer.secretly = address in RESIDENTS
        self.story.append(f"{address}: {content!r:.160}")
        self.latest[address] = inbound
        self.last = address
        with _listening(self.told):
            self.app.take(inbound)
            self.app.tick()

    def _repeat(self) -> None:
        if not self.latest:
            return
        inbound = self.dice.choice(list(self.latest.values()))
        self.story.append(f"{inbound.address}: the same update again")
        with _listening(self.told):
            assert self.app.conversation.handle(inbound) == (), "a repeated update has acted twice"

    def _pass_time(self) -> None:
        upcoming = self.app.next_event()
        until = self.clock.now() + self.dice.choices(SPANS, (8, 4, 2, 2, 1))[0]
        if upcoming is not None and self.dice.random() < 0.4:
            until = max(upcoming, self.clock.now())
        self.story.append(f"== {until:%m-%d %H:%M} ==")
        with _listening(self.told):
            self.app.move_clock(until)
            self.app.tick()

    # ---- what must hold

    def _look(self) -> None:
        assert not self.told, self._with_story("; ".join(self.told))
        self._look_for_open_transactions()
        with self.app.office.desk() as desk:
            broken = desk.session.scalars(
                select(LetterRow.id).where(LetterRow.text_key == "common.internal_error")
            ).all()
            states = rehearsal.states(desk)
        assert not broken, self._with_story("somebody was answered with an internal error")
        for address, row in states:
            again = json.loads(json.dumps(State.load(row, self.flows).dump()))
            assert again == row, self._with_story(f"the state of {address} does not survive JSON")

    def _look_for_open_transactions(self) -> None:
        store = self.app.office.store
        if store.is_sqlite:
            # A turn that left its transaction open would keep this one out.
            with closing(sqlite3.connect(self.file, timeout=0, isolation_level=None)) as second:
                second.execute("BEGIN IMMEDIATE")
                second.execute("ROLLBACK")
            return
        with store.begin() as session:
            others = session.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
                )
            )
        assert not others, self._with_story("a turn left its transaction open")

    def look_back(self) -> Counter[str]:
        """Look at what must hold of everything that has happened; gives which kinds of events there were."""
        kinds: Counter[str] = Counter()
        with self.app.office.desk() as desk:
            assert rehearsal.broken_chains(desk) == []
            timers = rehearsal.timers_left(desk)
            assert {timer.job for timer in timers} <= {job.name for job in JOBS}
            for ticket in rehearsal.tickets(desk):
                history = events.history(desk, ticket.id)
                kinds.update(event.kind for event in history)
                assert _replayed(history, EDGES, Status.RECEIVED) is ticket.status, ticket.number
                assert desk.session.get(Person, (desk.region, ticket.handler_id)) is not None, f"{ticket.number} floats"
                running = {timer.job for timer in timers if timer.subject_id == ticket.id}
                assert ticket.status not in ENDED or running <= {"recheck"}, f"{ticket.number} ended, but {running} run"
            for wish in rehearsal.wishes(desk):
                history = events.history(desk, wish.id)
                kinds.update(event.kind for event in history)
                assert _replayed(history, WISH_TABLE.edges, WishStatus.DRAFT) is wish.status, wish.number
            third_parties = desk.city.roster.third_parties
        self._look_at_third_parties(third_parties)
        return kinds

    def _look_at_third_parties(self, third_parties: frozenset[str]) -> None:
        names = [self.people[code].name for code in RESIDENTS if code in self.people]
        with self.app.office.desk() as desk:
            letters = desk.session.scalars(select(LetterRow).where(LetterRow.person_id.in_(third_parties))).all()
            for letter in letters:
                for private in (MARK, DOOR, *names):
                    assert private not in f"{letter.text}{letter.buttons}", (
                        f"{letter.text_key} tells {private}: {letter.text}"
                    )

    def _with_story(self, problem: str) -> str:
        return "\n".join([problem, "after:", *self.story[-25:]])


def _replayed(history: list[Event], edges: Mapping[Any, Any], first: StrEnum) -> StrEnum:
    """Where the events lead, step by step through the table."""
    status = first
    for event in history:
        if event.kind in edges:
            edge = edges[event.kind]
            assert status in edge.sources, f"{event.kind} from {status}"
            status = edge.target
    return status


@contextmanager
def _listening(told: list[str]) -> Iterator[None]:
    """Collects what a running city survives and only logs."""

    def listen(_logger: object, _method: str, event: MutableMapping[str, Any]) -> NoReturn:
        if event["event"] in ("turn.failed", "timer.failed", "letter.send_failed"):
            error = sys.exc_info()[1]
            told.append(f"{dict(event)}\n{''.join(traceback.format_exception(error)) if error else ''}")
        raise structlog.DropEvent

    # In place, as structlog's own capture does, because loggers keep the list that they were made with.
    processors = structlog.get_config()["processors"]
    before = processors.copy()
    processors[:] = [listen]
    try:
        yield
    finally:
        processors[:] = before
