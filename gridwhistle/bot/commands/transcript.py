"""`gridwhistle transcript`: does a written conversation still hold, and what does the bot say instead?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gridwhistle.bot.commands.opening import UserMistake, read_settings
from gridwhistle.bot.transcript.play import Difference, play
from gridwhistle.bot.transcript.script import Script, ScriptError, read_script
from gridwhistle.bot.transcript.update import update
from gridwhistle.bot.transcript.world import World


def register(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command("transcript")(transcript)


def transcript(
    files: Annotated[list[Path], typer.Argument(help="`.chat` files, or folders of them.")],
    *,
    rewrite: Annotated[bool, typer.Option("--update", help="Rewrite what the bot said; read the difference.")] = False,
    model: Annotated[bool, typer.Option("--model", help="Ask the trained model instead of the `~` lines.")] = False,
) -> None:
    """Play conversations against the demo city in memory; ends with status 1 where one does not hold."""
    if rewrite and model:
        raise UserMistake("--update writes what is said in exact mode; leave --model out")
    world = World(read_settings())
    console = Console(highlight=False, soft_wrap=True)
    failed = 0
    scripts = [_read(file) for file in _files(files)]
    for script in scripts:
        differences = _update(script, world) if rewrite else play(script, world, through_model=model)
        failed += bool(differences)
        console.print(f"{'✗' if differences else '✓'} {script.path}", markup=False)
        for difference in differences:
            console.print(f"{difference}\n", markup=False)
    console.print(f"{len(scripts) - failed} of {len(scripts)} hold")
    if failed:
        raise typer.Exit(1)


def _update(script: Script, world: World) -> tuple[Difference, ...]:
    updated = update(script, world)
    if updated.text != script.path.read_text(encoding="utf-8"):
        script.path.write_text(updated.text, encoding="utf-8")
    return updated.problems


def _read(file: Path) -> Script:
    try:
        return read_script(file)
    except (ScriptError, OSError) as problem:
        raise UserMistake(str(problem)) from problem


def _files(given: list[Path]) -> list[Path]:
    found = [file for one in given for file in (sorted(one.glob("*.chat")) if one.is_dir() else [one])]
    if not found:
        raise UserMistake("there is no .chat file")
    return found
