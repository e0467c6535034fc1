"""How quick, how big and how right is the embedded understanding?

``python -m benchmarks.understanding`` measures; ``--cross-validate`` judges the training data and what each pair of
bands would do. Files of messages are judged by ``gridwhistle nlu evaluate``.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from pathlib import Path

import numpy as np

from gridwhistle.dialogs.nlu import data, held_out, train
from gridwhistle.dialogs.nlu.intents import Floats, Numbers
from gridwhistle.dialogs.nlu.places import Gazetteer, PlaceName
from gridwhistle.dialogs.nlu.understand import EmbeddedUnderstanding
from gridwhistle.dialogs.nlu.understood import POLICY_QUESTION, REPORT

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "nlu_data" / "data" / "nlu"
CACHE = ROOT / ".cache" / "nlu"
ABOUT_MATTERS = {REPORT, POLICY_QUESTION}
_SYLLABLES = "幸福向阳建设尚岗永丰龙江东湖文化和平光明胜利团结新华红旗锦绣滨江长安富强民主友谊前进"


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cross-validate", action="store_true", help="five-fold figures of the training data")
    arguments = parser.parse_args()
    if arguments.cross_validate:
        cross_validate()
        return
    started = time.perf_counter()
    model = train.load_or_train(EXAMPLES, CACHE)
    loaded = time.perf_counter() - started
    engine = EmbeddedUnderstanding(model, city())
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
