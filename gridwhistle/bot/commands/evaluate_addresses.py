"""`gridwhistle nlu evaluate-addresses`: how much of an address is heard?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gridwhistle.bot.commands.nlu_city import read_city
from gridwhistle.bot.commands.opening import UserMistake, read_settings
from gridwhistle.bot.understanding import gazetteer
from gridwhistle.dialogs.nlu.addresses import judge_addresses, read_addresses
from gridwhistle.dialogs.nlu.evaluation import FileError


def evaluate_addresses(
    file: Annotated[Path, typer.Argument(help="JSON lines with text and spans ([label, words] pairs).")],
) -> None:
    """Judge how buildings, units and rooms are read; ``place`` is the share of addresses of which a name is heard."""
    try:
        addresses = read_addresses(file)
    except (FileError, OSError, UnicodeDecodeError) as error:
        raise UserMistake(str(error)) from error
    table = Table(
        "part", "right", "wrong", "missed", "precision", "recall", "F1", title=f"{len(addresses):,} addresses"
    )
    for part, counts in judge_addresses(gazetteer(read_city(read_settings())), addresses).items():
        table.add_row(
            part,
            str(counts.right),
            str(counts.wrong),
            str(counts.missed),
            f"{counts.precision:.3f}",
            f"{counts.recall:.3f}",
            f"{counts.f1:.3f}",
        )
    Console().print(table)
