"""How quick, how big and how right is the embedded understanding?

``python -m benchmarks.understanding`` measures; ``--eval FILE`` and ``--out-of-scope FILE`` judge it on labelled JSON
lines (totals only); ``--cross-validate`` judges the training data and what each pair of bands would do.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import statistics
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from gridwhistle.dialogs.nlu import data, train
from gridwhistle.dialogs.nlu.places import Gazetteer, PlaceName
from gridwhistle.dialogs.nlu.regression import softmax
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding
from gridwhistle.dialogs.nlu.understood import POLICY_QUESTION, REPORT, Bands

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "nlu_data" / "data" / "nlu"
CACHE = ROOT / ".cache" / "nlu"
ABOUT_MATTERS = {REPORT, POLICY_QUESTION}
_SYLLABLES = "幸福向阳建设尚岗永丰龙江东湖文化和平光明胜利团结新华红旗锦绣滨江长安富强民主友谊前进"


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--eval", type=Path, dest="labelled", help="JSON lines with text, category, alt")
    parser.add_argument("--out-of-scope", type=Path, help="JSON lines with text: none of them is a matter")
    parser.add_argument("--cross-validate", action="store_true", help="five-fold figures of the training data")
    arguments = parser.parse_args()
    if arguments.cross_validate:
        cross_validate()
        return
    started = time.perf_counter()
    model = train.load_or_train(EXAMPLES, CACHE)
    loaded = time.perf_counter() - started
    engine = EmbeddedUnderstanding(model, city())
    if arguments.labelled:
        judge(engine, rows(arguments.labelled))
    if arguments.out_of_scope:
        judge_out_of_scope(engine, rows(arguments.out_of_scope))
    if not (arguments.labelled or arguments.out_of_scope):
        print(f"load (or train)        {loaded * 1000:8.0f} ms")
        print(f"matrix                 {model.matrix.nbytes / 1e6:8.1f} MB {model.matrix.shape}")
        measure(engine)
        print(f"process at its largest {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB")


def measure(engine: EmbeddedUnderstanding) -> None:
    """The time of one ``understand`` over 2,000 lines of the training data."""
    texts = [example.text for example in data.read(EXAMPLES)]
    texts = texts[:: max(1, len(texts) // 2000)][:2000]
    for text in texts[:50]:
        engine.understand(text)
    times = []
    for text in texts:
        started = time.perf_counter()
        engine.understand(text)
        times.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(times, n=100)
    print(f"understand, {len(texts)} lines: p50 {cuts[49]:.3f} ms, p99 {cuts[98]:.3f} ms, most {max(times):.3f} ms")


def judge(engine: EmbeddedUnderstanding, labelled: list[dict[str, str]]) -> None:
    """The share of texts whose category is right; ``none`` is right where the intent is about no matter."""
    categories = catalogue()
    strict = lenient = none = 0
    for row in labelled:
        found = engine.understand(row["text"])
        category = "none"
        if found.intent in ABOUT_MATTERS and found.matters:
            category = categories[found.matters[0].matter]
        none += category == "none"
        strict += category == row["category"]
        lenient += category in {row["category"], row["alt"]}
    total = len(labelled)
    print(f"{total} texts: strict {strict / total:.3f}, lenient {lenient / total:.3f}")
    print(f"  called no matter {none / total:.3f}")


def judge_out_of_scope(engine: EmbeddedUnderstanding, texts: list[dict[str, str]]) -> None:
    """The share of texts about nothing that would open a form at once, or with a question."""
    found = [engine.understand(row["text"]) for row in texts]
    about = [row for row in found if row.intent in ABOUT_MATTERS]
    reports = [row for row in found if row.intent == REPORT]
    total, bands = len(texts), Bands()
    opened = sum(row.confidence >= bands.sure for row in reports) / total
    asked = sum(bands.ask <= row.confidence < bands.sure for row in reports) / total
    sure = sum(row.confidence >= bands.sure for row in about) / total
    print(f"{total} texts: a report form opens for {opened:.3f}, a question is asked for {asked:.3f}")
    print(f"  a form or a policy answer for {sure:.3f}; emergencies {sum(row.emergency is not None for row in found)}")


def cross_validate() -> None:
    """What models say of examples that they have not seen."""
    examples = data.read(EXAMPLES)
    started = time.perf_counter()
    held_out = train.cross_validate(examples)
    spent = time.perf_counter() - started
    temperature, categories = held_out.temperature(), catalogue()
    print(f"{len(examples)} examples, {len(held_out.labels)} labels, {train.FOLDS} folds in {spent:.0f} s")
    print(f"label    {held_out.accuracy():.3f}")
    print(f"intent   {held_out.accuracy(train.intent_of):.3f}")
    print(f"matter   {held_out.accuracy(train.matter_of):.3f}")
    print(f"category {held_out.accuracy(lambda label: categories.get(train.matter_of(label) or '')):.3f}")
    print(f"temperature {temperature:.2f}, calibration error {held_out.calibration_error(temperature):.3f}")
    probabilities = softmax(held_out.scores / np.float32(temperature))
    intents = [train.intent_of(label) for label in held_out.labels]
    names = sorted(set(intents))
    sums = probabilities @ np.array([[intent == name for name in names] for intent in intents], dtype=np.float32)
    truth = np.array([names.index(train.intent_of(example.label)) for example in held_out.examples])
    bands("intent", sums, truth)
    reports = np.array([n for n, intent in enumerate(intents) if intent == REPORT])
    rows_ = np.isin(held_out.truth(), reports)
    own = probabilities[np.ix_(rows_, reports)]
    bands("matter of a report", own / own.sum(axis=1, keepdims=True), np.searchsorted(reports, held_out.truth()[rows_]))


def bands(title: str, probabilities: train.Floats, truth: train.Numbers) -> None:
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


def catalogue() -> dict[str, str]:
    """The matters' categories by their codes."""
    with (ROOT / "demo" / "catalogue.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row["category"] for row in csv.DictReader(file)}


def rows(path: Path) -> list[dict[str, str]]:
    """The JSON lines of a file."""
    return list(parsed(path.read_text(encoding="utf-8").splitlines()))


def parsed(lines: Iterable[str]) -> Iterable[dict[str, str]]:
    """The lines' objects."""
    return (json.loads(line) for line in lines if line.strip())


if __name__ == "__main__":
    main()
