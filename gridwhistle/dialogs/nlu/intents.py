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
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridwhistle.dialogs.nlu.features import features, weight

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
    rarest: float  # the rarity of a feature that was never seen

    def probabilities(self, text: str) -> Floats:
        """The calibrated probability of each label, in the order of ``labels``."""
        return self.judge(text)[0]

    def judge(self, text: str) -> tuple[Floats, float]:
        """The labels' probabilities, and how much of the text's weight training had seen (0 to 1).

        A classifier is as sure of a text about something else as of its own kind; how strange the text's words are
        is the second opinion.
        """
        scores, familiar = self._scores(text)
        scores = scores / np.float32(self.temperature)
        exponents = np.exp(scores - scores.max())
        return np.asarray(exponents / exponents.sum(), dtype=np.float32), familiar

    def scores(self, text: str) -> Floats:
        """The labels' scores before any calibration."""
        return self._scores(text)[0]

    def _scores(self, text: str) -> tuple[Floats, float]:
        vocabulary = self.vocabulary
        names = Counter(features(text))
        known = [(vocabulary[name], tally) for name, tally in names.items() if name in vocabulary]
        if not known:
            return self.bias, 0.0
        rows = np.array([row for row, _ in known], dtype=np.intp)
        rarity = self.rarity[rows]
        weights = (1 + np.log(np.array([tally for _, tally in known], dtype=np.float32))) * rarity
        weights /= math.sqrt(float(weights @ weights))
        # A strange feature weighs as much as one that was seen but once.
        seen = float(rarity @ rarity)
        strange = self.rarest**2 * sum(weight(name) ** 2 for name in names if name not in vocabulary)
        return np.asarray(weights @ self.matrix[rows] + self.bias, dtype=np.float32), seen / (seen + strange)


def save(model: Model, path: Path) -> None:
    """Write the model to one ``.npz`` file, whole or not at all: several processes may start on one cache."""
    head = {
        "labels": model.labels,
        "families": model.families,
        "vocabulary": list(model.vocabulary),
        "temperature": model.temperature,
        "rarest": model.rarest,
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
            temperature=head["temperature"],
            rarest=head["rarest"],
        )
