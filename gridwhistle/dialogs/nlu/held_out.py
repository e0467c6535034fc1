"""What does a model say of examples that its training has not seen? The ground of every figure of our own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridwhistle.dialogs.nlu.data import Example, intent_of, matter_of
from gridwhistle.dialogs.nlu.intents import Floats, Model, Numbers, Scale
from gridwhistle.dialogs.nlu.train import Recipe, fit

FOLDS = 5


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class HeldOut:
    """Examples with the scores that a model gave them without having seen them."""

    model: Model
    """One of the models: all folds' have the same labels, as every label is in every fold."""
    examples: tuple[Example, ...]
    scores: Floats

    def probabilities(self, scale: Scale | None = None) -> Floats:
        """The labels' probabilities of each example."""
        return self.model.probabilities(self.scores, scale)[1]

    def accuracy(self, kind: Callable[[str], str | None] = str) -> float:
        """The share of examples whose best label is right as far as ``kind`` of it goes (``None``: not counted)."""
        best = self.probabilities().argmax(axis=1)
        pairs = [(kind(self.model.labels[guess]), kind(e.label)) for guess, e in zip(best, self.examples, strict=True)]
        counted = [guess == true for guess, true in pairs if true is not None]
        return sum(counted) / len(counted) if counted else 0.0

    def family_accuracy(self) -> float:
        """The share of examples whose family is right."""
        families = self.model.probabilities(self.scores)[0].argmax(axis=1)
        names = self.model.family_names
        return float(np.mean([names[row] == e.family for row, e in zip(families, self.examples, strict=True)]))

    def truth(self) -> Numbers:
        """The row of each example's own label."""
        rows = {label: row for row, label in enumerate(self.model.labels)}
        return np.array([rows[example.label] for example in self.examples], dtype=np.intp)

    def fit_scale(self) -> Scale:
        """The scale under which these examples are the least surprising: first inside the families, then among them."""
        scale = self.model.scale
        for name, grid in (("label", np.geomspace(1, 20, 25)), ("family", np.geomspace(0.5, 12, 25))):
            choices = [replace(scale, **{name: float(value)}) for value in grid]
            scale = min(choices, key=self.surprise)
        return scale

    def surprise(self, scale: Scale) -> float:
        """The mean surprise (in nats) at the examples' own labels."""
        own = self.probabilities(scale)[np.arange(len(self.examples)), self.truth()]
        return -float(np.log(np.maximum(own, 1e-9)).mean())

    def calibration_error(self, bins: int = 10) -> float:
        """The mean distance between how sure the model was and how often it was right."""
        probabilities = self.probabilities()
        sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == self.truth()
        slot = np.minimum((sure * bins).astype(int), bins - 1)
        gaps = [abs(float(sure[slot == n].sum() - right[slot == n].sum())) for n in range(bins)]
        return sum(gaps) / len(right)


def measure(examples: Sequence[Example], more: Sequence[Example] = ()) -> dict[str, float]:
    """What a training without one fold of the examples, but with all ``more``, gets right of that fold."""
    held_out = hold_out(examples, folds(examples)[0], Recipe(), more)
    return {
        "examples": float(len(examples) + len(more)),
        "label_accuracy": held_out.accuracy(),
        "intent_accuracy": held_out.accuracy(intent_of),
        "matter_accuracy": held_out.accuracy(matter_of),
        "kind_of_work_accuracy": held_out.family_accuracy(),
        "calibration_error": held_out.calibration_error(),
    }


def cross_validate(examples: Sequence[Example], recipe: Recipe | None = None) -> HeldOut:
    """What models of the other folds said of each fold, over all examples."""
    parts = [hold_out(examples, fold, recipe or Recipe()) for fold in folds(examples)]
    return HeldOut(
        model=parts[0].model,
        examples=tuple(example for part in parts for example in part.examples),
        scores=np.vstack([part.scores for part in parts]),
    )


def hold_out(examples: Sequence[Example], fold: set[int], recipe: Recipe, more: Sequence[Example] = ()) -> HeldOut:
    """What a model trained without the fold, but with all ``more``, says of the fold."""
    model = fit([*(example for n, example in enumerate(examples) if n not in fold), *more], recipe)
    unseen = tuple(example for n, example in enumerate(examples) if n in fold and example.label in model.labels)
    return HeldOut(model=model, examples=unseen, scores=np.vstack([model.scores(example.text) for example in unseen]))


def folds(examples: Sequence[Example]) -> list[set[int]]:
    """Stratified folds: each label's examples are dealt out like cards, in an order fixed by the seed."""
    order = np.random.default_rng(7).permutation(len(examples))
    dealt = sorted(order.tolist(), key=lambda n: examples[n].label)
    return [set(dealt[number::FOLDS]) for number in range(FOLDS)]
