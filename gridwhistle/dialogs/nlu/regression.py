"""Which weights separate the labels best?

Multinomial logistic regression with a ridge penalty. Its loss mixes two questions, "which label?" and "which family
of labels?": a few dozen examples do not tell 180 labels apart, but they tell the families apart, and that helps both.

Solved over the examples instead of the features (the weights are a sum of examples, and so is every gradient):
L-BFGS then needs one product with the examples' Gram matrix for each step and none for its line search. Fifty steps
take seconds, where a general solver needs half a minute.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """The settings of a training, chosen by cross-validation (``python -m benchmarks.understanding --cross-validate``)."""

    freedom: float = 100.0  # the inverse of the ridge penalty
    families: float = 0.8  # the share of "which family?" in the loss
    # Stopping early is part of the recipe: at the optimum both held-out losses are worse again.
    steps: int = 50
    memory: int = 6


@dataclass(slots=True)
class _Point:
    """A solution with its scores (the Gram matrix times it), its loss and its gradient with the gradient's scores."""

    dual: Floats
    scores: Floats
    loss: float
    gradient: Floats
    gradient_scores: Floats = field(default_factory=lambda: np.empty(0, dtype=np.float32))


def solve(gram: Floats, truth: Numbers, family_of: Numbers, recipe: Recipe) -> Floats:
    """The examples' weights for each label (examples × labels); ``family_of`` gives each label's family."""
    labels = len(family_of)
    task = _Task(truth, family_of, recipe)
    zero = np.zeros((len(truth), labels), dtype=np.float32)
    point = task.at(zero, zero)
    point.gradient_scores = gram @ point.gradient
    memory: deque[tuple[Floats, Floats, Floats, Floats, float]] = deque(maxlen=recipe.memory)
    for _ in range(recipe.steps):
        step, step_scores = _direction(point, memory)
        slope = _inner(point.gradient, step_scores)
        length, taken = 1.0 if memory else 5.0, None
        while length > 1e-4:  # noqa: PLR2004 - shorter steps mean that rounding has won
            taken = task.at(point.dual - length * step, point.scores - length * step_scores)
            if taken.loss <= point.loss - 1e-4 * length * slope:
                break
            length /= 2
        if taken is None or taken.loss >= point.loss:
            break
        taken.gradient_scores = gram @ taken.gradient
        change = taken.gradient - point.gradient
        change_scores = taken.gradient_scores - point.gradient_scores
        curvature = -length * _inner(step_scores, change)
        if curvature > 1e-8:  # noqa: PLR2004 - as above
            memory.append((-length * step, -length * step_scores, change, change_scores, 1 / curvature))
        point = taken
    return point.dual


class _Task:
    """The loss and its gradient, in the geometry of the Gram matrix."""

    def __init__(self, truth: Numbers, family_of: Numbers, recipe: Recipe) -> None:
        self._rows = np.arange(len(truth))
        self._truth = truth
        self._sums = np.eye(int(family_of.max()) + 1, dtype=np.float32)[family_of]
        self._family = family_of[truth]
        self._same = self._sums[:, self._family].T
        self._share = np.float32(recipe.families)
        self._penalty = np.float32(1 / recipe.freedom)

    def at(self, dual: Floats, scores: Floats) -> _Point:
        """The point with these weights and their scores."""
        probabilities = softmax(scores)
        own = probabilities[self._rows, self._truth]
        family = np.maximum((probabilities @ self._sums)[self._rows, self._family], 1e-12)
        surprise = -(1 - self._share) * np.log(np.maximum(own, 1e-12)) - self._share * np.log(family)
        loss = float(surprise.sum(dtype=np.float64)) + float(self._penalty) / 2 * _inner(dual, scores)
        gradient = probabilities - self._share * self._same * probabilities / family[:, None]
        gradient[self._rows, self._truth] -= 1 - self._share
        return _Point(dual=dual, scores=scores, loss=loss, gradient=gradient + self._penalty * dual)


def softmax(scores: Floats) -> Floats:
    """The rows' probabilities."""
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), dtype=np.float32)


def _direction(point: _Point, memory: deque[tuple[Floats, Floats, Floats, Floats, float]]) -> tuple[Floats, Floats]:
    """The two-loop recursion of L-BFGS, carried out on the weights and on their scores side by side."""
    step, scores = point.gradient.copy(), point.gradient_scores.copy()
    factors = []
    for _, moved_scores, change, change_scores, inverse in reversed(memory):
        factor = inverse * _inner(moved_scores, step)
        factors.append(factor)
        step -= factor * change
        scores -= factor * change_scores
    if memory:
        _, moved_scores, change, change_scores, _ = memory[-1]
        scale = _inner(moved_scores, change) / _inner(change_scores, change)
    else:
        scale = 1 / max(_inner(point.gradient, point.gradient_scores), 1e-12) ** 0.5
    step *= scale
    scores *= scale
    for (moved, moved_scores, _, change_scores, inverse), factor in zip(memory, reversed(factors), strict=True):
        rest = factor - inverse * _inner(change_scores, step)
        step += rest * moved
        scores += rest * moved_scores
    return step, scores


def _inner(left: Floats, right: Floats) -> float:
    return float(np.vdot(left, right))
