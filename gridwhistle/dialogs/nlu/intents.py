"""Which label does a text bear, and how probable is each?

Answering only: a dictionary, one matrix and a few sums, so that a process that answers never loads scikit-learn.
``train`` makes the model.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridwhistle.dialogs.nlu.cues import cues
from gridwhistle.dialogs.nlu.data import PLAIN
from gridwhistle.dialogs.nlu.features import features, normalise

Floats = NDArray[np.float32]
Numbers = NDArray[np.intp]
CUE = 0.2
"""How much a sign weighs; all runs of characters together weigh one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How scores become probabilities; fitted on texts that training had not seen (``held_out.fit_scale``)."""

    matter: float = 3.7
    """Multiplies the score of being a matter at all before it becomes a probability."""
    doubt: float = 0.3
    """How far a matter's score must be ahead to be even with "no matter": a form that opens for a joke does more harm."""
    family: float = 2.0
    """Multiplies a family's score before the softmax over the families of matters."""
    best_label: float = 3.0
    """How much the scores of a family's own labels count beside the score of the family itself."""
    label: float = 8.5
    """Multiplies a label's score before the softmax over the labels of its family."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """A trained linear classifier: a text's weighted features times ``matrix`` gives every score at once.

    The first columns are the families' (one kind of work each; that of ``PLAIN`` says "no matter at all"), the others
    the labels'. Three questions, each the easier for the one before: is it a matter, of which kind, and which? A few
    dozen examples do not tell two hundred labels apart, but thousands tell the families apart; and each answer helps
    the others.
    """

    labels: tuple[str, ...]
    families: tuple[str, ...]  # of the labels
    vocabulary: dict[str, int]
    rarity: Floats  # weighted inverse document frequency of each feature
    matrix: Floats  # features × (families + labels)
    bias: Floats
    scale: Scale

    @cached_property
    def family_names(self) -> tuple[str, ...]:
        """The families in the order of their columns."""
        return tuple(sorted(set(self.families)))

    @cached_property
    def _plain(self) -> int | None:
        return self.family_names.index(PLAIN) if PLAIN in self.families else None

    @cached_property
    def _family_of(self) -> Numbers:
        return np.array([self.family_names.index(family) for family in self.families], dtype=np.intp)

    @cached_property
    def _order(self) -> tuple[Numbers, Numbers]:
        # The labels sorted by their families, and where each family begins: sums over families in one call.
        order = np.argsort(self._family_of, kind="stable")
        return order, np.searchsorted(self._family_of[order], np.arange(len(self.family_names)))

    def judge(self, text: str) -> tuple[Floats, Floats]:
        """The families' and the labels' probabilities."""
        return self.probabilities(self.scores(text))

    def probabilities(self, scores: Floats, scale: Scale | None = None) -> tuple[Floats, Floats]:
        """The families' and the labels' probabilities, of one row of scores or of several."""
        scale = scale or self.scale
        own, labels = scores[..., : len(self.family_names)], scores[..., len(self.family_names) :] * scale.label
        order, starts = self._order
        peak = labels.max(axis=-1, keepdims=True)
        exponents = np.exp(labels - peak)
        sums = np.maximum(np.add.reduceat(exponents[..., order], starts, axis=-1), 1e-30)
        best = np.asarray((np.log(sums) + peak) / scale.label, dtype=np.float32)
        families = self._families(own, best, scale)
        inside = exponents / sums[..., self._family_of]
        return families, np.asarray(families[..., self._family_of] * inside, dtype=np.float32)

    def _families(self, own: Floats, best: Floats, scale: Scale) -> Floats:
        """The families' probabilities from their own scores and their labels' best."""
        kinds = np.asarray(scale.family * (own + scale.best_label * best), dtype=np.float32)
        plain = self._plain
        if plain is None or len(self.family_names) == 1:
            return softmax(kinds)
        rivals = best.copy()
        rivals[..., plain] = kinds[..., plain] = -np.inf
        ahead = rivals.max(axis=-1) - best[..., plain] - own[..., plain]
        matter = 1 / (1 + np.exp(-scale.matter * (ahead - scale.doubt)))
        families = np.asarray(softmax(kinds) * matter[..., None], dtype=np.float32)
        families[..., plain] = 1 - matter
        return families

    def scores(self, text: str) -> Floats:
        """The scores of families and labels; the mere bias of a text without any word that training has seen."""
        vocabulary = self.vocabulary
        known = [
            (row, tally) for name, tally in Counter(features(text)).items() if (row := vocabulary.get(name)) is not None
        ]
        signs = [row for name in cues(normalise(text)) if (row := vocabulary.get(name)) is not None]
        scores = self.bias
        if known:
            rows = np.array([row for row, _ in known], dtype=np.intp)
            weights = (1 + np.log(np.array([tally for _, tally in known], dtype=np.float32))) * self.rarity[rows]
            scores = scores + weights @ self.matrix[rows] / math.sqrt(float(weights @ weights))
        if signs:
            scores = scores + np.float32(CUE) * self.matrix[signs].sum(axis=0)
        return np.asarray(scores, dtype=np.float32)


def softmax(scores: Floats) -> Floats:
    """The probabilities of one row of scores or of several."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True), dtype=np.float32)


def save(model: Model, path: Path) -> None:
    """Write the model to one ``.npz`` file, whole or not at all: several processes may start on one cache."""
    head = {
        "labels": model.labels,
        "families": model.families,
        "vocabulary": list(model.vocabulary),
        "scale": asdict(model.scale),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            # The JSON travels inside the file, so that head and matrix can never come from two trainings.
            packed = np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), dtype=np.uint8)
            np.savez(stream, head=packed, rarity=model.rarity, matrix=model.matrix, bias=model.bias)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(path: Path) -> Model:
    """Read a saved model; ``OSError``, ``ValueError``, ``KeyError`` or ``BadZipFile`` where there is no whole one."""
    # Opened here: NumPy leaves a broken file open.
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        head = json.loads(arrays["head"].tobytes())
        return Model(
            labels=tuple(head["labels"]),
            families=tuple(head["families"]),
            vocabulary={name: row for row, name in enumerate(head["vocabulary"])},
            rarity=arrays["rarity"],
            matrix=arrays["matrix"],
            bias=arrays["bias"],
            scale=Scale(**head["scale"]),
        )
