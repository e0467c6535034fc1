"""`gridwhistle nlu review`, `train`, `activate`: how does the understanding learn from use, and never by itself?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gridwhistle.bot.commands.evaluate import read_messages
from gridwhistle.bot.commands.nlu_city import read_city
from gridwhistle.bot.commands.opening import UserMistake, open_store, read_settings, require_examples
from gridwhistle.bot.settings import Settings
from gridwhistle.bot.understanding import embedded, gazetteer
from gridwhistle.dialogs.nlu import evaluation, intents, train
from gridwhistle.dialogs.nlu.data import Example, read
from gridwhistle.dialogs.nlu.evaluation import Message
from gridwhistle.dialogs.nlu.held_out import measure
from gridwhistle.dialogs.nlu.intents import Model
from gridwhistle.dialogs.nlu.reviewed import answers, as_examples, confusions, least_sure, new_to
from gridwhistle.dialogs.nlu.train import Kept, cache_path
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding
from gridwhistle.dialogs.nlu.understood import Bands
from gridwhistle.services.corrections import Told, corrections, recent
from gridwhistle.services.reference import City
from gridwhistle.services.region import has_region

MOST_TICKETS = 2000


def add_to(group: typer.Typer) -> None:
    """Add these commands to the group."""
    group.command("review")(review)
    group.command("train")(train_model)
    group.command("activate")(activate)


def review(most: Annotated[int, typer.Option(min=1, help="How many lines of each list.")] = 20) -> None:
    """List what is confused most and what the engine is least sure of, in the residents' masked words."""
    settings = read_settings()
    require_examples(settings)
    city = read_city(settings)
    put_right, tickets = _told(settings, corrections), _told(settings, lambda s, r: recent(s, r, MOST_TICKETS))
    texts = {one.text for one in put_right}
    told = [*put_right, *(one for one in tickets if one.text not in texts)]
    found = answers(embedded(settings, city), [(one.text, one.matter) for one in told])
    console = Console()
    console.print(f"{len(put_right)} corrections, {len(told)} messages")
    pairs = Table("is", "taken for", "times", title="confused most")
    for matter, guess, count in confusions(found)[:most]:
        pairs.add_row(_name(city, matter), _name(city, guess), str(count))
    console.print(pairs)
    unsure = Table("confidence", "is", "taken for", "message", title="least sure")
    for answer in least_sure(found, most):
        unsure.add_row(
            f"{answer.confidence:.2f}", _name(city, answer.matter), _name(city, answer.guess), answer.text[:60]
        )
    console.print(unsure)


def train_model(
    with_reviewed: Annotated[bool, typer.Option(help="Train a candidate with the corrections as well.")] = False,
    on: Annotated[Path | None, typer.Option(help="Labelled messages to judge before and after on.")] = None,
) -> None:
    """Train from the examples anew and print what is got right of examples that were held out.

    With reviewed messages, a candidate is trained beside the model and compared with it; the model that answers stays
    as it is until `gridwhistle nlu activate`.
    """
    settings = read_settings()
    require_examples(settings)
    messages = read_messages(on) if on else ()
    examples = read(settings.examples_dir)
    started = time.perf_counter()
    plain = train.train(settings.examples_dir, settings.models_dir)
    columns = [_figures(settings, plain, examples, (), messages)]
    if with_reviewed:
        more = _reviewed(settings, examples)
        candidate = train.fit([*examples, *more])
        intents.save(candidate, cache_path(settings.examples_dir, settings.models_dir, Kept.CANDIDATE))
        columns.append(_figures(settings, candidate, examples, more, messages))
    table = Table("figure", *(("before", "after") if with_reviewed else ("value",)))
    for name in columns[0]:
        table.add_row(name.replace("_", " "), *(f"{column[name]:,.4g}" for column in columns))
    console = Console()
    console.print(table)
    console.print(f"{time.perf_counter() - started:.0f} seconds")
    if with_reviewed:
        console.print("The candidate answers after: gridwhistle nlu activate")


def activate(
    undo: Annotated[bool, typer.Option("--undo", help="Back to the model of the examples alone.")] = False,
) -> None:
    """Let the trained candidate answer, from the next start on."""
    settings = read_settings()
    require_examples(settings)
    if undo:
        if not train.deactivate(settings.examples_dir, settings.models_dir):
            raise UserMistake("no candidate had been activated")
        Console().print("The model of the examples answers from the next start on.")
        return
    if not train.activate(settings.examples_dir, settings.models_dir):
        raise UserMistake("there is no candidate for these examples; first: gridwhistle nlu train --with-reviewed")
    Console().print("The candidate answers from the next start on.")


def _reviewed(settings: Settings, examples: Sequence[Example]) -> tuple[Example, ...]:
    city = read_city(settings)
    put_right = _told(settings, corrections)
    category_of = {code: str(spec.category) for code, spec in city.matters.items()}
    more = new_to(examples, as_examples([(one.text, one.matter) for one in put_right], category_of))
    if not more:
        raise UserMistake("there are no corrections to learn from yet")
    return more


def _figures(
    settings: Settings, model: Model, examples: Sequence[Example], more: Sequence[Example], messages: Sequence[Message]
) -> dict[str, float]:
    figures = measure(examples, more)
    if messages:
        city = read_city(settings)
        engine = EmbeddedUnderstanding(model, gazetteer(city))
        category_of = {code: str(spec.category) for code, spec in city.matters.items()}
        judged = evaluation.judge(engine, messages, category_of, Bands())
        figures |= {
            "file_strict": evaluation.share(judged, "strict"),
            "file_lenient": evaluation.share(judged, "lenient"),
            "file_macro_f1": evaluation.macro_f1(evaluation.table(judged)),
        }
    return figures


def _told(settings: Settings, ask: Callable[..., tuple[Told, ...]]) -> tuple[Told, ...]:
    with open_store(settings) as store:
        if not has_region(store, settings.region):
            return ()
        with store.begin() as session:
            return ask(session, settings.region)


def _name(city: City, matter: str | None) -> str:
    spec = city.matters.get(matter or "")
    return spec.name if spec else matter or "—"
