"""What do the people of the demo city see and do in their chats? For tests of flows that span several people."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import engines

from gridwhistle.bot.transcript.inputs import Pictures, PressLabel, Words
from gridwhistle.bot.transcript.meaning import parse_meaning
from gridwhistle.bot.transcript.moves import parse_move
from gridwhistle.bot.transcript.stage import Stage
from gridwhistle.bot.transcript.wording import Heard
from gridwhistle.services import events, rehearsal
from gridwhistle.services.schema import Ticket, Whistle

DRAIN = "幸福小区3号楼2单元501下水道堵了三天了，我妈张桂兰八十了没法上厕所"


class Hall:
    """The real conversation over a fresh demo city; a sentence's meaning is given as in a transcript."""

    def __init__(self, files: Path, begins: datetime | None = None) -> None:
        world = engines.world()
        self._director = world.director()
        self.stage = Stage(world, self._director, begins, files)
        self.letters: list[Heard] = []

    def say(self, who: str, text: str, meaning: str = "out_of_scope") -> str:
        """Let somebody type; gives what that chat heard in reply."""
        self._director.direct(parse_meaning(meaning))
        said = self._act(who, Words(text=text))
        assert self._director.problem is None, self._director.problem
        return said

    def press(self, who: str, label: str) -> str:
        return self._act(who, PressLabel(label=label))

    def photo(self, who: str) -> str:
        return self._act(who, Pictures())

    def wait(self, move: str) -> None:
        self.stage.pass_time(parse_move(move))
        self.letters += self.stage.heard()

    def to(self, who: str) -> str:
        """Everything that a chat has heard."""
        return "\n".join(f"{letter.text} {letter.buttons}" for letter in self.letters if letter.address == who)

    def buttons(self, who: str) -> tuple[str, ...]:
        return [letter for letter in self.letters if letter.address == who][-1].buttons

    def ticket(self, at: int = -1) -> Ticket:
        with self.stage.office.desk() as desk:
            return rehearsal.tickets(desk)[at]

    def whistle(self) -> Whistle:
        with self.stage.office.desk() as desk:
            return desk.session.query(Whistle).order_by(Whistle.id.desc()).limit(1).one()

    def handler(self) -> str:
        handler = self.ticket().handler_id
        with self.stage.office.desk() as desk:
            return next(one.address for one in rehearsal.players(desk.session, desk.region) if one.person_id == handler)

    def kinds(self) -> list[str]:
        ticket = self.ticket()
        with self.stage.office.desk() as desk:
            return [event.kind for event in events.history(desk, ticket.id)]

    def report(self, who: str = "zhangmin", text: str = DRAIN, meaning: str = "report drain_blocked 0.93") -> Ticket:
        self.say(who, text, meaning)
        for _ in range(3):
            if "确认" in self.buttons(who):
                break
            self.press(who, "跳过")
        self.press(who, "确认")
        return self.ticket()

    def _act(self, who: str, what: Words | PressLabel | Pictures) -> str:
        self.stage.act(who, what)
        fresh = self.stage.heard()
        self.letters += fresh
        return "\n".join(f"{letter.text} {letter.buttons}" for letter in fresh if letter.address == who)
