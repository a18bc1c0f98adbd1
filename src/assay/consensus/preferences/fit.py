"""Fitting worths, left pull, ties and raters' chances by generalised EM."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from assay._arrays import FloatArray
from assay.consensus.preferences.model import (
    HABIT,
    SHARED_SD,
    Setting,
    State,
    by_item,
    chances_of,
    curvature_of,
    information_of,
    likelihoods,
    responsibility,
    slopes_of,
)


def fitted(setting: Setting, max_iter: int) -> tuple[State, tuple[float, ...], bool]:
    """Generalised EM: each round one Newton step of the worths, then the raters' chances."""
    answers = setting.answers
    ties = float((answers.outcome == 2).mean())
    state = State(
        np.zeros(len(answers.items)), 0.0,
        math.log(2 * ties / (1 - ties)) if 0 < ties < 1 else (0.0 if ties else -math.inf),
        np.full(len(answers.raters), 1.0), np.tile(_habit(ties), (len(answers.raters), 1)),
    )  # fmt: skip
    if setting.prior_answers:
        state.informative[:] = setting.prior_answers[0] / sum(setting.prior_answers)
    objective = [_objective(setting, state)]
    for _ in range(max_iter):
        weights = responsibility(setting, state)
        state = _stepped(setting, state, weights)
        if setting.prior_answers:
            state = _raters_updated(setting, state, weights, ties)
        objective.append(_objective(setting, state))
        if objective[-1] - objective[-2] < 1e-9 * len(answers.left):
            return state, tuple(objective), True
    return state, tuple(objective), False


def _habit(ties: float) -> FloatArray:
    return np.array([(1 - ties) / 2, (1 - ties) / 2, ties])


def _objective(setting: Setting, state: State) -> float:
    """Log posterior, up to a constant."""
    informative, guessed = likelihoods(setting, state)
    pull, log_tie = _shared(setting, state)
    total = float(np.log(informative + guessed).sum())
    total -= float(state.worth @ state.worth) / (2 * setting.prior_sd**2)
    total -= (pull**2 + log_tie**2) / (2 * SHARED_SD**2)
    if setting.prior_answers:
        yes, no = setting.prior_answers
        eta, ties = state.informative, float((setting.answers.outcome == 2).mean())
        total += float((yes * np.log(eta) + no * np.log1p(-eta)).sum())
        total += float(HABIT * special.xlogy(_habit(ties), state.habits).sum())
    return total


def _shared(setting: Setting, state: State) -> tuple[float, float]:
    """β and ln ν, 0 for what is not estimated."""
    pulls, ties = setting.estimates
    return (state.pull if pulls else 0.0), (state.log_tie if ties else 0.0)


def _raters_updated(setting: Setting, state: State, weights: FloatArray, ties: float) -> State:
    """The chance to be informative and the habit of each rater, given who seems to have looked."""
    answers, size = setting.answers, len(setting.answers.raters)
    yes, no = setting.prior_answers or (1.0, 1.0)
    looked = np.bincount(answers.rater, weights=weights, minlength=size)
    every = np.bincount(answers.rater, minlength=size)
    cell = answers.rater * 3 + answers.outcome
    guessed = np.bincount(cell, weights=1 - weights, minlength=3 * size).reshape(size, 3)
    habits = guessed + HABIT * _habit(ties)
    return State(
        state.worth, state.pull, state.log_tie, (looked + yes) / (every + yes + no),
        habits / habits.sum(axis=1, keepdims=True),
    )  # fmt: skip


def _stepped(setting: Setting, state: State, weights: FloatArray) -> State:
    """A Newton step of worths, pull and ln ν, halved until it gains."""
    chances = chances_of(setting, state)
    by_gap, by_tie = (weights * slope for slope in slopes_of(setting, chances))
    first, second, third = (weights * each for each in curvature_of(chances))
    pull, log_tie = _shared(setting, state)
    kept = np.flatnonzero(setting.estimates)
    uphill = by_item(setting, by_gap) - state.worth / setting.prior_sd**2
    shared = np.array([by_gap.sum() - pull / SHARED_SD**2, by_tie.sum() - log_tie / SHARED_SD**2])
    step, move = information_of(setting, (first, second, third)).step(uphill, shared[kept])
    both = np.zeros(2)
    both[kept] = move
    before, part = _objective(setting, state), 1.0
    for _ in range(30):
        tried = State(
            state.worth + part * step, state.pull + part * both[0],
            state.log_tie + part * both[1], state.informative, state.habits,
        )  # fmt: skip
        if _objective(setting, tried) >= before:
            return tried
        part /= 2
    return state
