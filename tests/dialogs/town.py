"""Which tiny city, flows and understanding do the tests of the engine talk with?"""

# Every flow has the same signature, whether it uses all of it or not.
# ruff: noqa: ARG002

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import engines
from sqlalchemy import select

from gridwhistle.dialogs.clarify import Clarify
from gridwhistle.dialogs.conversation import Conversation
from gridwhistle.dialogs.flow import Ask, Flow, Open, Result, Say, opens
from gridwhistle.dialogs.flows.person import Person as PersonFlow
from gridwhistle.dialogs.flows.take_talk import TakeTalk
from gridwhistle.dialogs.message import Content, Inbound, Photo, Pin, Press, Text, Unsupported, Wake
from gridwhistle.dialogs.nlu.understood import Emergency, MatterGuess, PlaceMention, Understood
from gridwhistle.dialogs.slots import (
    Choice,
    Confirm,
    DaySlot,
    FreeText,
    Hints,
    Option,
    PhotoSlot,
    PlaceSlot,
    TicketSlot,
    YesNo,
)
from gridwhistle.dialogs.texts import Texts
from gridwhistle.services import timers
from gridwhistle.services.clock import ShiftableClock
from gridwhistle.services.desk import Desk, Refused
from gridwhistle.services.files import Folder
from gridwhistle.services.office import Office
from gridwhistle.services.org import person
from gridwhistle.services.reference import Reference
from gridwhistle.services.schema import (
    Account,
    LetterRow,
    Matter,
    Person,
    Place,
    PlaceKind,
    Region,
    Role,
    RoleGrant,
    TimerRow,
    Unit,
    UnitKind,
)
from gridwhistle.services.schema import Conversation as ConversationRow

REGION = "fujin"

TEXTS = """
report:
  words: {ask: 什么事？, retry: 没看明白，是什么事？, label: 内容}
  place: {ask: 在哪儿？, retry: 我问的是地点，在哪儿？, label: 地点}
  photo: {ask: 有照片吗？, retry: 发照片或者跳过。, label: 照片}
  sure: {ask: "{words}，{place}，照片{photos}张，对吗？", retry: "请点确认、修改或取消。"}
  done: "报上了：{words}，{place}，照片{photos}张"
  dropped: 不报了
visit:
  day: {ask: 哪天？, retry: 请说日子。}
  done: "定在{day:day}"
urge:
  ticket: {ask: 哪张单？, retry: 请选一张。}
  done: "催了{ticket}"
rate:
  came: {ask: 来人了吗？, retry: 请回答来了或没来。}
  mark: {ask: 满意吗？, retry: 请选一个。}
  done: "来人={came}，{mark}"
danger:
  done: 快打119
progress:
  done: 在办
guide:
  done: 功能菜单
broken: {done: x, x: {ask: x, retry: y}}
deep:
  one: {ask: 深, retry: 更深}
chain:
  done: 留下了
deep_two:
  one: {ask: 深, retry: 更深}
deep_three:
  one: {ask: 深, retry: 更深}
"""


class Report(Flow):
    opens_on: ClassVar[frozenset[str]] = frozenset({"report"})
    keeps_draft = True
    words = FreeText(limit=200)
    place = PlaceSlot()
    photo = PhotoSlot().optional()
    sure = Confirm()

    def run(self, ask: Ask, desk: Desk) -> Result:
        words = ask.opened.text if ask.opened.matters and not ask.changes(self.words) else ask(self.words)
        place = ask(self.place)
        photos = ask(self.photo) or ()
        shown = {"words": words, "place": place.text, "photos": len(photos)}
        if not ask(self.sure, **shown):
            return Say("report.dropped")
        desk.writes += 1
        return Say("report.done", **shown)


class Visit(Flow):
    opens_on: ClassVar[frozenset[str]] = frozenset({"worker_schedule"})
    day = DaySlot()

    def allowed(self, desk: Desk) -> bool:
        return desk.actor.is_staff

    def run(self, ask: Ask, desk: Desk) -> Result:
        return Say("visit.done", day=ask(self.day))


class Urge(Flow):
    opens_on: ClassVar[frozenset[str]] = frozenset({"urge"})
    ticket = TicketSlot()

    def run(self, ask: Ask, desk: Desk) -> Result:
        among = [
            Option(
                value="t7", label="=007 三号楼", hints=Hints(number="幸福-261123-007", building="3", matter="drain")
            ),
            Option(
                value="t8", label="=008 五号楼", hints=Hints(number="幸福-261123-008", building="5", matter="noise")
            ),
        ]
        ticket = ask(self.ticket, among=among, only=True)
        if ticket == "t8":
            desk.writes += 1
            raise Refused("refused.no_ticket")
        if ticket not in ("t7", "t8"):
            raise Refused("refused.no_ticket")
        return Say("urge.done", ticket=ticket)


class Rate(Flow):
    came = YesNo()
    mark = Choice(
        Option(value="good", label="=满意"), Option(value="fair", label="=基本满意"), Option(value="bad", label="=不行")
    )

    def run(self, ask: Ask, desk: Desk) -> Result:
        return Say("rate.done", came=ask(self.came), mark=ask(self.mark))


class Danger(Flow):
    interrupts = True

    def run(self, ask: Ask, desk: Desk) -> Result:
        return Say("danger.done")


class Progress(Flow):
    opens_on: ClassVar[frozenset[str]] = frozenset({"progress"})

    def run(self, ask: Ask, desk: Desk) -> Result:
        return Say("progress.done", buttons=(opens("=催一下", "urge", ticket="t7"),))


class Guide(Flow):
    opens_on: ClassVar[frozenset[str]] = frozenset({"help"})

    def run(self, ask: Ask, desk: Desk) -> Result:
        return Say("guide.done")


class Broken(Flow):
    opens_on: ClassVar[frozenset[str]] = frozenset({"broken", "wrote"})
    x = FreeText()

    def run(self, ask: Ask, desk: Desk) -> Result:
        if ask.opened.text == "坏了":
            raise RuntimeError("secret words must not be logged")
        desk.writes += 1
        ask(self.x)
        return Say("broken.done")


class Chain(Flow):
    def run(self, ask: Ask, desk: Desk) -> Result:
        person(desk, desk.me).name = "改过"
        desk.writes += 1
        return Say("chain.done", then=Open(flow="urge", given={"ticket": "t8"}))


class Deep(Flow):
    one = FreeText()

    def run(self, ask: Ask, desk: Desk) -> Result:
        ask(self.one)
        return Open(flow="progress")


class DeepTwo(Deep):
    pass


class DeepThree(Deep):
    pass


FLOWS: tuple[type[Flow], ...] = (
    Clarify, Report, Visit, Urge, Rate, Danger, Progress, Guide, Broken, Chain, Deep, DeepTwo, DeepThree,
    PersonFlow, TakeTalk,
)  # fmt: skip

DRAIN = (MatterGuess(matter="drain", confidence=0.9),)
TWO = (MatterGuess(matter="drain", confidence=0.4), MatterGuess(matter="noise", confidence=0.3))
ESTATE = PlaceMention(text="幸福小区3号楼", place="xq", building="3")


def understood(intent: str, confidence: float = 0.9, **more: object) -> Understood:
    return Understood(text="", language="zh", intent=intent, confidence=confidence, **more)  # type: ignore[arg-type]


MEANT: dict[str, Understood] = {
    "下水道堵了": understood("report", matters=DRAIN),
    "幸福小区3号楼下水道堵了": understood("report", matters=DRAIN, place=ESTATE),
    "3号楼下水道堵了": understood("report", matters=DRAIN, place=PlaceMention(text="3号楼", building="3")),
    "幸福": understood("report", 0.2, place=PlaceMention(text="幸福", place=None, rivals=("xq", "xq2"))),
    "幸福小区": understood("report", 0.2, place=PlaceMention(text="幸福小区", place="xq")),
    "不对，是5号楼": understood("correct", place=PlaceMention(text="5号楼", building="5")),
    "说错了": understood("correct"),
    "到哪了": understood("progress"),
    "堵了还是漏了": understood("report", 0.35, matters=TWO),
    "那个事": understood("progress", 0.4),
    "着火了": understood("report", emergency=Emergency.FIRE),
    "今天天气咋样": understood("out_of_scope"),
    "你吃饭了吗": understood("chitchat"),
    "催一下007": understood("urge"),
    "3号楼那个催一下": understood("urge", place=PlaceMention(text="3号楼", building="3")),
    "催一下": understood("urge"),
    "周五去修": understood("worker_schedule"),
    "坏了": understood("broken"),
    "写了": understood("wrote"),
    "找个人": understood("human"),
    "我不想弄了吧": understood("cancel"),
    "再讲讲": understood("repeat"),
    "how far is it": understood("progress"),
}  # fmt: skip


class Meaning:
    silent: tuple[str, ...] = ()

    def understand(self, text: str) -> Understood:
        return replace(MEANT.get(text, understood("out_of_scope", 0.1)), text=text)


class Town:
    def __init__(self, folder: Path, clock: ShiftableClock) -> None:
        self.clock = clock
        self.store = engines.current().created()
        self.reference = Reference(REGION)
        self._count = 0
        with self.store.begin() as session:
            session.add(Region(code=REGION, name="富锦市"))
            units = [("city", UnitKind.CITY, None), ("centre", UnitKind.SERVICE_CENTRE, "city"),
                     ("comm", UnitKind.COMMUNITY, "city"), ("g1", UnitKind.GRID, "comm")]  # fmt: skip
            session.add_all(
                Unit(region=REGION, code=code, kind=kind, name=code, parent=parent, tree="urban", party_name="",
                     aliases=[], phone="", jurisdiction="local")
                for code, kind, parent in units
            )  # fmt: skip
            session.flush()
            places = [("xq", PlaceKind.ESTATE, "幸福小区", None), ("xq2", PlaceKind.ESTATE, "幸福家园", None),
                      ("xq-3", PlaceKind.BUILDING, "3号楼", "xq")]  # fmt: skip
            session.add_all(
                Place(region=REGION, code=code, kind=kind, name=name, parent=parent, grid="g1", aliases=[],
                      property_company=None)
                for code, kind, name, parent in places
            )  # fmt: skip
            for position, (code, name, english) in enumerate(
                (("drain", "下水堵塞", "blocked drain"), ("noise", "噪声", "noise"))
            ):
                session.add(Matter(region=REGION, code=code, position=position, spec={
                    "name": name, "name_en": english, "category": "errand", "department": "d", "place": "required",
                    "photo": "none", "respond": "2h", "solve": "5wd", "respond_urgent": "2h", "solve_urgent": "24h",
                    "audit": "2wd", "public": "yes", "handled_by": "grid", "about_property": "no", "steps": "a",
                    "expect": "x", "expect_en": "x"}))  # fmt: skip
        self.person("zhang", "张敏", grid="g1", place="xq-3")
        self.person("li", "李主任", role=(Role.COMMUNITY_COORDINATOR, "comm"))
        self.person("boss", "王指挥", role=(Role.CENTRE_COORDINATOR, "centre"))
        extra = folder / "texts" / "zh"
        extra.mkdir(parents=True)
        (extra / "test.yaml").write_text(TEXTS, encoding="utf-8")
        plain = Texts.load(clock)
        mine = Texts.load(clock, folder / "texts")
        merged = {one: {**plain._templates[one], **mine._templates.get(one, {})} for one in plain.languages}
        self.texts = Texts(merged, clock)
        self.flows = FLOWS
        self.talk = self.conversation(FLOWS)

    def conversation(self, flows: tuple[type[Flow], ...]) -> Conversation:
        office = Office(
            store=self.store,
            reference=self.reference,
            wording=self.texts,
            region=REGION,
            clock=self.clock,
            files=Folder(Path()),
        )
        return Conversation(office, Meaning(), flows)

    def person(
        self,
        who: str,
        name: str,
        grid: str | None = None,
        place: str | None = None,
        role: tuple[Role, str] | None = None,
    ) -> None:
        with self.store.begin() as session:
            now = self.clock.now()
            session.add(Person(region=REGION, id=who, code=None, name=name, language="zh", unit=None, grid=grid,
                               place=place, reachable=True, created_at=now))  # fmt: skip
            session.flush()
            session.add(
                Account(region=REGION, channel="test", address=who, person_id=who, blocked=False, last_heard_at=now)
            )
            if role:
                session.add(RoleGrant(region=REGION, person_id=who, role=role[0], unit=role[1]))

    def send(self, content: Content, who: str = "zhang", external: str = "") -> list[str]:
        """What was said to this person because of it."""
        self._count += 1
        before = {row.id for row in self.letters(who)}
        self.talk.handle(
            Inbound(channel="test", address=who, external_id=external or f"u{self._count}",
                    received_at=self.clock.now(), content=content)
        )  # fmt: skip
        return [self.shown(row) for row in self.letters(who) if row.id not in before]

    def say(self, text: str, who: str = "zhang", reply_to: str | None = None) -> str:
        return "\n".join(self.send(Text(text=text, reply_to=reply_to), who))

    def press(self, label: str, who: str = "zhang", back: int = 0) -> str:
        """Press the button of this label on the latest letter that has one (``back`` letters before that)."""
        having = [row for row in self.letters(who) if label in [one["label"] for one in row.buttons]]
        row = having[-1 - back]
        index = [one["label"] for one in row.buttons].index(label)
        return "\n".join(self.send(Press(letter=row.id, index=index), who))

    def photo(self, *ids: str, caption: str = "") -> str:
        return "\n".join(self.send(Photo(attachments=ids, caption=caption)))

    def pin(self) -> str:
        return "\n".join(self.send(Pin(latitude=47.25, longitude=132.03)))

    def unsupported(self, kind: str) -> str:
        return "\n".join(self.send(Unsupported(kind=kind)))

    def later(self, **span: float) -> str:
        """Move the clock and let the due nudges wake their chats."""
        self.clock.ahead_to(self.clock.now() + timedelta(**span))
        said = []
        with self.store.begin() as session:
            due = [row for row in session.scalars(select(TimerRow)) if row.due_at <= self.clock.now()]
            for row in due:
                session.delete(row)
        for row in due:
            said += self.send(Wake(flow=row.job, given=row.payload, key=row.key), row.subject_id.split(":")[1])
        return "\n".join(said)

    def letters(self, who: str) -> list[LetterRow]:
        with self.store.begin() as session:
            return list(session.scalars(select(LetterRow).where(LetterRow.person_id == who).order_by(LetterRow.id)))

    def timers(self) -> list[str]:
        with self.store.begin() as session:
            return [f"{row.job}:{row.payload['stage']}" for row in session.scalars(select(TimerRow))]

    def name_of(self, who: str) -> str:
        with self.store.begin() as session:
            row = session.get(Person, (REGION, who))
            return row.name if row else ""

    def state(self, who: str = "zhang") -> dict:  # type: ignore[type-arg]
        with self.store.begin() as session:
            row = session.get(ConversationRow, (REGION, "test", who))
            return dict(row.state) if row else {}

    def set_state(self, state: dict, who: str = "zhang") -> None:  # type: ignore[type-arg]
        with self.store.begin() as session:
            session.get(ConversationRow, (REGION, "test", who)).state = state  # type: ignore[union-attr]

    @staticmethod
    def shown(row: LetterRow) -> str:
        labels = "|".join(button["label"] for button in row.buttons)  # type: ignore[union-attr,index,call-overload]
        return f"{row.text}[{labels}]" if labels else row.text


__all__ = ["Town", "timers"]
