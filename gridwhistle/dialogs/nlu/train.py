"""How is the embedded classifier trained, and where is it kept?"""

from __future__ import annotations

import hashlib
import inspect
import sys
import warnings
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from gridwhistle.dialogs.nlu import cues, data, features, intents
from gridwhistle.dialogs.nlu.data import PLAIN, Example
from gridwhistle.dialogs.nlu.intents import CUE, Floats, Model, Scale

# A feature seen once tells its example from no other; dropping those quarters the matrix.
SEEN_AT_LEAST = 2
SHARES = {
    "policy": 0.25,
    "dispute": 0.25,
    "errand": 0.16,
    "hazard": 0.08,
    "opinion": 0.06,
    "care": 0.05,
    "information": 0.03,
}
"""How much of what residents send to a hotline is of each kind of work; the examples are spread otherwise."""
OTHER_SHARE = 0.15
EVENNESS = 0.3
"""How much less an example counts the more its label has: with 1 all labels would count the same."""
NEAR_ENOUGH = 0.1
"""Liblinear's own tolerance; scikit-learn's is a thousandth of it, takes half as long again and gets no more right."""
ABOUT_NOTHING = frozenset({"out_of_scope", "chitchat"})
OTHER_TOPICS = 3.0
"""What a line about nothing counts where it is told from matters: what other bots are asked has no end."""


class Kept(StrEnum):
    """Which models lie in the cache."""

    PLAIN = "intents"
    CANDIDATE = "candidate"
    """Trained with reviewed messages; answers nobody until it is activated."""
    ACTIVATED = "activated"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """The settings of a training, chosen by cross-validation (docs/understanding.md)."""

    freedom: float = 0.5
    """The inverse of the ridge penalty (liblinear's C)."""
    freedom_by_halves: float = 1.0
    """The same for machines that see half of the features each."""
    partings: int = 2
    """How often the features are parted into two halves, each with a machine of its own."""
    scale: Scale = field(default_factory=Scale)


def train(data_dir: Path, cache_dir: Path) -> Model:
    """Train from the folder's examples and put the model into the cache."""
    model = fit(data.read(data_dir))
    intents.save(model, cache_path(data_dir, cache_dir))
    return model


def load_or_train(data_dir: Path, cache_dir: Path) -> Model:
    """The activated candidate, the cached model of these very examples and this very code, or else a new one."""
    for part in (Kept.ACTIVATED, Kept.PLAIN):
        try:
            return intents.load(cache_path(data_dir, cache_dir, part))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            continue
    return train(data_dir, cache_dir)


def activate(data_dir: Path, cache_dir: Path) -> bool:
    """Let the candidate answer from the next start on; tells whether there was one."""
    candidate = cache_path(data_dir, cache_dir, Kept.CANDIDATE)
    if not candidate.exists():
        return False
    candidate.replace(cache_path(data_dir, cache_dir, Kept.ACTIVATED))
    return True


def deactivate(data_dir: Path, cache_dir: Path) -> bool:
    """Let the model of the examples alone answer again; tells whether anything else had been activated."""
    activated = cache_path(data_dir, cache_dir, Kept.ACTIVATED)
    if not activated.exists():
        return False
    activated.unlink()
    return True


def cache_path(data_dir: Path, cache_dir: Path, part: Kept = Kept.PLAIN) -> Path:
    """The model's file: named by the examples and by the code that turns them into a model.

    So a candidate ends with the release that it was trained for: new examples or new code want a new candidate.
    """
    digest = hashlib.sha256(data.content_hash(data_dir).encode())
    for module in (cues, features, intents, sys.modules[__name__]):
        digest.update(inspect.getsource(module).encode())
    return cache_dir / f"{part}-{digest.hexdigest()[:20]}.npz"


def fit(examples: Sequence[Example], recipe: Recipe | None = None) -> Model:
    """Train on all examples; measures nothing (``held_out`` does), since the first start waits for it."""
    recipe = recipe or Recipe()
    family = {example.label: example.family for example in examples}
    labels = tuple(sorted(family))
    vocabulary, rarity, rows = _weigh([example.text for example in examples])
    own, own_bias = _families(rows, examples, recipe)
    each, each_bias = _separate(rows, [example.label for example in examples], _importance(examples, even=True), recipe)
    return Model(
        labels=labels,
        families=tuple(family[label] for label in labels),
        vocabulary=vocabulary,
        rarity=rarity,
        matrix=np.ascontiguousarray(np.hstack([own, each]), dtype=np.float32),
        bias=np.concatenate([own_bias, each_bias]).astype(np.float32),
        scale=recipe.scale,
    )


def _families(rows: Any, examples: Sequence[Example], recipe: Recipe) -> tuple[Floats, Floats]:
    """A column for each family: those of matters tell their kinds apart, that of ``PLAIN`` tells it from all of them."""
    kinds = [example.family for example in examples]
    names = sorted(set(kinds))
    weights, bias = np.zeros((rows.shape[1], len(names)), dtype=np.float32), np.zeros(len(names), dtype=np.float32)
    about = np.array([kind != PLAIN for kind in kinds])
    told = [column for column, name in enumerate(names) if name != PLAIN]
    if len(told) > 1:
        weights[:, told], bias[told] = _separate_by_halves(
            rows[about], [kind for kind in kinds if kind != PLAIN], _importance(examples)[about], recipe
        )
    if told and PLAIN in names:
        asked, asked_bias = _separate(rows, [PLAIN * (kind == PLAIN) for kind in kinds], _strangeness(examples), recipe)
        weights[:, names.index(PLAIN)], bias[names.index(PLAIN)] = asked[:, 1], asked_bias[1]
    return weights, bias


def _importance(examples: Sequence[Example], *, even: bool = False) -> Floats:
    """What each example counts, so that the families count as much as residents write of them.

    ``even``: among the labels that are no matters, those with thousands of examples about other topics count for less,
    lest “催一下” be doubtful.
    """
    counts = Counter(example.family for example in examples)
    share = {family: SHARES.get(family, OTHER_SHARE) for family in counts}
    whole = sum(share.values())
    weight = {family: share[family] / whole * len(examples) / count for family, count in counts.items()}
    each = np.array([weight[example.family] for example in examples], dtype=np.float32)
    if even and PLAIN in counts:
        often = Counter(example.label for example in examples)
        plain = np.array([example.family == PLAIN for example in examples])
        rare = np.array([often[example.label] ** -EVENNESS for example in examples], dtype=np.float32)
        each[plain] = rare[plain] / rare[plain].mean()
    return each


def _strangeness(examples: Sequence[Example]) -> Floats:
    """What each example counts where a matter is told from what is none: a line about nothing is worth three."""
    return np.array([OTHER_TOPICS if example.label in ABOUT_NOTHING else 1 for example in examples], dtype=np.float32)


def _separate_by_halves(rows: Any, truth: Sequence[str], importance: Floats, recipe: Recipe) -> tuple[Floats, Floats]:
    """The mean of machines that see one half of the features each.

    Where half of the words are missing the others must tell the kind of work, as in a message of another city, whose
    words are only half known here.
    """
    from scipy.sparse import diags  # noqa: PLC0415 - only training needs SciPy

    freer = replace(recipe, freedom=recipe.freedom_by_halves)
    dice = np.random.default_rng(7)
    machines = []
    for _ in range(recipe.partings):
        half = dice.random(rows.shape[1]) < 0.5  # noqa: PLR2004 - a half
        for seen in (half, ~half):
            weights, bias = _separate((rows @ diags(seen.astype(float))).tocsr(), truth, importance, freer)
            machines.append((weights * seen[:, None], bias))
    return (
        np.mean([weights for weights, _ in machines], axis=0, dtype=np.float32),
        np.mean([bias for _, bias in machines], axis=0, dtype=np.float32),
    )


def _separate(rows: Any, truth: Sequence[str], importance: Floats, recipe: Recipe) -> tuple[Floats, Floats]:
    """One column of weights and a bias for each class, in the order of the classes' names."""
    # Only training needs scikit-learn; answering starts without it.
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    classes = sorted(set(truth))
    machine = LinearSVC(C=recipe.freedom, tol=NEAR_ENOUGH, random_state=7)
    with warnings.catch_warnings():
        # A column that is not yet at its optimum after a thousand rounds is near enough.
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(rows, list(truth), sample_weight=importance)
    weights, bias = machine.coef_.T, machine.intercept_
    if len(classes) == 2:  # noqa: PLR2004 - of two classes scikit-learn gives the second one's column only
        weights, bias = np.hstack([-weights, weights]), np.concatenate([-bias, bias])
    return np.asarray(weights, dtype=np.float32), np.asarray(bias, dtype=np.float32)


def _weigh(texts: Sequence[str]) -> tuple[dict[str, int], Floats, Any]:
    """Vocabulary, rarity and the examples' rows, weighted as ``Model.scores`` weighs them."""
    from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415 - only training needs SciPy

    counts = [Counter(features.features(text)) for text in texts]
    seen = Counter(name for count in counts for name in count)
    vocabulary = {name: row for row, name in enumerate(sorted(n for n, c in seen.items() if c >= SEEN_AT_LEAST))}
    often = np.array([seen[name] for name in vocabulary], dtype=np.float32)
    weight = np.array([features.weight(name) for name in vocabulary], dtype=np.float32)
    rarity = np.asarray(weight * (np.log((1 + len(texts)) / (1 + often)) + 1), dtype=np.float32)
    known = [[(vocabulary[name], tally) for name, tally in count.items() if name in vocabulary] for count in counts]
    starts = np.cumsum([0, *(len(row) for row in known)], dtype=np.int32)
    columns = np.array([column for row in known for column, _ in row], dtype=np.int32)
    tallies = np.array([tally for row in known for _, tally in row], dtype=np.float32)
    weights = np.asarray((1 + np.log(tallies)) * rarity[columns], dtype=np.float64)
    norms = np.array([np.sqrt((weights[a:b] ** 2).sum()) for a, b in pairwise(starts)])
    weights /= np.repeat(np.maximum(norms, 1e-9), np.diff(starts))
    rows = csr_matrix((weights, columns, starts), shape=(len(texts), len(vocabulary)))
    signs = csr_matrix([[CUE * (name in found) for name in cues.NAMES] for found in map(_cues, texts)])
    vocabulary |= {name: len(vocabulary) + number for number, name in enumerate(cues.NAMES)}
    return vocabulary, rarity, hstack([rows, signs], format="csr")


def _cues(text: str) -> frozenset[str]:
    return frozenset(cues.cues(features.normalise(text)))
