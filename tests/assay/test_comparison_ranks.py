"""Rankings of systems and how stable they are."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay import TooLittle
from assay.comparison import kendall_tau, rank_agreement, rank_stability, tau_ap
from tests.assay import few

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=9)


def seeded(seed=1):
    return np.random.default_rng(seed)


def by_definition(reference, order):
    """τ_AP of one order, best first, written as in Yilmaz, Aslam & Robertson (2008)."""
    total = 0.0
    for place in range(1, len(order)):
        leads = [reference[above] - reference[order[place]] for above in order[:place]]
        total += sum(1 if lead > 0 else 0.5 if lead == 0 else 0 for lead in leads) / place
    return 2 * total / (len(order) - 1) - 1


@few
@given(pairs)
def test_kendall_is_scipys(both):
    first, second = map(list, zip(*both, strict=True))
    found, told = kendall_tau(first, second), stats.kendalltau(first, second).statistic
    if np.isnan(told):
        assert isinstance(found, TooLittle)
    else:
        assert found == pytest.approx(told)


@few
@given(st.permutations(range(7)), st.permutations(range(7)))
def test_tau_ap_follows_its_definition(reference, estimated):
    order = sorted(range(7), key=lambda held: -estimated[held])
    assert tau_ap(reference, estimated) == pytest.approx(by_definition(reference, order))


@few
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=2, max_size=6))
def test_tau_ap_averages_over_the_orders_of_ties(both):
    reference, estimated = map(list, zip(*both, strict=True))
    if len(set(reference)) == 1 or len(set(estimated)) == 1:
        assert isinstance(tau_ap(reference, estimated), TooLittle)
        return
    orders = [
        order
        for order in itertools.permutations(range(len(both)))
        if all(estimated[a] >= estimated[b] for a, b in itertools.pairwise(order))
    ]
    told = np.mean([by_definition(reference, order) for order in orders])
    assert tau_ap(reference, estimated) == pytest.approx(told)


def test_tau_ap_minds_the_top_most():
    order = np.arange(10, 0, -1.0)
    top, bottom = order.copy(), order.copy()
    top[[0, 1]], bottom[[8, 9]] = top[[1, 0]], bottom[[9, 8]]
    assert kendall_tau(order, top) == kendall_tau(order, bottom)
    assert tau_ap(order, top) < tau_ap(order, bottom) < 1
    assert tau_ap(order, order) == 1 and tau_ap(order, -order) == pytest.approx(-1)


def world(rng, queries, shift):
    """Ten systems under two ways to score them, whose true means differ by `shift`."""
    truth = np.linspace(0, 0.3, 10)
    easy = rng.normal(0, 0.2, (queries, 1))
    human = truth + easy + rng.normal(0, 0.2, (queries, 10))
    own = 0.5 * (human - truth) + rng.normal(0, 0.17, (queries, 10))
    return human, truth + shift + own


@pytest.mark.slow
@pytest.mark.parametrize("statistic", ["tau", "tau_ap"])
def test_the_interval_holds_what_fresh_queries_show_as_often_as_documented(statistic):
    rng, held = seeded(1), 0
    shift, measure = rng.normal(0, 0.06, 10), kendall_tau if statistic == "tau" else tau_ap
    for _ in range(300):
        found = rank_agreement(*world(rng, 50, shift), statistic=statistic, rng=rng, resamples=300)
        human, cheap = world(rng, 50, shift)
        held += found.low <= measure(human.mean(axis=0), cheap.mean(axis=0)) <= found.high
    assert 0.90 < held / 300 < 0.99, held / 300


def test_agreement_is_that_of_the_means_and_one_with_itself():
    human, cheap = world(seeded(2), 60, np.zeros(10))
    found = rank_agreement(human, cheap, statistic="tau", rng=seeded())
    assert found.value == kendall_tau(human.mean(axis=0), cheap.mean(axis=0))
    assert found.low < found.value < found.high <= 1 and found.n == 60
    assert found == rank_agreement(human, cheap, statistic="tau", rng=seeded())
    same = rank_agreement(human, human, statistic="tau_ap", rng=seeded())
    assert same.low == same.value == same.high == pytest.approx(1)


def test_a_clear_winner_is_stable_and_twins_share_the_lead():
    rng = seeded(3)
    clear = rank_stability(rng.normal([0, 1, 2, 3], 0.3, (50, 4)), rng=rng, systems="abcd")
    assert clear.p_best.tolist() == [0, 0, 0, 1] and clear.systems == ("a", "b", "c", "d")
    assert clear.low_ranks.tolist() == clear.high_ranks.tolist() == [4, 3, 2, 1]
    assert clear.split_half == 1
    column = rng.random((50, 1))
    twins = rank_stability(np.hstack([column, column, column - 1]), rng=rng)
    assert twins.p_best == pytest.approx([0.5, 0.5, 0])
    assert twins.low_ranks.tolist() == [1.5, 1.5, 3]


def test_chances_to_lead_are_those_of_the_means():
    """Two systems: the share of resamples that the second leads is Φ(d̄/se), to first order."""
    drawn = seeded(4).normal([0, 0.05], 0.3, (80, 2))
    found = rank_stability(drawn, rng=seeded(), resamples=20_000)
    difference = drawn[:, 1] - drawn[:, 0]
    told = stats.norm.cdf(difference.mean() / (difference.std(ddof=0) / 80**0.5))
    assert found.p_best.sum() == pytest.approx(1)
    assert found.p_best[1] == pytest.approx(told, abs=0.015)


@pytest.mark.slow
def test_halves_agree_as_independent_sets_of_half_the_size_do():
    rng, truth = seeded(5), np.linspace(0, 0.3, 10)
    told = [
        kendall_tau(*(truth + rng.normal(0, 0.4 / 30**0.5, 10) for _ in range(2)))
        for _ in range(3000)
    ]
    found = [
        rank_stability(truth + rng.normal(0, 0.4, (60, 10)), rng=rng, resamples=60).split_half
        for _ in range(300)
    ]
    assert np.mean(found) == pytest.approx(np.mean(told), abs=0.02)


def test_too_little_is_said():
    assert kendall_tau([1], [1]) == TooLittle("a ranking needs two systems", 1)
    assert tau_ap([1, 2], [3, 3]) == TooLittle("all systems are tied: there is no ranking", 2)
    short = np.ones((9, 3))
    told = TooLittle("rankings need 10 queries to resample", 9)
    assert rank_stability(short, rng=seeded()) == told
    assert rank_agreement(short, short, statistic="tau", rng=seeded()) == told
    flat = np.ones((12, 3))
    assert "tied" in rank_stability(flat, rng=seeded()).reason
    assert "tied" in rank_agreement(flat, flat, statistic="tau", rng=seeded()).reason


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: kendall_tau([1, 2], [1]), "lengths differ"),
        (lambda: tau_ap([1, np.nan], [1, 2]), "finite numbers"),
        (
            lambda: rank_agreement([[1, 2]], [[1, 2]], statistic="rho", rng=seeded()),
            "statistic must be",
        ),
        (
            lambda: rank_agreement([[1, 2]], [[1, 2, 3]], statistic="tau", rng=seeded()),
            "shapes differ",
        ),
        (lambda: rank_stability([[1, 2]] * 12, rng=seeded(), resamples=0), "resamples must be"),
        (lambda: rank_stability([[1]] * 12, rng=seeded()), "queries × two systems"),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
