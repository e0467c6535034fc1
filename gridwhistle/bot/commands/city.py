"""`gridwhistle init`, `import` and `demo`: how does a city come into the store?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gridwhistle.bot.commands.opening import UserMistake, open_demo_city, open_store, read_settings, require_examples
from gridwhistle.dialogs.nlu.train import cache_path, train
from gridwhistle.services import importing
from gridwhistle.services.big_city import Scale, build_big_city
from gridwhistle.services.clock import SystemClock
from gridwhistle.services.demo_city import settle_demo
from gridwhistle.services.importing import Imported
from gridwhistle.services.region import found_region, has_region, require_region


class DemoSize(StrEnum):
    """How large the demo is."""

    DEMO = "demo"
    CITY = "city"


class ImportKind(StrEnum):
    """Which of a city's files is imported."""

    ORG = "org"
    PLACES = "places"
    PEOPLE = "people"
    POSTS = "posts"
    CATALOGUE = "catalogue"


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("init")(init)
    app.command("import")(import_file)
    app.command("demo")(demo)


def init(
    *,
    with_demo: Annotated[bool, typer.Option("--demo", help="Import the demo city and its people as well.")] = False,
) -> None:
    """Create the store, bring its tables to this release's form, enter the city, and train the understanding."""
    settings = read_settings()
    with open_store(settings) as store:
        is_new = found_region(store, settings.region, settings.region_name)
        console = Console()
        console.print(f"{settings.region_name}: {'entered' if is_new else 'there already; tables are up to date'}")
        if with_demo:
            show(console, open_demo_city(settings, store))
        # Trained here, in a process that ends: training needs ten times the memory of answering.
        require_examples(settings)
        if not cache_path(settings.examples_dir, settings.models_dir).exists():
            console.print("Training the understanding from nlu_data/ (once, half a minute) …")
            train(settings.examples_dir, settings.models_dir)


def import_file(
    kind: Annotated[ImportKind, typer.Argument(help="What the file holds.")],
    file: Annotated[Path, typer.Argument(help="A CSV file: UTF-8, or GB18030 as Excel saves it in China.")],
) -> None:
    """Import a city's file; one with mistakes is refused as a whole, with a line for each of them."""
    settings = read_settings()
    importers: Mapping[ImportKind, Callable[..., Imported]] = {
        ImportKind.ORG: importing.import_org,
        ImportKind.PLACES: importing.import_places,
        ImportKind.PEOPLE: partial(importing.import_people, now=SystemClock().now()),
        ImportKind.POSTS: importing.import_posts,
        ImportKind.CATALOGUE: importing.import_catalogue,
    }
    with open_store(settings) as store:
        require_region(store, settings.region)
        with store.begin() as session:
            outcome = importers[kind](session, settings.region, file)
    show(Console(), [outcome])


def demo(
    *,
    scale: Annotated[
        DemoSize, typer.Option(help="demo: the small city with its people; city: the full size, for measurements.")
    ] = DemoSize.DEMO,
) -> None:
    """Fill the store with the demo city; with `--scale city` a fresh store with invented people at full size."""
    settings = read_settings()
    console = Console()
    started = time.perf_counter()
    with open_store(settings) as store:
        if scale is DemoSize.CITY and has_region(store, settings.region):
            raise UserMistake(
                "the store is in use already; name a fresh one with GRIDWHISTLE_DATABASE_URL=sqlite:///var/city.db"
            )
        found_region(store, settings.region, settings.region_name)
        if scale is DemoSize.DEMO:
            show(console, open_demo_city(settings, store))
            return
        now = SystemClock().now()
        settle_demo(store, settings.region, settings.demo_dir, now=now)
        counts = build_big_city(store, settings.region, Scale(), now=now)
    table = Table("what", "how many")
    for what, count in counts.items():
        table.add_row(what, f"{count:,}")
    console.print(table)
    console.print(f"{time.perf_counter() - started:.1f} s")


def show(console: Console, outcomes: Iterable[Imported]) -> None:
    """Print what imports have changed, and their notes."""
    table = Table("file", "added", "changed", "unchanged", "removed", "kept")
    notes: list[str] = []
    for outcome in outcomes:
        counts = (outcome.added, outcome.changed, outcome.unchanged, outcome.removed, outcome.kept)
        table.add_row(outcome.file, *(str(count) for count in counts))
        notes += [f"{outcome.file}: {note}" for note in outcome.notes]
    console.print(table)
    for note in notes:
        console.print(note, markup=False, highlight=False)
