"""How quick, how big and how right is each engine of understanding?

``python -m benchmarks.understanding`` measures the embedded engine and, where ``make rasa`` has built it, Rasa with its
whole model in the same run; ``--eval FILE`` judges both on labelled messages. ``--cross-validate`` judges the training
data and what each pair of bands would do.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import rasa_server
from gridwhistle.dialogs.nlu import data, evaluation, held_out, train
from gridwhistle.dialogs.nlu.evaluation import Message
from gridwhistle.dialogs.nlu.intents import Floats, Numbers
from gridwhistle.dialogs.nlu.places import Gazetteer, PlaceName
from gridwhistle.dialogs.nlu.rasa import RasaUnderstanding, read_parse
from gridwhistle.dialogs.nlu.server import ModelServer, Patience
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding
from gridwhistle.dialogs.nlu.understood import POLICY_QUESTION, REPORT, Bands, Understanding

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "nlu_data"
EXAMPLES = PROJECT / "data" / "nlu"
RASA_CACHE = ROOT / ".cache" / "rasa"
CACHE = ROOT / ".cache" / "nlu"
ABOUT_MATTERS = {REPORT, POLICY_QUESTION}
_SYLLABLES = "幸福向阳建设尚岗永丰龙江东湖文化和平光明胜利团结新华红旗锦绣滨江长安富强民主友谊前进"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What was measured of one engine."""

    training: float
    """Seconds."""
    start: float
    """Seconds from the process' start to its first answer."""
    p50: float
    """Milliseconds for one message, asked one after another."""
    p99: float
    alone: float
    """Messages a second of one caller."""
    rate: float
    """Messages a second that the whole machine gives: of a process on each core, or of as many callers as help."""
    memory: float
    """Megabytes of the process that answers."""
    judged: tuple[float, float, float] | None
    """Strict and lenient accuracy and macro-F1 on the file."""


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cross-validate", action="store_true", help="five-fold figures of the training data")
    parser.add_argument("--eval", type=Path, help="labelled messages, judged by totals only")
    arguments = parser.parse_args()
    if arguments.cross_validate:
        cross_validate()
        return
    messages = evaluation.read_messages(arguments.eval) if arguments.eval else ()
    # A process of its own, so that its memory and its start are the engine's alone.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as own:
        figures = {"embedded": own.submit(embedded_figures, messages).result()}
    if reason := rasa_server.missing():
        print(reason)
    else:
        figures["Rasa 3.6"] = rasa_figures(messages)
    show(figures)


def embedded_figures(messages: Sequence[Message]) -> Figures:
    """The engine in this process, whose interpreter has just started."""
    import_seconds = time.perf_counter()
    model = train.load_or_train(EXAMPLES, CACHE)
    engine = EmbeddedUnderstanding(model, city())
    engine.understand("下水道堵了")
    start = time.perf_counter() - import_seconds
    lines = sample()
    times = timed(engine.understand, lines)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    alone = rate(engine.understand, lines, callers=1)
    began = time.perf_counter()
    train.fit(data.read(EXAMPLES))
    return Figures(
        training=time.perf_counter() - began,
        start=start,
        p50=times[49],
        p99=times[98],
        alone=alone,
        rate=rate_of_all_cores(),
        memory=memory,
        judged=judge(engine, messages),
    )


def rasa_figures(messages: Sequence[Message]) -> Figures:
    """A Rasa server with the model of all examples, asked over HTTP as the bot asks it."""
    model, training = rasa_model()
    with rasa_server.rasa_server(model) as running:
        server = ModelServer(
            "rasa",
            running.address + "/model/parse",
            params={"token": rasa_server.TOKEN},
            patience=Patience(seconds=30),
        )

        def ask(text: str) -> object:
            return server.ask({"text": text}, read_parse)

        lines = sample()[:400]
        times = timed(ask, lines)
        figures = Figures(
            training=training,
            start=running.started_after,
            p50=times[49],
            p99=times[98],
            alone=rate(ask, lines, callers=1),
            rate=rate(ask, lines, callers=4),
            memory=_resident(running.process),
            judged=judge(
                RasaUnderstanding(server, EmbeddedUnderstanding(train.load_or_train(EXAMPLES, CACHE), city())), messages
            ),
        )
        server.close()
    return figures


def rasa_model() -> tuple[Path, float]:
    """The model of today's examples and pipeline, with the seconds that its training took."""
    pipeline = (PROJECT / "config.yml").read_bytes()
    name = hashlib.sha256(data.content_hash(EXAMPLES).encode() + pipeline).hexdigest()[:20]
    target = RASA_CACHE / f"whole-{name}.tar.gz"
    seconds = target.with_suffix(".seconds")
    if not seconds.exists():
        began = time.perf_counter()
        rasa_server.train(PROJECT, target)
        seconds.write_text(f"{time.perf_counter() - began:.1f}\n", encoding="ascii")
    return target, float(seconds.read_text(encoding="ascii"))


def sample() -> list[str]:
    """2,000 lines from everywhere in the examples."""
    texts = [example.text for example in data.read(EXAMPLES)]
    return texts[:: max(1, len(texts) // 2000)][:2000]


def timed(ask: Callable[[str], object], lines: Sequence[str]) -> list[float]:
    """The hundredths of the milliseconds that one answer takes."""
    for text in lines[:50]:
        ask(text)
    times = []
    for text in lines:
        began = time.perf_counter()
        ask(text)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(times, n=100)


def rate(ask: Callable[[str], object], lines: Sequence[str], *, callers: int) -> float:
    """Answers a second."""
    began = time.perf_counter()
    if callers == 1:
        for text in lines:
            ask(text)
        return len(lines) / (time.perf_counter() - began)
    with ThreadPoolExecutor(callers) as pool:
        answered = sum(1 for _ in pool.map(ask, lines))
    return answered / (time.perf_counter() - began)


def rate_of_all_cores() -> float:
    """Answers a second of as many embedded engines as there are cores, each in a process as a city runs them."""
    cores, context = os.cpu_count() or 1, get_context("spawn")
    together = context.Barrier(cores)
    with ProcessPoolExecutor(cores, mp_context=context, initializer=_wait_for, initargs=(together,)) as pool:
        return sum(pool.map(_own_rate, range(cores)))


_together: list[Barrier] = []


def _wait_for(together: Barrier) -> None:
    _together.append(together)


def _own_rate(_number: int) -> float:
    engine = EmbeddedUnderstanding(train.load_or_train(EXAMPLES, CACHE), city())
    lines = sample()
    engine.understand("下水道堵了")
    _together[0].wait()
    return rate(engine.understand, lines, callers=1)


def judge(engine: Understanding, messages: Sequence[Message]) -> tuple[float, float, float] | None:
    """Totals on labelled messages."""
    if not messages:
        return None
    judged = evaluation.judge(engine, messages, catalogue(), Bands())
    return (
        evaluation.share(judged, "strict"),
        evaluation.share(judged, "lenient"),
        evaluation.macro_f1(evaluation.table(judged)),
    )


def show(figures: Mapping[str, Figures]) -> None:
    """The engines side by side."""
    table = Table("figure", *figures)
    rows: tuple[tuple[str, Callable[[Figures], str]], ...] = (
        ("strict / lenient / macro-F1", lambda f: " / ".join(f"{x:.3f}" for x in f.judged) if f.judged else "no file"),
        ("one message, p50", lambda f: f"{f.p50:.2f} ms"),
        ("one message, p99", lambda f: f"{f.p99:.2f} ms"),
        ("messages a second, one caller", lambda f: f"{f.alone:,.0f}"),
        ("messages a second, all cores", lambda f: f"{f.rate:,.0f}"),
        ("memory", lambda f: f"{f.memory:,.0f} MB"),
        ("training", lambda f: f"{f.training:,.0f} s"),
        ("start, trained", lambda f: f"{f.start:.1f} s"),
    )
    for name, told in rows:
        table.add_row(name, *(told(one) for one in figures.values()))
    Console().print(table)


def catalogue() -> dict[str, str]:
    """The matters' categories by their codes."""
    with (ROOT / "demo" / "catalogue.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row["category"] for row in csv.DictReader(file)}


def _resident(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def cross_validate() -> None:
    """What models say of examples that they have not seen."""
    examples = data.read(EXAMPLES)
    started = time.perf_counter()
    found = held_out.cross_validate(examples)
    spent = time.perf_counter() - started
    labels = found.model.labels
    print(f"{len(examples)} examples, {len(labels)} labels, {held_out.FOLDS} folds in {spent:.0f} s")
    print(f"label        {found.accuracy():.3f}")
    print(f"intent       {found.accuracy(data.intent_of):.3f}")
    print(f"matter       {found.accuracy(data.matter_of):.3f}")
    print(f"kind of work {found.family_accuracy():.3f}")
    print(f"calibration error {found.calibration_error():.3f}; these examples would like {found.fit_scale()}")
    probabilities = found.probabilities()
    intents = [data.intent_of(label) for label in labels]
    names = sorted(set(intents))
    sums = probabilities @ np.array([[intent == name for name in names] for intent in intents], dtype=np.float32)
    truth = np.array([names.index(data.intent_of(example.label)) for example in found.examples])
    bands("intent", sums, truth)
    reports = np.array([n for n, intent in enumerate(intents) if intent == REPORT])
    rows_ = np.isin(found.truth(), reports)
    own = probabilities[np.ix_(rows_, reports)]
    bands("matter of a report", own / own.sum(axis=1, keepdims=True), np.searchsorted(reports, found.truth()[rows_]))


def bands(title: str, probabilities: Floats, truth: Numbers) -> None:
    """For each threshold: how much reaches it, and how much of that is right."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    print(f"{title}: right {right.mean():.3f}")
    for low in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        above = sure >= low
        inside = above & (sure < low + 0.1)
        print(
            f"  >= {low:.1f}: {above.mean():.3f} of all, right {right[above].mean() if above.any() else 0:.3f}; "
            f"in this tenth {inside.mean():.3f}, right {right[inside].mean() if inside.any() else 0:.3f}"
        )


def city() -> Gazetteer:
    """A made-up city of 400 estates, 200 roads and 500 aliases: the size that matching must stay quick at."""
    stems = [a + b for a in _SYLLABLES for b in _SYLLABLES if a != b]
    return Gazetteer(
        [
            PlaceName(code=f"e{n}", kind="estate", name=f"{stem}小区", aliases=(f"{stem}家园",), parent=f"c{n % 40}")
            for n, stem in enumerate(stems[:400])
        ]
        + [
            PlaceName(code=f"r{n}", kind="road", name=f"{stem}路", aliases=(f"{stem}街",))
            for n, stem in enumerate(stems[400:600])
        ]
    )


if __name__ == "__main__":
    main()
