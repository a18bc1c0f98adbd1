"""The lognormal loss, against operations.md §6, scipy and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from touchstone.apps.risks.policies import LossDistribution, loss_from_interval

amounts = st.integers(min_value=1, max_value=10**12)


def test_the_published_interval_gives_the_published_loss() -> None:
    loss = loss_from_interval(10_000, 200_000)

    assert loss.mu == pytest.approx(10.7082, abs=5e-5)
    assert loss.sigma == pytest.approx(0.91064, abs=5e-6)
    assert loss.mean == pytest.approx(67_700, abs=1)


def test_a_treatment_that_lowers_the_probability_is_worth_the_published_multiple() -> None:
    # p .2 → .08 for 3,000: leverage 2.71.
    loss = loss_from_interval(10_000, 200_000)

    assert (loss.expected(0.2) - loss.expected(0.08)) / 3_000 == pytest.approx(2.71, abs=0.005)


@given(amounts, amounts)
def test_the_interval_holds_ninety_percent_of_the_losses(one: int, another: int) -> None:
    low, high = sorted((one, another))
    if low == high:
        high += 1
    loss = loss_from_interval(low, high)

    assert loss.quantile(0.05) == pytest.approx(low)
    assert loss.quantile(0.95) == pytest.approx(high)
    assert loss.quantile(0.5) == pytest.approx((low * high) ** 0.5)
    assert loss.mean >= loss.quantile(0.5) * (1 - 1e-9)


@pytest.mark.parametrize("p", [0.01, 0.3, 0.8, 0.99])
def test_quantiles_are_those_of_scipy(p: float) -> None:
    loss = loss_from_interval(300, 45_000)
    peer = stats.lognorm(s=loss.sigma, scale=np.exp(loss.mu))

    assert loss.quantile(p) == pytest.approx(peer.ppf(p))
    assert loss.mean == pytest.approx(peer.mean())


@pytest.mark.parametrize("p", [0.5, 0.7, 0.9, 0.95, 0.99])
def test_counting_that_nothing_may_happen_agrees_with_a_simulation(p: float) -> None:
    loss, probability = loss_from_interval(10_000, 200_000), 0.35
    rng = np.random.default_rng(11)
    happened = rng.random(400_000) < probability
    drawn = np.where(happened, rng.lognormal(loss.mu, loss.sigma, happened.size), 0.0)

    assert loss.unconditional_quantile(p, probability) == pytest.approx(
        np.quantile(drawn, p), rel=0.03
    )
    assert loss.expected(probability) == pytest.approx(drawn.mean(), rel=0.02)


@pytest.mark.parametrize(("low", "high"), [(0, 10), (-5, 10), (10, 10), (11, 10)])
def test_an_interval_that_is_none_is_refused(low: int, high: int) -> None:
    with pytest.raises(ValueError, match="0 < low < high"):
        loss_from_interval(low, high)


def test_a_loss_is_a_value() -> None:
    assert loss_from_interval(1, 9) == LossDistribution(
        mu=pytest.approx(np.log(3)), sigma=pytest.approx(np.log(9) / (2 * stats.norm.ppf(0.95)))
    )
