"""How many labels to buy, and one label or several."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from assay.economics import (
    Between,
    allocate_budget,
    break_even_overhead,
    effective_labels_by_segment,
    majority_accuracy,
    optimal_labels,
    order_size,
)
from tests.assay import few

REACH = math.exp(0.5 * stats.norm.ppf(0.95))
NEED = Between(50_000 / REACH, 50_000 * REACH)
SEGMENTS = {"values": [3, 1], "scales": [1, 2], "exponents": 0.5, "prices": [0.2, 0.4]}


def test_the_optimum_of_the_reference():
    found = optimal_labels(scale=2, exponent=0.3, value=2e6, price=0.25)
    assert found == pytest.approx(137_853, abs=0.5)
    assert 2e6 * 2 * 0.3 * found**-1.3 == pytest.approx(0.25)


def test_two_segments_share_the_budget_of_the_reference():
    found = allocate_budget(**SEGMENTS, budget=10_000)
    assert found.sizes == pytest.approx([25_490.7, 12_254.7], abs=0.05)
    assert found.marginal == pytest.approx([1.84284e-6] * 2, rel=1e-5)
    assert found.price_of_money == pytest.approx(1.84284e-6, rel=1e-5)
    assert "no bound" in found.warnings[0] and found.gain == math.inf


positive = st.floats(0.1, 10)
segments = st.lists(
    st.tuples(positive, positive, st.floats(0.05, 1), positive, st.floats(1, 1000)),
    min_size=1, max_size=6,
)  # fmt: skip


@few
@given(segments, st.floats(1, 10_000))
def test_the_budget_is_spent_where_money_is_worth_most(rows, budget):
    v, a, b, k, have = np.array(rows).T
    found = allocate_budget(values=v, scales=a, exponents=b, prices=k, budget=budget, have=have)
    assert found.spend.sum() == pytest.approx(budget)
    bought = found.orders > 1e-6 * found.sizes
    assert found.marginal[bought] == pytest.approx([found.price_of_money] * bought.sum(), rel=1e-4)
    assert (found.marginal <= found.price_of_money * (1 + 1e-6)).all()
    assert (found.sizes >= have).all() and np.isfinite(found.gain)


def test_the_allocation_is_that_of_a_general_optimiser():
    v, a, k = np.array([3.0, 1.0, 2.0]), np.array([1.0, 2.0, 1.5]), np.array([0.2, 0.4, 0.3])
    b, have = np.array([0.5, 0.3, 0.2]), np.array([500.0, 20_000.0, 100.0])
    found = allocate_budget(values=v, scales=a, exponents=b, prices=k, budget=2000, have=have)
    best = optimize.minimize(
        lambda share: float((v * a * (have + 2000 * np.abs(share) / k) ** -b).sum()),
        [0.3, 0.3, 0.4], bounds=[(0, 1)] * 3, method="SLSQP", options={"ftol": 1e-14},
        constraints={"type": "eq", "fun": lambda share: share.sum() - 1},
    )  # fmt: skip
    assert found.orders[1] == 0
    assert found.spend / 2000 == pytest.approx(best.x, abs=2e-3)


def test_order_up_to_of_the_reference():
    found = order_size(NEED, have=20_000, price=0.25, penalty=50_000)
    assert found.up_to == pytest.approx(86_812, abs=1)
    assert found.order == pytest.approx(66_812, abs=1)
    assert found.cost == pytest.approx(23_449, abs=1)
    assert found.p_hit == pytest.approx(0.865, abs=5e-4)
    median = 0.25 * 30_000 + 50_000 / 2
    assert median == 32_500 > found.cost


def test_orders_from_draws_cost_what_the_exact_order_costs():
    draws = stats.lognorm.ppf((np.arange(20_000) + 0.5) / 20_000, 0.5, scale=50_000)
    found = order_size(draws, have=20_000, price=0.25, penalty=50_000)
    assert found.cost == pytest.approx(23_449, rel=1e-3)
    assert found.up_to == pytest.approx(86_812, rel=0.03)


@few
@given(st.floats(0, 100_000), st.floats(0.01, 1), st.floats(1000, 100_000))
def test_no_other_order_costs_less(have, price, penalty):
    found = order_size(NEED, have=have, price=price, penalty=penalty)
    grid = have + np.linspace(0, 400_000, 4001)
    with np.errstate(divide="ignore"):
        hit = stats.norm.cdf(np.log(grid / 50_000) / NEED.sigma)
    assert found.cost <= (price * (grid - have) + penalty * (1 - hit)).min() + 1e-6 * penalty
    assert found.up_to >= have


def test_buying_nothing_may_cost_least():
    found = order_size(NEED, have=20_000, price=5, penalty=50_000)
    assert found.order == 0 and found.warnings == ("buying nothing costs least",)
    never = order_size([np.inf] * 10, have=0, price=1, penalty=10)
    assert (never.order, never.p_hit, never.cost) == (0, 0, 10)
    half = order_size([100.0] * 5 + [np.inf] * 5, have=0, price=1, penalty=1000)
    assert (half.order, half.p_hit, half.cost) == (100, 0.5, 600)


def test_transfer_counts_foreign_labels_by_their_weight():
    found = effective_labels_by_segment([100, 200, 0], [[1, 0.5, 0], [0, 1, 0], [0.1, 0.2, 1]])
    assert found.tolist() == [200, 200, 50]


def test_majorities_of_the_reference():
    assert [majority_accuracy(a) for a in (0.7, 0.8, 0.9)] == pytest.approx([0.784, 0.896, 0.972])
    assert majority_accuracy(0.8, raters=1) == pytest.approx(0.8)


@few
@given(st.floats(0.5, 1), st.sampled_from([3, 5, 9]))
def test_a_majority_is_no_worse_than_one_rater(accuracy, raters):
    assert majority_accuracy(accuracy, raters=raters) >= accuracy - 1e-12


def test_break_even_overhead_of_the_reference():
    found = [break_even_overhead(a) for a in (0.6, 0.7, 0.8, 0.9)]
    assert found == pytest.approx([0.68, 0.97, 1.69, 4.10], abs=0.005)
    for a, h in zip((0.6, 0.7, 0.8, 0.9), found, strict=True):
        triple = (2 * majority_accuracy(a) - 1) ** 2 / (h + 3)
        assert (2 * a - 1) ** 2 / (h + 1) == pytest.approx(triple)
    assert break_even_overhead(1) == math.inf


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: optimal_labels(scale=0, exponent=1, value=1, price=1), "scale must be"),
        (lambda: allocate_budget(**SEGMENTS, budget=0), "budget must be"),
        (lambda: allocate_budget(**SEGMENTS, budget=1, have=-1), "have must not be negative"),
        (
            lambda: allocate_budget(**{**SEGMENTS, "prices": [1, 0]}, budget=1),
            "prices must be above zero",
        ),
        (lambda: allocate_budget(**{**SEGMENTS, "prices": [1]}, budget=1), "lengths differ"),
        (
            lambda: allocate_budget(values=[], scales=[], exponents=[], prices=[], budget=1),
            "no segment",
        ),
        (lambda: order_size([], have=0, price=1, penalty=1), "at least one draw"),
        (lambda: order_size([math.nan], have=0, price=1, penalty=1), "no NaN"),
        (lambda: order_size(NEED, have=-1, price=1, penalty=1), "have must be"),
        (lambda: order_size(NEED, have=0, price=0, penalty=1), "price must be"),
        (lambda: effective_labels_by_segment([1, 2], [[1]]), "2 × 2"),
        (lambda: effective_labels_by_segment([1, 2], [[1, 2], [0, 1]]), "between 0 and 1"),
        (lambda: effective_labels_by_segment([1], [[0.5]]), "diagonal"),
        (lambda: effective_labels_by_segment([-1], [[1]]), "sizes must not be negative"),
        (lambda: majority_accuracy(0.4), "accuracy must lie"),
        (lambda: majority_accuracy(0.9, raters=2), "odd number"),
        (lambda: break_even_overhead(0.5), "tell nothing"),
        (lambda: break_even_overhead(0.9, raters=1), "above one"),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
