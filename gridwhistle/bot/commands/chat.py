"""`gridwhistle chat`: how does one talk with the demo city in a terminal?

What is printed is a transcript (DESIGN.md section 7): a conversation that went wrong is a test when it is saved.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text as Coloured

from gridwhistle.bot.app import Application
from gridwhistle.bot.channels.console import ConsoleChannel
from gridwhistle.bot.commands.opening import UserMistake, open_store, read_settings, require_examples
from gridwhistle.bot.commands.serve import open_application, prepare_store
from gridwhistle.bot.transcript.cast import Cast
from gridwhistle.bot.transcript.wording import Heard
from gridwhistle.dialogs.message import Content, Inbound, Press, Text
from gridwhistle.services import rehearsal
from gridwhistle.services.clock import in_city
from gridwhistle.services.demo_city import DEMO_CHANNEL
from gridwhistle.services.sending import OutgoingLetter
from gridwhistle.services.store import new_id

HELP = "/as CODE  another person (/as alone lists them)   /clock +2h | +1d | next   /quit"
UNITS = {"m": ("分钟", timedelta(minutes=1)), "h": ("小时", timedelta(hours=1)), "d": ("天", timedelta(days=1))}
AHEAD = re.compile(r"\+(\d{1,4})([mhd])")
PRESS = re.compile(r"\[(.+)\]")
REWRITE_LINE = "\033[A\033[2K"


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("chat")(chat)


def chat(*, code: Annotated[str, typer.Option("--as", help="Code of the person to begin as.")] = "zhangmin") -> None:
    """Talk with the demo city as any of its people, in the form of a transcript."""
    settings = read_settings()
    if not settings.demo:
        raise UserMistake("the terminal chat plays the demo's people: set GRIDWHISTLE_DEMO=true")
    require_examples(settings)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    notes = Console(stderr=True, highlight=False, markup=False)
    with open_store(settings) as store:
        prepare_store(settings, store, notes)
        theatre = Theatre(console=console, notes=notes)
        app = open_application(settings, store, notes, channels=lambda _bell: (ConsoleChannel(theatre.show),))
        theatre.begin(app, code)
        theatre.play()


@dataclass(kw_only=True)
class Theatre:
    """One terminal session."""

    console: Console
    notes: Console
    me: str = ""
    letters: dict[str, OutgoingLetter] = field(default_factory=dict)
    """The newest letter with buttons of each chat."""

    def begin(self, app: Application, code: str) -> None:
        """Take the stage as somebody. Raises ``UserMistake`` for an unknown code."""
        self.app = app
        with app.office.desk() as desk:
            players = rehearsal.players(desk.session, desk.region)
        self.cast = Cast(players)
        self.codes = {player.address: player.name for player in players}
        # What was written before the curtain rises goes out before anybody is there to see it come.
        app.tick()
        self._become(code)
        self.notes.print(HELP, style="dim")
        self.console.print(f"== {in_city(app.office.clock.now()):%Y-%m-%d %H:%M} ==")

    def play(self) -> None:
        """Read lines until the end."""
        by_hand = sys.stdin.isatty()
        while True:
            self.app.tick()
            label = self.cast.label_of(self.me)
            try:
                line = input(f"{label}> " if by_hand else "").strip()
            except (EOFError, KeyboardInterrupt):
                return
            if line == "/quit":
                return
            if line.startswith("/"):
                self._obey(line)
            elif line:
                self._speak(line, label, by_hand=by_hand)

    def show(self, letter: OutgoingLetter) -> None:
        """Print a letter: a reply, or one that somebody received."""
        if letter.labels:
            self.letters[letter.address] = letter
        if not self.me:
            # Written before the curtain rose (the demo city's own wishes): its buttons work, but nobody sees it come.
            return
        heard = Heard(
            address=letter.address,
            label=self.cast.label_of(letter.address),
            text=letter.text,
            buttons=letter.labels,
            photos=len(letter.attachments),
            reply=letter.reply and letter.address == self.me,
        )
        self.console.print(Coloured(heard.written(), style="green" if heard.reply else "yellow"))

    def _speak(self, line: str, label: str, *, by_hand: bool) -> None:
        content = self._content(line)
        if isinstance(content, Press):
            line = f"[{self.letters[self.me].labels[content.index]}]"
        if not by_hand:
            self.console.print(f"{label}> {line}")
        elif isinstance(content, Press):
            # A number typed for a button is written down as the press that it is.
            self.console.print(f"{REWRITE_LINE}{label}> {line}")
        self.app.take(
            Inbound(
                channel=DEMO_CHANNEL,
                address=self.me,
                external_id=f"console-{new_id()}",
                received_at=self.app.office.clock.now(),
                content=content,
            )
        )

    def _content(self, line: str) -> Content:
        """A press for a label or number of the newest buttons; words otherwise."""
        offered = self.letters.get(self.me)
        wanted = found[1] if (found := PRESS.fullmatch(line)) else line
        if offered is None:
            return Text(text=line)
        if wanted in offered.labels:
            return Press(letter=offered.id, index=offered.labels.index(wanted))
        if wanted.isdecimal() and 1 <= int(wanted) <= len(offered.labels):
            return Press(letter=offered.id, index=int(wanted) - 1)
        return Text(text=line)

    def _obey(self, line: str) -> None:
        command, _, rest = line.partition(" ")
        try:
            if command == "/as":
                self._become(rest.strip())
            elif command == "/clock":
                self._move(rest.strip())
            else:
                self.notes.print(HELP, style="dim")
        except UserMistake as mistake:
            self.notes.print(str(mistake), style="red")

    def _become(self, code: str) -> None:
        if not code:
            raise UserMistake("  ".join(f"{one} {name}" for one, name in self.codes.items()))
        if code not in self.codes:
            near = ", ".join(get_close_matches(code, self.codes)) or "/as alone lists everybody"
            raise UserMistake(f"no person “{code}” in the demo city; {near}")
        self.me = code

    def _move(self, wanted: str) -> None:
        now = self.app.office.clock.now()
        if wanted == "next":
            until, said = self.app.next_event(), "到下一个提醒"
        elif found := AHEAD.fullmatch(wanted):
            name, unit = UNITS[found[2]]
            until, said = now + int(found[1]) * unit, f"{found[1]} {name}后"
        else:
            raise UserMistake("/clock +30m, /clock +2h, /clock +1d or /clock next")
        if until is None:
            raise UserMistake("nothing is due to happen")
        self.console.print(f"== {said} ==")
        self.app.move_clock(max(until, now))
