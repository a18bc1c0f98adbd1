"""The model of one answer: its chances, and their slopes and curvature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse, special

from assay._arrays import FloatArray
from assay.consensus.preferences.comparisons import Answers
from assay.consensus.preferences.information import Information

HABIT = 4.0
"""Answers' worth of prior on how an uninformative rater answers: the same on both sides."""

SHARED_SD = 3.0
"""Standard deviation of the prior of the left pull and of ln ν: wide, but finite."""


@dataclass(slots=True)
class State:
    """Worths (N,), left pull and ln ν; chance informative (R,), habits (R, 3)."""

    worth: FloatArray
    pull: float
    log_tie: float
    informative: FloatArray
    habits: FloatArray


@dataclass(frozen=True, slots=True)
class Setting:
    """The comparisons and what is estimated: left pull and ties; raters, if they have a prior."""

    answers: Answers
    estimates: tuple[bool, bool]
    prior_sd: float
    prior_answers: tuple[float, float] | None


def chances_of(setting: Setting, state: State) -> FloatArray:
    """Chances (J, 3) of an informative answer."""
    answers = setting.answers
    gap = state.worth[answers.left] - state.worth[answers.right] + state.pull
    scores = np.stack([gap / 2, -gap / 2, np.full(len(gap), state.log_tie)], axis=1)
    return np.asarray(special.softmax(scores, axis=1), dtype=np.float64)


def likelihoods(setting: Setting, state: State) -> tuple[FloatArray, FloatArray]:
    """Likelihood (J,) of each answer given, if informative and if not, with their chances."""
    answers = setting.answers
    seen = chances_of(setting, state)[np.arange(len(answers.left)), answers.outcome]
    eta = state.informative[answers.rater]
    return eta * seen, (1 - eta) * state.habits[answers.rater, answers.outcome]


def responsibility(setting: Setting, state: State) -> FloatArray:
    """The chance (J,) that each answer was informative."""
    informative, guessed = likelihoods(setting, state)
    return np.asarray(informative / (informative + guessed), dtype=np.float64)


def slopes_of(setting: Setting, chances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """d log p/dδ and d log p/d ln ν of the answers given, (J,) each."""
    outcome = setting.answers.outcome
    lean = (chances[:, 0] - chances[:, 1]) / 2
    side = np.array([0.5, -0.5, 0.0])[outcome]
    return side - lean, (outcome == 2) - chances[:, 2]


def curvature_of(chances: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """−d² log p by δδ, δ ln ν and ln ν ln ν, (J,) each: the same whatever was answered."""
    left, right, tie = chances.T
    lean = (left - right) / 2
    return (left + right) / 4 - lean**2, -lean * tie, tie * (1 - tie)


def information_of(
    setting: Setting, rows: tuple[FloatArray, FloatArray, FloatArray]
) -> Information:
    """Gather the curvature of each row, and of the priors."""
    answers, n = setting.answers, len(setting.answers.items)
    by_gap, by_both, by_tie = rows
    cells = np.concatenate([by_gap, by_gap, -by_gap, -by_gap])
    down = np.concatenate([answers.left, answers.right, answers.left, answers.right])
    across = np.concatenate([answers.left, answers.right, answers.right, answers.left])
    items = sparse.coo_array((cells, (down, across)), shape=(n, n)).tocsc()
    items = items + sparse.eye_array(n, format="csc") / setting.prior_sd**2
    border = np.stack([by_item(setting, by_gap), by_item(setting, by_both)], axis=1)
    off = by_both.sum()
    shared = np.array([[by_gap.sum(), off], [off, by_tie.sum()]]) + np.eye(2) / SHARED_SD**2
    kept = np.flatnonzero(setting.estimates)
    return Information(items.tocsc(), border[:, kept], shared[np.ix_(kept, kept)])


def by_item(setting: Setting, rows: FloatArray) -> FloatArray:
    """Sum of rows over the items: plus where an item is on the left, minus on the right."""
    answers, n = setting.answers, len(setting.answers.items)
    plus = np.bincount(answers.left, weights=rows, minlength=n)
    return np.asarray(plus - np.bincount(answers.right, weights=rows, minlength=n))
