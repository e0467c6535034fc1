"""Which weights separate the labels best?

Multinomial logistic regression with a ridge penalty. Its loss mixes two questions, "which label?" and "which family
of labels?": a few dozen examples do not tell 180 labels apart, but they tell the families apart, and that helps both.
scikit-learn's has no such loss, so the loss is written here and SciPy's L-BFGS minimises it
(docs/decisions/0007-mixed-loss.md).

Solved over the examples instead of the features, since the best weights are a sum of examples: with the Gram matrix
factored once, a step costs two products with its factor, where the features would cost ten times as much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.intp]
JITTER = 1e-3
"""Added to the Gram matrix' diagonal: two examples may have the same features."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """The settings of a training, chosen by cross-validation (``python -m benchmarks.understanding --cross-validate``)."""

    freedom: float = 100.0  # the inverse of the ridge penalty
    families: float = 0.8  # the share of "which family?" in the loss
    # Stopping early is part of the recipe: at the optimum both held-out losses are worse again.
    steps: int = 50
    temperature: float = 0.8
    """Divides the scores, so that a probability of 0.7 is right seven times in ten; ``train.measure`` gives it."""


def solve(gram: Floats, truth: Numbers, family_of: Numbers, recipe: Recipe) -> Floats:
    """The examples' weights for each label (examples × labels); ``family_of`` gives each label's family."""
    # Only training needs SciPy; answering starts without it.
    from scipy.linalg import cholesky, solve_triangular  # noqa: PLC0415
    from scipy.optimize import minimize  # noqa: PLC0415

    gram.flat[:: len(truth) + 1] += JITTER
    factor = cholesky(gram, lower=True, overwrite_a=True, check_finite=False)
    loss = _Loss(truth, family_of, recipe)
    shape = (len(truth), len(family_of))

    def at(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        point = flat.reshape(shape).astype(np.float32)
        value, slope = loss.at(factor @ point)
        slope = factor.T @ slope + point / recipe.freedom
        return value + float(np.vdot(point, point)) / (2 * recipe.freedom), slope.ravel().astype(np.float64)

    found = minimize(
        at,
        np.zeros(shape[0] * shape[1]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": recipe.steps, "maxcor": 6},
    )
    best = found.x.reshape(shape).astype(np.float32)
    return np.asarray(solve_triangular(factor, best, trans=1, lower=True, check_finite=False), dtype=np.float32)


class _Loss:
    """The mixed loss of scores, and its slope."""

    def __init__(self, truth: Numbers, family_of: Numbers, recipe: Recipe) -> None:
        self._rows = np.arange(len(truth))
        self._truth = truth
        self._sums = np.eye(int(family_of.max()) + 1, dtype=np.float32)[family_of]
        self._family = family_of[truth]
        self._same = self._sums[:, self._family].T
        self._share = np.float32(recipe.families)

    def at(self, scores: Floats) -> tuple[float, Floats]:
        """The loss summed over the examples, and its slope for every score."""
        probabilities = softmax(scores)
        own = probabilities[self._rows, self._truth]
        family = np.maximum((probabilities @ self._sums)[self._rows, self._family], 1e-12)
        surprise = -(1 - self._share) * np.log(np.maximum(own, 1e-12)) - self._share * np.log(family)
        slope = probabilities - self._share * self._same * probabilities / family[:, None]
        slope[self._rows, self._truth] -= 1 - self._share
        return float(surprise.sum(dtype=np.float64)), slope


def softmax(scores: Floats) -> Floats:
    """The rows' probabilities."""
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), dtype=np.float32)
