"""Shapley values of labels, and how well they flag bad ones."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from assay.economics import flagging, knn_shapley, shapley_by_rank
from assay.results import TooLittle
from tests.assay import few


def brute_force(matches, k):
    """Shapley values by their definition, over all subsets of labels sorted by distance."""
    n = len(matches)

    def utility(chosen):
        return sum(matches[place] for place in sorted(chosen)[:k]) / k

    worth = np.zeros(n)
    for i in range(n):
        others = [j for j in range(n) if j != i]
        for size in range(n):
            weight = 1 / (n * math.comb(n - 1, size))
            for chosen in itertools.combinations(others, size):
                worth[i] += weight * (utility({*chosen, i}) - utility(chosen))
    return worth


def test_values_of_the_reference():
    found = shapley_by_rank([1, 0, 1, 1, 0], neighbours=2)
    assert found == pytest.approx([0.25, -0.25, 0.25, 0.25, 0])
    assert found.sum() == pytest.approx(0.5)


@few
@given(st.lists(st.integers(0, 1), min_size=1, max_size=6), st.integers(1, 8))
def test_values_are_those_of_brute_force(matches, k):
    found = shapley_by_rank(matches, neighbours=k)
    assert found == pytest.approx(brute_force(matches, k), abs=1e-12)


def test_values_of_several_test_items_are_the_mean_of_each():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(12, 3)), rng.integers(3, size=12)
    tests, wanted = rng.normal(size=(5, 3)), rng.integers(3, size=5)
    found = knn_shapley(x, y, test_features=tests, test_labels=wanted, neighbours=3)
    each = np.zeros((5, 12))
    for row, (test, label) in enumerate(zip(tests, wanted, strict=True)):
        order = np.argsort(((x - test) ** 2).sum(axis=1))
        each[row, order] = brute_force((y[order] == label).astype(int), 3)
    assert found == pytest.approx(each.mean(axis=0))
    right = np.mean([
        (y[np.argsort(((x - test) ** 2).sum(axis=1))[:3]] == label).mean()
        for test, label in zip(tests, wanted, strict=True)
    ])  # fmt: skip
    assert found.sum() == pytest.approx(right)


def test_planted_bad_labels_are_worth_least_where_there_is_structure():
    rng = np.random.default_rng(2)
    truth, gold = rng.integers(2, size=600), rng.integers(2, size=150)
    bad = rng.random(600) < 0.1
    labels = np.where(bad, 1 - truth, truth)
    for apart, least, most in ((2.5, 0.9, 1.0), (0.0, 0.38, 0.62)):
        x = rng.normal(size=(600, 2)) + apart * truth[:, None]
        tests = rng.normal(size=(150, 2)) + apart * gold[:, None]
        worth = knn_shapley(x, labels, test_features=tests, test_labels=gold)
        found = flagging(worth, bad)
        assert least <= found.auc.value <= most
        assert (found.p_value < 0.001) == (apart > 0)
        assert (found.precision > 3 * found.base_rate) == (apart > 0)


@few
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=10, max_size=50))
def test_the_area_and_the_test_are_those_of_peers(rows):
    values, bad = np.array([row[0] for row in rows], float), np.array([row[1] for row in rows])
    found = flagging(values, bad)
    if min(bad.sum(), (~bad).sum()) < 2:
        assert isinstance(found, TooLittle)
        return
    assert found.auc.value == pytest.approx(roc_auc_score(bad, -values))
    assert found.auc.low <= found.auc.value <= found.auc.high
    assert 0 <= found.precision <= 1 and found.base_rate == pytest.approx(bad.mean())
    if np.ptp(values) > 0:
        peer = stats.mannwhitneyu(
            values[bad], values[~bad], use_continuity=False, method="asymptotic"
        )
        assert found.p_value == pytest.approx(peer.pvalue, abs=1e-9)
    else:
        assert found.p_value == 1


def test_the_interval_holds_the_area_and_the_band_a_random_order():
    rng, inside, random = np.random.default_rng(3), [], []
    truth = float(stats.norm.cdf(1 / math.sqrt(2)))
    for _ in range(1500):
        bad = np.arange(200) < 40
        found = flagging(rng.normal(size=200) - bad, bad)
        inside.append(found.auc.low <= truth <= found.auc.high)
        blind = flagging(rng.normal(size=200), bad)
        random.append(blind.random_low <= blind.auc.value <= blind.random_high)
    assert 0.93 <= np.mean(inside) <= 0.97
    assert 0.93 <= np.mean(random) <= 0.97


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"features": [[math.nan], [1]]}, "features must hold finite"),
        ({"features": [1, 2]}, "features must have a row"),
        ({"test_features": [[1, 2]]}, "features have 1 columns, test_features 2"),
        ({"labels": [1]}, "one label a row"),
        ({"neighbours": 0}, "neighbours must be at least 1"),
    ],
)
def test_senseless_items_are_refused(change, told):
    given = {"features": [[1.0], [2.0]], "labels": [0, 1], "test_features": [[1.0]],
             "test_labels": [1], **change}  # fmt: skip
    with pytest.raises(ValueError, match=told):
        knn_shapley(given.pop("features"), given.pop("labels"), **given)


def test_senseless_flags_are_refused():
    with pytest.raises(ValueError, match="truth values"):
        flagging([1, 2, 3], [0, 1, 2])
    with pytest.raises(ValueError, match="lengths differ"):
        flagging([1, 2, 3], [0, 1])
    with pytest.raises(ValueError, match="no label to value"):
        shapley_by_rank([], neighbours=1)
