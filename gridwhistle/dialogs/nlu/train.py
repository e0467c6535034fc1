"""How is the embedded classifier trained, calibrated and cached?

One-against-all ridge regression in its dual form: one Gram matrix of all examples, factored once, serves every
label, and the same inverse gives each example's score by the model of the other folds in closed form. So
cross-validation and calibration come with the training, in seconds, at a first start.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gridwhistle.dialogs.nlu import data, features, intents
from gridwhistle.dialogs.nlu.data import Example
from gridwhistle.dialogs.nlu.intents import Floats, Model

FOLDS = 5
PENALTY = 1.0
# A feature seen once tells its example from no other; dropping it quarters the matrix.
SEEN_AT_LEAST = 2


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class HeldOut:
    """What a model of the other folds said of each example: the ground of every figure and of the bands."""

    labels: tuple[str, ...]
    truth: tuple[str, ...]
    probabilities: Floats

    def accuracy(self, kind: Callable[[str], str | None] = str) -> float:
        """The share of examples whose best label is right as far as ``kind`` of it goes (``None``: not counted)."""
        best = self.probabilities.argmax(axis=1)
        pairs = [(kind(self.labels[guess]), kind(true)) for guess, true in zip(best, self.truth, strict=True)]
        counted = [guess == true for guess, true in pairs if true is not None]
        return sum(counted) / len(counted) if counted else 0.0

    def calibration_error(self, bins: int = 10) -> float:
        """The mean distance between how sure the model was and how often it was right."""
        sure = self.probabilities.max(axis=1)
        best = self.probabilities.argmax(axis=1)
        right = np.array([self.labels[guess] == true for guess, true in zip(best, self.truth, strict=True)])
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
    path = cache_path(data_dir, cache_dir)
    model, _ = fit(data.read(data_dir))
    intents.save(model, path)
    return model


def load_or_train(data_dir: Path, cache_dir: Path) -> Model:
    """The cached model of these very examples and this very code, or else a new one."""
    try:
        return intents.load(cache_path(data_dir, cache_dir))
    except (OSError, ValueError, KeyError, EOFError):
        return train(data_dir, cache_dir)


def cache_path(data_dir: Path, cache_dir: Path) -> Path:
    """The model's file: named by the examples and by the code that turns them into a model."""
    digest = hashlib.sha256(data.content_hash(data_dir).encode())
    for module in (features, intents, sys.modules[__name__]):
        digest.update(inspect.getsource(module).encode())
    return cache_dir / f"intents-{digest.hexdigest()[:20]}.npz"


def fit(examples: Sequence[Example]) -> tuple[Model, HeldOut]:
    """Train on all examples; also what models that had not seen an example said of it."""
    from scipy.linalg import lapack  # noqa: PLC0415 - only training needs SciPy; answering starts without it

    labels = tuple(sorted({example.label for example in examples}))
    index = {label: number for number, label in enumerate(labels)}
    truth = np.array([index[example.label] for example in examples])
    vocabulary, rarity, rows = _weigh([example.text for example in examples])

    targets = np.zeros((len(examples), len(labels)), dtype=np.float32)
    targets[np.arange(len(examples)), truth] = 1
    bias = targets.mean(axis=0)
    gram = np.asarray((rows @ rows.T).toarray(), dtype=np.float32)
    gram[np.diag_indices_from(gram)] += PENALTY
    # Factor and invert in place: at 6,000 examples one such matrix is 144 MB.
    factor, failed = lapack.spotrf(gram.T, lower=True, overwrite_a=True)
    inverse, failed_too = (factor, failed) if failed else lapack.spotri(factor, lower=True, overwrite_c=True)
    if failed or failed_too:
        raise ArithmeticError("the examples' Gram matrix cannot be inverted")
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    dual = inverse @ (targets - bias)

    scores = np.empty_like(targets)
    for fold in _folds(truth):
        scores[fold] = targets[fold] - np.linalg.solve(inverse[np.ix_(fold, fold)], dual[fold])
    temperature = _temperature(scores, truth)
    held_out = HeldOut(
        labels=labels,
        truth=tuple(example.label for example in examples),
        probabilities=_softmax(scores / temperature),
    )
    model = Model(
        labels=labels,
        vocabulary=vocabulary,
        rarity=rarity,
        matrix=np.ascontiguousarray(rows.T @ dual, dtype=np.float32),
        bias=bias,
        temperature=temperature,
        figures={
            "examples": len(examples),
            "label_accuracy": held_out.accuracy(),
            "intent_accuracy": held_out.accuracy(intent_of),
            "matter_accuracy": held_out.accuracy(matter_of),
            "calibration_error": held_out.calibration_error(),
        },
    )
    return model, held_out


def _weigh(texts: Sequence[str]) -> tuple[dict[str, int], Floats, Any]:
    """Vocabulary, rarity and the examples' normalised TF-IDF rows, weighted as ``Model.scores`` weighs them."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - as above

    counts = [Counter(features.features(text)) for text in texts]
    seen = Counter(name for count in counts for name in count)
    vocabulary = {name: row for row, name in enumerate(sorted(n for n, c in seen.items() if c >= SEEN_AT_LEAST))}
    often = np.array([seen[name] for name in vocabulary], dtype=np.float32)
    rarity = np.asarray(np.log((1 + len(texts)) / (1 + often)) + 1, dtype=np.float32)
    known = [[(vocabulary[name], tally) for name, tally in count.items() if name in vocabulary] for count in counts]
    starts = np.cumsum([0, *(len(row) for row in known)])
    columns = np.array([column for row in known for column, _ in row], dtype=np.int32)
    tallies = np.array([tally for row in known for _, tally in row], dtype=np.float32)
    weights = (1 + np.log(tallies)) * rarity[columns]
    rows = csr_array((weights, columns, starts), shape=(len(texts), len(vocabulary)))
    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(np.maximum(norms, 1e-9), np.diff(starts)).astype(np.float32)
    return vocabulary, rarity, rows


def _folds(truth: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """Stratified folds: each label's examples are dealt out like cards, in an order fixed by the seed."""
    order = np.random.default_rng(7).permutation(len(truth))
    dealt = order[np.argsort(truth[order], kind="stable")]
    return [dealt[number::FOLDS] for number in range(FOLDS)]


def _temperature(scores: Floats, truth: np.ndarray[Any, Any]) -> float:
    """The temperature under which the held-out examples are the least surprising."""
    own = np.arange(len(truth)), truth
    grid = np.geomspace(0.005, 2, 120)
    surprise = [-float(np.log(np.maximum(_softmax(scores / t)[own], 1e-9)).mean()) for t in grid]
    return float(grid[int(np.argmin(surprise))])


def _softmax(scores: Floats) -> Floats:
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), dtype=np.float32)
