"""`gridwhistle outbox`: how does an operator look after letters that could not be delivered?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from gridwhistle.bot.app import open_office
from gridwhistle.bot.commands.opening import UserMistake, open_store, read_settings
from gridwhistle.services import stranded
from gridwhistle.services.clock import SystemClock, in_city
from gridwhistle.services.desk import Desk
from gridwhistle.services.outbox import Priority
from gridwhistle.services.region import require_region
from gridwhistle.services.stranded import LetterView

Ids = Annotated[list[str] | None, typer.Argument(help="Letters by their ids, as `outbox list` shows them.")]
All = Annotated[bool, typer.Option("--all", help="All letters that need an operator.")]

WIDE = 200
"""Columns where nobody looks on: a file, or another program."""


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(no_args_is_help=True, help="Letters that could not be delivered: look, send again, give up.")
    group.command("list")(list_letters)
    group.command("show")(show)
    group.command("resend")(resend)
    group.command("drop")(drop)
    app.add_typer(group, name="outbox")


@contextmanager
def _desk() -> Iterator[Desk]:
    settings = read_settings()
    with open_store(settings) as store:
        require_region(store, settings.region)
        office, _ = open_office(settings, store, SystemClock())
        with office.desk() as desk:
            yield desk


def list_letters(
    *,
    waiting: Annotated[bool, typer.Option("--waiting", help="Those that still go out by themselves, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="So many at the most, newest first.")] = 50,
) -> None:
    """List the letters that need an operator: dead ones, and doubtful ones that may have arrived."""
    with _desk() as desk:
        counts = stranded.counts(desk)
        found = stranded.stranded(desk, limit) + (stranded.unsent(desk, limit) if waiting else [])
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    table = Table(
        Column("id", no_wrap=True), "state", "written", "channel", "address", "text", "tries", "doubts", "problem"
    )
    for letter in found:
        table.add_row(
            letter.id,
            letter.state,
            f"{in_city(letter.created_at):%m-%d %H:%M}",
            letter.channel,
            letter.address,
            letter.text_key,
            str(letter.attempts),
            str(letter.doubts),
            letter.problem,
        )
    console.print(table)
    console.print(", ".join(f"{state} {count}" for state, count in counts.items()))


def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="A letter by its id.")],
    *,
    reveal: Annotated[
        str, typer.Option(metavar="REASON", help="Show text and address too; the reason is written down.")
    ] = "",
) -> None:
    """Show one letter, its text and address masked."""
    with _desk() as desk:
        letter = stranded.reveal(desk, letter_id, reveal) if reveal else stranded.find(desk, letter_id)
    if letter is None:
        raise UserMistake(f"there is no letter {letter_id}")
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for name, value in _lines(letter):
        console.print(f"{name:9} {value}")


def resend(ids: Ids = None, *, every: All = False) -> None:
    """Send letters again, to the chat where their person is heard now."""
    _each(ids, every, stranded.resend, "sent again")


def drop(ids: Ids = None, *, every: All = False) -> None:
    """Give letters up: they are listed no more, and never sent."""
    _each(ids, every, stranded.drop, "given up")


def _each(ids: list[str] | None, every: bool, act: Callable[[Desk, str], bool], done: str) -> None:
    if bool(ids) is every:
        raise UserMistake("name the letters, or say --all")
    with _desk() as desk:
        wanted = ids or [letter.id for letter in stranded.stranded(desk, sum(stranded.counts(desk).values()))]
        outcomes = {letter_id: act(desk, letter_id) for letter_id in wanted}
    Console().print(f"{sum(outcomes.values())} {done}")
    failed = [letter_id for letter_id, acted in outcomes.items() if not acted]
    if failed:
        raise UserMistake(f"not possible for {', '.join(failed)}: not stranded, or its person has no chat")


def _lines(letter: LetterView) -> Iterator[tuple[str, object]]:
    yield "id", letter.id
    yield "state", letter.state
    yield "priority", Priority(letter.priority).name.lower()
    yield "channel", letter.channel
    yield "address", letter.address
    yield "text key", letter.text_key
    yield "written", f"{in_city(letter.created_at):%Y-%m-%d %H:%M:%S}"
    yield "last try", f"{in_city(letter.called_at):%Y-%m-%d %H:%M:%S}" if letter.called_at else "—"
    yield "tries", letter.attempts
    yield "doubts", letter.doubts
    yield "problem", letter.problem or "—"
    yield "text", letter.text
