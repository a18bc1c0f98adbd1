"""Worths from preferences: the model, its intervals, raters, and preferences in a circle."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import BradleyTerry
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from assay.consensus.preferences import bradley_terry, cyclic_triads
from assay.results import TooLittle
from tests.assay import few

pytestmark = pytest.mark.slow  # fits by the dozen

WORDS = ("left", "right", "tie")


def made(rng, *, items=10, answers=400, raters=10, pull=0.3, tie=0.5, informative=1.0):
    """Random pairs, answered as the model says; returns the true worths, centred, and columns."""
    worth = rng.normal(size=items)
    left = rng.integers(items, size=answers)
    right = (left + rng.integers(1, items, size=answers)) % items
    rater = rng.integers(raters, size=answers)
    gap = worth[left] - worth[right] + pull
    chances = np.stack([np.exp(gap / 2), np.exp(-gap / 2), np.full(answers, tie)], axis=1)
    chances /= chances.sum(axis=1, keepdims=True)
    said = (rng.random(answers)[:, None] > chances.cumsum(axis=1)[:, :2]).sum(axis=1)
    looked = rng.random(answers) < np.broadcast_to(informative, raters)[rater]
    said = np.where(looked, said, rng.choice(3, answers, p=[0.4, 0.4, 0.2]))
    outcome = [WORDS[code] for code in said]
    return worth - worth.mean(), (left.tolist(), right.tolist(), outcome), rater.tolist()


def minus_log_posterior(parameters, columns, raters, habits, prior):
    """Written anew from the docstring: worths, pull, ln ν, log odds of each rater."""
    left, right, outcome = (np.array(column) for column in columns)
    items = left.max() + 1
    worth, pull, log_tie = parameters[:items], parameters[items], parameters[items + 1]
    gap = worth[left] - worth[right] + pull
    scores = np.stack([gap / 2, -gap / 2, np.full(len(gap), log_tie)], axis=1)
    log_chance = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    code = np.array([WORDS.index(each) for each in outcome])
    seen = np.exp(log_chance[np.arange(len(code)), code])
    total = -(worth**2).sum() / (2 * 2.0**2) - (pull**2 + log_tie**2) / (2 * 3.0**2)
    if raters is None:
        return -(total + np.log(seen).sum())
    eta = 1 / (1 + np.exp(-parameters[items + 2 :]))
    total += (prior[0] * np.log(eta) + prior[1] * np.log(1 - eta)).sum()
    mixed = eta[raters] * seen + (1 - eta[raters]) * habits[raters, code]
    return -(total + np.log(mixed).sum())


def habits_of(columns, raters, found):
    """The habits at a fixed point of EM, from the fitted worths."""
    left, right, outcome = (np.array(column) for column in columns)
    code = np.array([WORDS.index(each) for each in outcome])
    share = (code == 2).mean()
    prior = 4 * np.array([(1 - share) / 2, (1 - share) / 2, share])
    gap = found.worth[left] - found.worth[right] + found.position.value
    scores = np.stack([gap / 2, -gap / 2, np.full(len(gap), math.log(found.tie.value))], axis=1)
    chance = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    eta, seen = found.informative[raters], chance[np.arange(len(code)), code]
    habits = np.tile(prior / 4, (len(found.informative), 1))
    for _ in range(3000):
        guess = (1 - eta) * habits[raters, code]
        weight = guess / (guess + eta * seen)
        counts = np.bincount(raters * 3 + code, weight, 3 * len(habits)).reshape(-1, 3) + prior
        habits = counts / counts.sum(axis=1, keepdims=True)
    return habits


def test_worths_are_those_of_a_direct_optimisation():
    _, columns, _ = made(np.random.default_rng(1))
    found = bradley_terry(*columns)
    best = optimize.minimize(
        minus_log_posterior, np.zeros(12), args=(columns, None, None, None), method="BFGS",
        options={"gtol": 1e-6},
    )  # fmt: skip
    assert found.worth == pytest.approx(best.x[:10], abs=1e-4)
    assert found.position.value == pytest.approx(best.x[10], abs=1e-4)
    assert math.log(found.tie.value) == pytest.approx(best.x[11], abs=1e-4)
    variances = np.diag(numerical_inverse(best.x, columns, None, None, None))
    centred = np.sqrt(variances[:10] - 4 / 10)
    assert (found.high - found.low) / (2 * 1.959964) == pytest.approx(centred, rel=0.01)


def numerical_inverse(at, *args):
    """Inverse of the Hessian by finite differences."""
    size, step = len(at), 1e-4
    hessian, unit = np.zeros((size, size)), np.eye(size) * step

    def value(x):
        return minus_log_posterior(x, *args)

    for i, j in itertools.combinations_with_replacement(range(size), 2):
        hessian[i, j] = hessian[j, i] = (
            value(at + unit[i] + unit[j]) - value(at + unit[i] - unit[j])
            - value(at - unit[i] + unit[j]) + value(at - unit[i] - unit[j])
        ) / (4 * step**2)  # fmt: skip
    return np.linalg.inv(hessian)


def test_a_fit_with_raters_is_at_the_top_and_its_intervals_are_those_of_the_curvature():
    _, columns, raters = made(np.random.default_rng(2), informative=[0.95] * 7 + [0.2] * 3)
    found = bradley_terry(*columns, rater=raters)
    raters = np.array(raters)
    habits = habits_of(columns, raters, found)
    own = np.concatenate([
        found.worth, [found.position.value, math.log(found.tie.value)],
        np.log(found.informative / (1 - found.informative)),
    ])  # fmt: skip
    args = (columns, raters, habits, (4.0, 0.25))
    best = optimize.minimize(minus_log_posterior, own, args=args, method="BFGS")
    assert best.fun > minus_log_posterior(own, *args) - 1e-4
    assert found.worth == pytest.approx(best.x[:10], abs=0.01)
    inverse = numerical_inverse(own, *args)
    assert (found.high - found.low) / (2 * 1.959964) == pytest.approx(
        np.sqrt(np.diag(inverse)[:10] - 4 / 10), rel=0.03
    )
    assert (np.diff(found.objective) >= -1e-9).all() and found.converged


def test_without_ties_sides_and_prior_it_is_bradley_terry_of_a_peer():
    _, columns, raters = made(np.random.default_rng(3), tie=0, pull=0, answers=300, items=6)
    found = bradley_terry(*columns, position="none", prior_sd=1000)
    left, right, outcome = columns
    best = [one if said == "left" else other
            for one, other, said in zip(left, right, outcome, strict=True)]  # fmt: skip
    # With a tolerance above 0 the peer stops after two rounds: it compares an array with itself.
    peer = BradleyTerry(n_iter=5000, tol=0).fit_predict(
        pd.DataFrame({"worker": raters, "left": left, "right": right, "label": best})
    )
    scores = np.log(peer.loc[list(found.item_ids)].to_numpy())
    assert found.worth == pytest.approx(scores - scores.mean(), abs=1e-3)
    assert found.position is None and found.tie is None and found.rater_ids == ()


@few
@given(st.integers(0, 10_000))
def test_swapping_sides_swaps_the_pull_and_nothing_else(seed):
    _, (left, right, outcome), _ = made(np.random.default_rng(seed), answers=60, items=5)
    turned = [{"left": "right", "right": "left"}.get(said, said) for said in outcome]
    found, other = bradley_terry(left, right, outcome), bradley_terry(right, left, turned)
    assert other.worth == pytest.approx(found.worth, abs=1e-4)
    assert other.position.value == pytest.approx(-found.position.value, abs=1e-4)
    assert other.high == pytest.approx(found.high, abs=1e-3)


@pytest.mark.slow
@few
@given(st.integers(0, 10_000))
def test_the_order_of_the_answers_decides_nothing(seed):
    rng = np.random.default_rng(seed)
    _, columns, raters = made(rng, answers=60, items=5, raters=3)
    order = rng.permutation(60)
    shuffled = [[column[row] for row in order] for column in (*columns, raters)]
    found = bradley_terry(*columns, rater=raters)
    again = bradley_terry(*shuffled[:3], rater=shuffled[3])
    assert again.worth == pytest.approx(found.worth, abs=1e-6)
    assert again.informative == pytest.approx(found.informative, abs=1e-6)
    assert found.worth.sum() == pytest.approx(0, abs=1e-9)


def covered(rng, runs, **crowd):
    """Shares of worths, pulls and ν inside their intervals."""
    worths, pulls, ties = [], [], []
    for _ in range(runs):
        truth, columns, raters = made(rng, **crowd)
        given = {"rater": raters} if "informative" in crowd else {}
        found = bradley_terry(*columns, **given)
        worths.append(np.mean((found.low <= truth) & (truth <= found.high)))
        pulls.append(found.position.low <= 0.3 <= found.position.high)
        ties.append(found.tie.low <= 0.5 <= found.tie.high)
    return np.mean(worths), np.mean(pulls), np.mean(ties)


@pytest.mark.slow
def test_intervals_hold_the_truth_without_raters():
    worths, pulls, ties = covered(np.random.default_rng(4), 500)
    assert 0.93 <= worths <= 0.97 and 0.93 <= pulls <= 0.97 and 0.93 <= ties <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("informative", [[1] * 10, [1] * 7 + [0] * 3, [0.8] * 10])
def test_intervals_hold_the_truth_with_raters_as_well_as_documented(informative):
    worths, _, _ = covered(np.random.default_rng(5), 60, informative=informative)
    assert 0.93 <= worths <= 0.97


def test_raters_who_guess_are_found_and_count_less():
    eta = [1] * 7 + [0] * 3
    truth, columns, raters = made(np.random.default_rng(6), answers=3000, items=20, informative=eta)
    found, blind = bradley_terry(*columns, rater=raters), bradley_terry(*columns)
    assert found.informative[:7].min() > 0.75 and found.informative[7:].max() < 0.5
    assert found.agreement[:7].min() > found.agreement[7:].max()
    assert found.answers.sum() == 3000 and found.n == 3000
    assert np.abs(found.worth - truth).mean() < 0.7 * np.abs(blind.worth - truth).mean()


def test_a_rater_who_always_says_left_pulls_nobody():
    _, (left, right, outcome), raters = made(np.random.default_rng(7), pull=0, answers=1500)
    outcome = ["left" if by < 3 else said for said, by in zip(outcome, raters, strict=True)]
    found = bradley_terry(left, right, outcome, rater=raters)
    blind = bradley_terry(left, right, outcome)
    assert blind.position.low > 0.2
    assert found.position.low < 0 < found.position.high
    assert found.informative[:3].max() < 0.2 < 0.7 < found.informative[3:].min()


def test_a_rater_with_few_answers_stays_near_the_prior():
    _, (left, right, outcome), raters = made(np.random.default_rng(8))
    found = bradley_terry([*left, 0], [*right, 1], [*outcome, "left"], rater=[*raters, 99])
    assert found.informative[list(found.rater_ids).index(99)] == pytest.approx(4 / 4.25, abs=0.06)


def test_a_rater_with_sides_swapped_is_named():
    _, (left, right, outcome), raters = made(np.random.default_rng(9), answers=1500)
    turned = [{"left": "right", "right": "left"}.get(said, said) if by == 2 else said
              for said, by in zip(outcome, raters, strict=True)]  # fmt: skip
    found = bradley_terry(left, right, turned, rater=raters)
    assert "against all others: 2: sides swapped?" in found.warnings
    assert "against" not in " ".join(bradley_terry(left, right, outcome, rater=raters).warnings)


def test_an_undefeated_item_stays_finite_and_is_named():
    found = bradley_terry(["a", "b"] * 20, ["b", "a"] * 20, ["left", "right"] * 20)
    assert found.worth[0] == -found.worth[1] > 0 and np.isfinite(found.high).all()
    assert found.warnings[0].startswith("never worse: a; never better: b")
    assert bradley_terry(["a"] * 9, ["b"] * 9, ["tie"] * 9).worth == pytest.approx([0, 0])


def test_groups_that_never_meet_do_not_compare():
    columns = ("aabbxy", "bbaayx", ["left", "left", "right", "left", "left", "tie"])
    found = bradley_terry(*columns)
    assert found.component.tolist() == [0, 0, 1, 1] and "2 unconnected groups" in found.warnings[0]
    assert found.worth[:2].sum() == pytest.approx(0) == found.worth[2:].sum()
    with pytest.raises(ValueError, match="not connected"):
        found.chances("a", "x")
    against = bradley_terry(*columns, against="a")
    assert against.worth[0] == 0 == against.high[0] and np.isnan(against.worth[2:]).all()
    assert against.worth[1] == pytest.approx(found.worth[1] - found.worth[0])


def test_against_an_item_the_interval_is_that_of_the_difference():
    """Of two items, the difference is twice the worth of one, and so is its interval."""
    columns = (["a", "b"] * 30, ["b", "a"] * 30, ["left", "right", "tie", "left", "right"] * 12)
    found, against = bradley_terry(*columns), bradley_terry(*columns, against="b")
    assert against.worth[0] == pytest.approx(2 * found.worth[0])
    assert against.high[0] - against.low[0] == pytest.approx(2 * (found.high[0] - found.low[0]))


@pytest.mark.slow
def test_differences_hold_the_truth():
    rng, inside = np.random.default_rng(10), []
    for _ in range(300):
        truth, columns, _ = made(rng)
        found = bradley_terry(*columns, against=0)
        gap = truth[1:] - truth[0]
        inside.append(np.mean((found.low[1:] <= gap) & (gap <= found.high[1:])))
    assert 0.93 <= np.mean(inside) <= 0.97


def test_chances_are_those_of_the_model():
    _, columns, _ = made(np.random.default_rng(11))
    found = bradley_terry(*columns)
    chances = found.chances(3, 7)
    assert sum(chances.values()) == pytest.approx(1)
    gap = found.worth[3] - found.worth[7]
    assert math.log(chances["item"] / chances["other"]) == pytest.approx(gap)
    even = found.tie.diagnostics["tie_share_of_equals"]
    assert even == pytest.approx(found.tie.value / (2 + found.tie.value))


def test_many_items_are_fitted_by_gradients_alike():
    """Beyond 300 items systems are solved by conjugate gradients: the gradient still vanishes."""
    truth, columns, _ = made(np.random.default_rng(12), items=400, answers=8000)
    found = bradley_terry(*columns)
    assert found.converged and np.corrcoef(found.worth, truth)[0, 1] > 0.9
    at = np.concatenate([found.worth, [found.position.value, math.log(found.tie.value)]])
    args = (columns, None, None, None)
    for place in (0, 17, 399, 400, 401):
        step = np.zeros(402)
        step[place] = 1e-4
        rise = minus_log_posterior(at + step, *args) - minus_log_posterior(at - step, *args)
        assert abs(rise / 2e-4) < 0.01


# --- in a circle ------------------------------------------------------------------------------


@few
@given(st.integers(0, 10_000), st.integers(3, 7))
def test_triads_are_those_counted_one_by_one(seed, items):
    rng = np.random.default_rng(seed)
    _, (left, right, outcome), raters = made(rng, items=items, answers=50, raters=2)
    found = cyclic_triads(left, right, outcome, rater=raters)
    expected = [by_hand(left, right, outcome, raters, by, items) for by in (0, 1)]
    if sum(triads for triads, _ in expected) == 0:
        assert isinstance(found, TooLittle)
        return
    told = dict(zip(found.rater_ids, zip(found.triads, found.cyclic, strict=True), strict=True))
    assert [told.get(by, (0, 0)) for by in (0, 1)] == expected


def by_hand(left, right, outcome, raters, rater, items):
    net = np.zeros((items, items))
    for one, other, said, by in zip(left, right, outcome, raters, strict=True):
        if by == rater and said != "tie":
            sign = 1 if said == "left" else -1
            net[one, other] += sign
            net[other, one] -= sign
    triads = cyclic = 0
    for a, b, c in itertools.combinations(range(items), 3):
        if net[a, b] and net[b, c] and net[c, a]:
            triads += 1
            cyclic += len({net[a, b] > 0, net[b, c] > 0, net[c, a] > 0}) == 1
    return triads, cyclic


def test_coins_go_in_circles_a_quarter_of_the_time():
    rng, pairs = np.random.default_rng(13), list(itertools.combinations(range(8), 2))
    left, right = ([pair[side] for pair in pairs] * 600 for side in (0, 1))
    outcome = [WORDS[code] for code in rng.integers(2, size=len(left))]
    raters = np.repeat(np.arange(600), len(pairs)).tolist()
    found = cyclic_triads(left, right, outcome, rater=raters)
    assert (found.triads == 56).all() and found.n == 56 * 600
    assert found.share.mean() == pytest.approx(0.25, abs=0.01)
    assert found.z.std() == pytest.approx(1, abs=0.1)
    assert found.ordered.mean() < 0.08


def test_a_rater_with_an_order_goes_in_no_circle():
    pairs = list(itertools.combinations("abcdef", 2))
    left, right = ([pair[side] for pair in pairs] for side in (0, 1))
    found = cyclic_triads(left, right, ["left"] * 15)
    assert (found.triads[0], found.cyclic[0], found.share[0]) == (20, 0, 0)
    assert found.ordered[0] and found.z[0] < -2
    few_triads = cyclic_triads("aab", "bcc", ["left"] * 3)
    assert few_triads.triads[0] == 1 and not few_triads.ordered[0]


def test_nothing_compared_is_too_little():
    assert isinstance(bradley_terry([], [], []), TooLittle)
    assert isinstance(cyclic_triads(["a"], ["b"], ["left"]), TooLittle)
    assert isinstance(cyclic_triads([], [], []), TooLittle)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"outcome": ["left", "both"]}, "row 1: outcome must be"),
        ({"right": ["b", "b"]}, "row 1: item 'b' is compared with itself"),
        ({"outcome": ["left"]}, "lengths differ"),
        ({"rater": [1]}, "lengths differ"),
        ({"position": "guessed"}, "position must be"),
        ({"against": "z"}, "item 'z' was never compared"),
        ({"prior_sd": 0}, "prior_sd must be"),
        ({"prior_answers": (1, 0)}, "prior_answers must be"),
        ({"level": 1}, "level must lie"),
        ({"max_iter": 0}, "max_iter at least 1"),
    ],
)
def test_senseless_comparisons_are_refused(change, told):
    given = {"left": ["a", "b"], "right": ["b", "a"], "outcome": ["left", "tie"], **change}
    with pytest.raises(ValueError, match=told):
        bradley_terry(given.pop("left"), given.pop("right"), given.pop("outcome"), **given)
