"""Which label does a text bear, and how probable is each?

Answering only: a dictionary, one matrix and a softmax, so that a process that answers never loads SciPy.
``train`` makes the model.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridwhistle.dialogs.nlu.features import features

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Model:
    """A trained linear classifier: a text's weighted features times ``matrix`` gives a score for each label."""

    labels: tuple[str, ...]
    families: tuple[str, ...]  # of the labels: those of one family ask for one kind of work
    vocabulary: dict[str, int]
    rarity: Floats  # weighted inverse document frequency of each feature
    matrix: Floats  # features × labels
    bias: Floats
    temperature: float  # divides the scores before the softmax; fitted on held-out texts
    figures: dict[str, float] = field(default_factory=dict)  # what training measured

    def probabilities(self, text: str) -> Floats:
        """The calibrated probability of each label, in the order of ``labels``."""
        exponents = np.exp((scores := self.scores(text)) - scores.max())
        return np.asarray(exponents / exponents.sum(), dtype=np.float32)

    def knows(self, text: str) -> bool:
        """Whether any feature of the text was seen in training; otherwise all it could say is the labels' shares."""
        return any(name in self.vocabulary for name in features(text))

    def scores(self, text: str) -> Floats:
        """The labels' scores, already divided by the temperature."""
        vocabulary = self.vocabulary
        counts = Counter(vocabulary[name] for name in features(text) if name in vocabulary)
        if not counts:
            return self.bias / np.float32(self.temperature)
        rows = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
        tally = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        weights = (1 + np.log(tally)) * self.rarity[rows]
        weights /= math.sqrt(float(weights @ weights))
        scores = weights @ self.matrix[rows] + self.bias
        return np.asarray(scores / np.float32(self.temperature), dtype=np.float32)


def save(model: Model, path: Path) -> None:
    """Write the model to one ``.npz`` file, whole or not at all: several processes may start on one cache."""
    head = {
        "labels": model.labels,
        "families": model.families,
        "vocabulary": list(model.vocabulary),
        "temperature": model.temperature,
        "figures": model.figures,
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
    """Read a saved model; ``OSError``, ``ValueError`` or ``KeyError`` where there is no whole one."""
    with np.load(path, allow_pickle=False) as arrays:
        head = json.loads(arrays["head"].tobytes())
        return Model(
            labels=tuple(head["labels"]),
            families=tuple(head["families"]),
            vocabulary={name: row for row, name in enumerate(head["vocabulary"])},
            rarity=arrays["rarity"],
            matrix=arrays["matrix"],
            bias=arrays["bias"],
            temperature=head["temperature"],
            figures=head["figures"],
        )
