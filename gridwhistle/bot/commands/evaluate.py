"""`gridwhistle nlu evaluate`: how right is an engine on messages that nobody here wrote?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gridwhistle.bot.commands.nlu_city import read_city
from gridwhistle.bot.commands.opening import UserMistake, read_settings, require_examples
from gridwhistle.bot.pictures import calibration_picture, confusion_picture
from gridwhistle.bot.settings import Engine
from gridwhistle.bot.understanding import configured
from gridwhistle.dialogs.nlu import evaluation
from gridwhistle.dialogs.nlu.evaluation import CATEGORIES, NONE, Band, FileError, Judged, Message
from gridwhistle.dialogs.nlu.understood import Bands


def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines with text, and category and alt where they are labelled.")],
    engine: Annotated[
        Engine | None, typer.Option(help="Which engine is judged; by default the one that the settings name.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Folder for the figures as JSON and the pictures.")] = None,
) -> None:
    """Judge an engine on a file of messages: totals only, no message is shown.

    A large model that the settings name stands behind the engine here, too.
    Messages with categories are judged strictly (equal to ``category``) and leniently (or to ``alt``); messages
    without are all taken to be about no matter, and what counts is how many would open a form.
    """
    settings = read_settings()
    if engine is not None:
        settings = settings.model_copy(update={"nlu": engine})
    require_examples(settings)
    messages = read_messages(file)
    city = read_city(settings)
    bands = Bands()
    category_of = {code: str(spec.category) for code, spec in city.matters.items()}
    judged = evaluation.judge(configured(settings, city), messages, category_of, bands)
    console = Console()
    labelled = messages[0].category is not None
    (_print_labelled if labelled else _print_out_of_scope)(console, judged)
    if report is not None:
        _write(report, judged, bands, labelled=labelled)
        console.print(f"report in {report}")


def read_messages(file: Path) -> tuple[Message, ...]:
    """The messages of a file. Raises ``UserMistake`` for one that cannot be read."""
    try:
        return evaluation.read_messages(file)
    except (FileError, OSError, UnicodeDecodeError) as error:
        raise UserMistake(str(error)) from error


def _print_labelled(console: Console, judged: Sequence[Judged]) -> None:
    rows = evaluation.table(judged)
    matters = [one for one in judged if one.category != NONE]
    _print_pairs(
        console,
        {
            "messages": f"{len(judged):,}",
            "strict accuracy": f"{evaluation.share(judged, 'strict'):.3f}",
            "lenient accuracy": f"{evaluation.share(judged, 'lenient'):.3f}",
            "macro-F1 (strict)": f"{evaluation.macro_f1(rows):.3f}",
            "calibration error": f"{evaluation.calibration_error(judged):.3f}",
        },
    )
    each = Table("category", "messages", "precision", "recall", "F1", title="by category (strict)")
    for row in rows:
        each.add_row(row.category, str(row.count), f"{row.precision:.3f}", f"{row.recall:.3f}", f"{row.f1:.3f}")
    console.print(each)
    pairs = evaluation.confusion(judged)
    grid = Table("is \\ called", *CATEGORIES, title="confusion", padding=(0, 1, 0, 0))
    for truth in CATEGORIES:
        if any(truth == pair[0] for pair in pairs):
            grid.add_row(truth, *(str(pairs.get((truth, guess), "·")) for guess in CATEGORIES))
    console.print(grid)
    curve = Table("confidence ≥", "covered", "strict", "lenient", "in this tenth", "right there", title="coverage")
    for step in evaluation.steps(judged):
        curve.add_row(
            f"{step.threshold:.1f}",
            f"{step.covered:.3f}",
            f"{step.strict:.3f}",
            f"{step.lenient:.3f}",
            str(step.inside),
            f"{step.inside_right:.3f}",
        )
    console.print(curve)
    does = Table("real matters", "share", "strict", "lenient", title="what the dialogue does with them")
    taken = evaluation.banded(matters, Band.FORM, Band.ANSWER)
    for name, group in (
        ("a form or an answer opens", taken),
        ("  and its matter is clear", [one for one in taken if one.clear]),
        ("asked with buttons", evaluation.banded(matters, Band.ASKED)),
        ("not taken for a matter", evaluation.banded(matters, Band.NOT)),
    ):
        part = len(group) / len(matters) if matters else 0.0
        does.add_row(
            name, f"{part:.3f}", f"{evaluation.share(group, 'strict'):.3f}", f"{evaluation.share(group, 'lenient'):.3f}"
        )
    console.print(does)


def _print_out_of_scope(console: Console, judged: Sequence[Judged]) -> None:
    total = len(judged)
    form, answer, asked, rest = (len(evaluation.banded(judged, band)) / total for band in Band)
    _print_pairs(
        console,
        {
            "messages": f"{total:,}",
            "the form of a report opens": f"{form:.3f}",
            "a policy answer is given": f"{answer:.3f}",
            "asked with buttons": f"{asked:.3f}",
            "none of these": f"{rest:.3f}",
        },
    )


def _print_pairs(console: Console, pairs: dict[str, str]) -> None:
    table = Table("figure", "value")
    for name, value in pairs.items():
        table.add_row(name, value)
    console.print(table)


def _write(folder: Path, judged: Sequence[Judged], bands: Bands, *, labelled: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = evaluation.table(judged)
    figures = {
        "messages": len(judged),
        "bands": {band.value: len(evaluation.banded(judged, band)) / len(judged) for band in Band},
    }
    if labelled:
        figures |= {
            "strict": evaluation.share(judged, "strict"),
            "lenient": evaluation.share(judged, "lenient"),
            "macro_f1": evaluation.macro_f1(rows),
            "calibration_error": evaluation.calibration_error(judged),
            "categories": [asdict(row) for row in rows],
            "confusion": [[*pair, count] for pair, count in sorted(evaluation.confusion(judged).items())],
            "coverage": [asdict(step) for step in evaluation.steps(judged)],
        }
        confusion_picture(evaluation.confusion(judged)).save(folder / "confusion.png")
        marks = {"ask": bands.ask, "opens": bands.opens}
        calibration_picture(evaluation.steps(judged), marks).save(folder / "calibration.png")
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    (folder / "figures.json").write_text(text + "\n", encoding="utf-8")
