"""Risks in money: the loss of a period, and what a treatment is worth."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay.economics import Between, Risk, loss_exceedance, treatment_leverage
from assay.results import TooLittle
from tests.assay import few

REACH = math.exp(stats.norm.ppf(0.95))
LATE = Risk("late lot", Between(20_000 / REACH, 20_000 * REACH), rate=2)
MISREAD = Risk("guideline misread", Between(10_000, 200_000), chance=0.2)


def test_the_lognormal_of_the_reference():
    assert math.log(10_000 * 200_000) / 2 == pytest.approx(10.7082, abs=5e-5)
    assert MISREAD.loss.sigma == pytest.approx(0.91064, abs=5e-6)
    assert MISREAD.mean == pytest.approx(0.2 * 67_700, rel=1e-4)


def test_leverage_of_the_reference():
    found = treatment_leverage(MISREAD, replace(MISREAD, chance=0.08), cost=3_000)
    assert found.leverage == pytest.approx(2.71, abs=0.005)
    assert found.net == pytest.approx(0.12 * 67_700 - 3_000, rel=1e-3)
    worse = treatment_leverage(MISREAD, replace(MISREAD, chance=0.3), cost=3_000)
    assert worse.leverage < 0 and "larger" in worse.warnings[0]


def test_compound_poisson_of_the_reference():
    found = loss_exceedance([LATE], rng=np.random.default_rng(1), draws=400_000)
    assert found.mean == pytest.approx(65_949, abs=0.5)
    assert found.sd == pytest.approx(76_885, abs=0.5)
    assert found.p_none == pytest.approx(0.1353, abs=5e-5)
    assert found.p80 == pytest.approx(106_000, rel=0.01)
    assert found.p95 == pytest.approx(209_000, rel=0.01)
    assert found.exceeding([0.0])[0] == pytest.approx(1 - 0.1353, abs=0.003)
    assert found.exceeding([found.p95])[0] == pytest.approx(0.05, abs=1e-4)


risks = st.tuples(
    st.floats(1, 100), st.floats(1.5, 5), st.booleans(), st.floats(0.01, 1)
)  # fmt: skip


@few
@given(st.lists(risks, min_size=1, max_size=4), st.integers(0, 1000))
def test_the_simulation_agrees_with_the_exact_moments(rows, seed):
    register = [
        Risk(str(place), Between(low, low * ratio), **{"chance" if once else "rate": often})
        for place, (low, ratio, once, often) in enumerate(rows)
    ]
    found = loss_exceedance(register, rng=np.random.default_rng(seed), draws=20_000)
    error = found.sd / math.sqrt(20_000)
    assert found.losses.mean() == pytest.approx(found.mean, abs=5 * error)
    assert found.losses.std() == pytest.approx(found.sd, rel=0.15)
    p_none = (found.losses == 0).mean()
    assert p_none == pytest.approx(found.p_none, abs=0.02)
    assert found.p50 <= found.p80 <= found.p95 and found.shares.sum() == pytest.approx(1)
    assert (np.diff(found.exceeding(np.linspace(0, 1000, 50))) <= 0).all()


def test_the_error_of_p95_is_that_of_repeated_simulation():
    found = [
        loss_exceedance([LATE, MISREAD], rng=np.random.default_rng(seed), draws=5000)
        for seed in range(100)
    ]
    told = np.mean([each.p95_error for each in found])
    assert told == pytest.approx(np.std([each.p95 for each in found]), rel=0.25)


def test_a_risk_that_cannot_happen_costs_nothing():
    never = replace(MISREAD, chance=0)
    found = loss_exceedance([never], rng=np.random.default_rng(1), draws=1000)
    assert (found.mean, found.p95, found.p_none, found.shares.tolist()) == (0, 0, 1, [0])
    assert isinstance(loss_exceedance([], rng=np.random.default_rng(1)), TooLittle)


def test_the_same_seed_gives_the_same_curve():
    one, two = (loss_exceedance([LATE], rng=np.random.default_rng(5), draws=1000) for _ in "ab")
    assert (one.losses == two.losses).all() and not one.losses.flags.writeable


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: Risk("x", MISREAD.loss), "either a chance or a rate"),
        (lambda: Risk("x", MISREAD.loss, chance=0.1, rate=1), "either a chance or a rate"),
        (lambda: Risk("x", MISREAD.loss, chance=1.1), "the chance of 'x' must lie"),
        (lambda: Risk("x", MISREAD.loss, rate=-1), "the rate of 'x' must not"),
        (lambda: treatment_leverage(MISREAD, MISREAD, cost=0), "cost must be"),
        (
            lambda: loss_exceedance([LATE, LATE], rng=np.random.default_rng(1)),
            "names of their own",
        ),
        (
            lambda: loss_exceedance([LATE], rng=np.random.default_rng(1), draws=10),
            "draws must be at least 1000",
        ),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
