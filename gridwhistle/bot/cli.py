"""Which commands has `gridwhistle`?"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import typer
import typer.core

from gridwhistle.bot.commands import bot, chat, city, nlu, outbox, scheduler, serve, transcript
from gridwhistle.bot.commands.opening import MISTAKES, read_settings
from gridwhistle.bot.logs import set_up_logs

COMMANDS: tuple[ModuleType, ...] = (city, serve, bot, scheduler, outbox, chat, nlu, transcript)
"""One module per group of commands, each with ``register(app)``."""


class PlainMistakes(typer.core.TyperGroup):
    """Tells the user's own mistakes in a line each and ends with status 1; anything else is ours and shows where."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            settings = read_settings()
            set_up_logs(level=settings.log_level, as_json=settings.log_json)
            return super().invoke(ctx)
        except MISTAKES as mistake:
            sys.stderr.write(f"{mistake}\n")
            raise typer.Exit(1) from mistake


app = typer.Typer(
    cls=PlainMistakes,
    help="GridWhistle (网格哨): the chat front end of a city's grid governance.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def gridwhistle() -> None:
    """GridWhistle (网格哨): the chat front end of a city's grid governance."""


for module in COMMANDS:
    module.register(app)


def main() -> None:
    """Run the command line."""
    app()
