"""How is the embedded classifier trained, calibrated and cached?"""

from __future__ import annotations

import hashlib
import inspect
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from gridwhistle.dialogs.nlu import data, features, intents, regression
from gridwhistle.dialogs.nlu.data import Example
from gridwhistle.dialogs.nlu.intents import Floats, Model
from gridwhistle.dialogs.nlu.regression import Numbers, Recipe, softmax

FOLDS = 5
# A feature seen once tells its example from no other; dropping those quarters the matrix.
SEEN_AT_LEAST = 2


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class HeldOut:
    """What a model said of examples that it had not seen: the ground of every figure and of the bands."""

    labels: tuple[str, ...]
    examples: tuple[Example, ...]
    scores: Floats

    def accuracy(self, kind: Callable[[str], str | None] = str) -> float:
        """The share of examples whose best label is right as far as ``kind`` of it goes (``None``: not counted)."""
        best = self.scores.argmax(axis=1)
        pairs = [(kind(self.labels[guess]), kind(e.label)) for guess, e in zip(best, self.examples, strict=True)]
        counted = [guess == true for guess, true in pairs if true is not None]
        return sum(counted) / len(counted) if counted else 0.0

    def truth(self) -> Numbers:
        """The row of each example's own label."""
        rows = {label: row for row, label in enumerate(self.labels)}
        return np.array([rows[example.label] for example in self.examples], dtype=np.intp)

    def temperature(self) -> float:
        """The temperature under which these examples are the least surprising."""
        own = np.arange(len(self.examples)), self.truth()
        grid = np.geomspace(0.1, 3, 60)
        surprise = [-float(np.log(np.maximum(softmax(self.scores / t)[own], 1e-9)).mean()) for t in grid]
        return float(grid[int(np.argmin(surprise))])

    def calibration_error(self, temperature: float, bins: int = 10) -> float:
        """The mean distance between how sure the model was and how often it was right."""
        probabilities = softmax(self.scores / np.float32(temperature))
        sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == self.truth()
        slot = np.minimum((sure * bins).astype(int), bins - 1)
        gaps = [abs(float(sure[slot == n].sum() - right[slot == n].sum())) for n in range(bins)]
        return sum(gaps) / len(right)


def intent_of(label: str) -> str:
    """The bare intent of a label."""
    return label.partition("/")[0]


def matter_of(label: str) -> str | None:
    """The matter of a label, ``None`` for plain intents."""
    return label.partition("/")[2] or None


def train(data_dir: Path, cache_dir: Path) -> Model:
    """Train from the folder's examples and put the model into the cache."""
    model = fit(data.read(data_dir))
    intents.save(model, cache_path(data_dir, cache_dir))
    return model


def load_or_train(data_dir: Path, cache_dir: Path) -> Model:
    """The cached model of these very examples and this very code, or else a new one."""
    try:
        return intents.load(cache_path(data_dir, cache_dir))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return train(data_dir, cache_dir)


def cache_path(data_dir: Path, cache_dir: Path) -> Path:
    """The model's file: named by the examples and by the code that turns them into a model."""
    digest = hashlib.sha256(data.content_hash(data_dir).encode())
    for module in (features, intents, regression, sys.modules[__name__]):
        digest.update(inspect.getsource(module).encode())
    return cache_dir / f"intents-{digest.hexdigest()[:20]}.npz"


def fit(examples: Sequence[Example], recipe: Recipe | None = None) -> Model:
    """Train on all examples, for the first start too: it measures nothing (``measure`` does)."""
    return _fit(examples, recipe or Recipe())


def measure(examples: Sequence[Example], recipe: Recipe | None = None) -> dict[str, float]:
    """What a training without one fold of the examples gets right of that fold, and the temperature that fits it."""
    held_out = hold_out(examples, folds(examples)[0], recipe or Recipe())
    temperature = held_out.temperature()
    return {
        "examples": float(len(examples)),
        "label_accuracy": held_out.accuracy(),
        "intent_accuracy": held_out.accuracy(intent_of),
        "matter_accuracy": held_out.accuracy(matter_of),
        "temperature": temperature,
        "calibration_error": held_out.calibration_error(temperature),
    }


def cross_validate(examples: Sequence[Example], recipe: Recipe | None = None) -> HeldOut:
    """What models of the other folds said of each fold, over all examples."""
    parts = [hold_out(examples, fold, recipe or Recipe()) for fold in folds(examples)]
    return HeldOut(
        labels=parts[0].labels,
        examples=tuple(example for part in parts for example in part.examples),
        scores=np.vstack([part.scores for part in parts]),
    )


def hold_out(examples: Sequence[Example], fold: set[int], recipe: Recipe) -> HeldOut:
    """What a model trained without the fold says of it."""
    model = _fit([example for n, example in enumerate(examples) if n not in fold], replace(recipe, temperature=1.0))
    unseen = tuple(example for n, example in enumerate(examples) if n in fold and example.label in model.labels)
    return HeldOut(
        labels=model.labels,
        examples=unseen,
        scores=np.vstack([model.scores(example.text) for example in unseen]),
    )


def folds(examples: Sequence[Example]) -> list[set[int]]:
    """Stratified folds: each label's examples are dealt out like cards, in an order fixed by the seed."""
    order = np.random.default_rng(7).permutation(len(examples))
    dealt = sorted(order.tolist(), key=lambda n: examples[n].label)
    return [set(dealt[number::FOLDS]) for number in range(FOLDS)]


def _fit(examples: Sequence[Example], recipe: Recipe) -> Model:
    family = {example.label: example.family for example in examples}
    labels = tuple(sorted(family))
    families = sorted(set(family.values()))
    index = {label: number for number, label in enumerate(labels)}
    vocabulary, rarity, rows = _weigh([example.text for example in examples])
    dual = regression.solve(
        _gram(rows),
        np.array([index[example.label] for example in examples], dtype=np.intp),
        np.array([families.index(family[label]) for label in labels], dtype=np.intp),
        recipe,
    )
    return Model(
        labels=labels,
        families=tuple(family[label] for label in labels),
        vocabulary=vocabulary,
        rarity=rarity,
        matrix=np.ascontiguousarray(rows.T @ dual, dtype=np.float32),
        bias=np.asarray(dual.sum(axis=0), dtype=np.float32),
        temperature=recipe.temperature,
        rarest=float(np.log(1 + len(examples))) + 1,
    )


def _gram(rows: Any) -> Floats:
    """The examples' likenesses; the added one is the constant feature behind the bias."""
    count = rows.shape[0]
    gram = np.empty((count, count), dtype=np.float32)
    # In strips: the sparse product of all with all would take three times the memory of the dense one.
    for start in range(0, count, 500):
        gram[start : start + 500] = (rows[start : start + 500] @ rows.T).toarray()
    gram += 1
    return gram


def _weigh(texts: Sequence[str]) -> tuple[dict[str, int], Floats, Any]:
    """Vocabulary, rarity and the examples' normalised TF-IDF rows, weighted as ``Model.scores`` weighs them."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - only training needs SciPy; answering starts without it

    counts = [Counter(features.features(text)) for text in texts]
    seen = Counter(name for count in counts for name in count)
    vocabulary = {name: row for row, name in enumerate(sorted(n for n, c in seen.items() if c >= SEEN_AT_LEAST))}
    often = np.array([seen[name] for name in vocabulary], dtype=np.float32)
    weight = np.array([features.weight(name) for name in vocabulary], dtype=np.float32)
    rarity = np.asarray(weight * (np.log((1 + len(texts)) / (1 + often)) + 1), dtype=np.float32)
    known = [[(vocabulary[name], tally) for name, tally in count.items() if name in vocabulary] for count in counts]
    starts = np.cumsum([0, *(len(row) for row in known)])
    columns = np.array([column for row in known for column, _ in row], dtype=np.int32)
    tallies = np.array([tally for row in known for _, tally in row], dtype=np.float32)
    weights = np.asarray((1 + np.log(tallies)) * rarity[columns], dtype=np.float32)
    norms = np.array([np.sqrt((weights[a:b] ** 2).sum()) for a, b in pairwise(starts)])
    weights /= np.repeat(np.maximum(norms, 1e-9), np.diff(starts)).astype(np.float32)
    return vocabulary, rarity, csr_array((weights, columns, starts), shape=(len(texts), len(vocabulary)))
