"""Cost and worth of labels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.economics import (
    Between,
    Normal,
    cost_per_accepted_label,
    cost_per_effective_label,
    effective_labels,
    return_on_investment,
    shrink_normal,
)
from tests.assay import few

REFERENCE = {
    "uplift": Normal(0.4, 0.25),
    "slope": Normal(1),
    "value_per_point": Normal(1_200_000),
    "p_launch": 1,
    "attribution": 0.6,
    "cost": 180_000,
}


def test_effective_labels_count_information():
    assert effective_labels(100, 1) == 100
    assert effective_labels(100, 0.5) == 0
    assert effective_labels(1000, 0.9) == pytest.approx(640)


def test_the_chain_of_label_costs_of_the_reference():
    accepted = cost_per_accepted_label(
        12, 50, checked_share=0.1, check_cost_ratio=0.6, acceptance=0.95
    )
    assert accepted == pytest.approx(0.2678, abs=5e-5)
    assert accepted / 0.92 == pytest.approx(0.2911, abs=5e-5)
    assert cost_per_effective_label(accepted, 0.92) == pytest.approx(0.3795, abs=5e-5)
    assert cost_per_effective_label(accepted, 0.5) == math.inf


def test_return_of_the_reference():
    found = return_on_investment(**REFERENCE)
    assert (found.roi.mean, found.roi.p50) == pytest.approx((0.60, 0.60))
    assert (found.roi.p10, found.roi.p90) == pytest.approx((-0.68, 1.88), abs=0.005)
    assert found.p_roi_positive == pytest.approx(0.726, abs=5e-4)
    assert found.p_value_exceeds_cost == found.p_roi_positive
    assert found.value.mean == pytest.approx(288_000)
    assert "both a gain and a loss" in found.warnings[0]


def test_value_of_perfect_information_of_the_reference():
    """Net is N(0.05, 0.1)."""
    found = return_on_investment(
        uplift=Normal(1.05, 0.1), slope=Normal(1), value_per_point=Normal(1), p_launch=1,
        attribution=1, cost=1,
    )  # fmt: skip
    assert found.evpi == pytest.approx(0.01978, abs=5e-6)


@pytest.mark.parametrize("p_launch", [1.0, 0.6, 0.25, 0.05, 0.0])
def test_simulation_agrees_with_the_exact_result(p_launch):
    given = {**REFERENCE, "p_launch": p_launch}
    exact = return_on_investment(**given)
    # A slope known almost exactly is uncertain enough to be simulated.
    drawn = return_on_investment(
        **{**given, "slope": Normal(1, 1e-9)}, rng=np.random.default_rng(1), draws=400_000
    )
    assert "exact" in exact.method and "simulated" in drawn.method
    for name in ("mean", "p10", "p50", "p90"):
        assert getattr(drawn.roi, name) == pytest.approx(getattr(exact.roi, name), abs=0.03)
    assert drawn.p_roi_positive == pytest.approx(exact.p_roi_positive, abs=0.003)
    assert drawn.evpi == pytest.approx(exact.evpi, abs=1500)


def test_a_launch_is_all_or_nothing():
    found = return_on_investment(**{**REFERENCE, "p_launch": 0.2})
    assert found.roi.p50 == -1 and found.roi.p10 == -1
    assert found.p_roi_positive == pytest.approx(0.2 * 0.7257, abs=1e-4)


def test_known_factors_leave_no_spread():
    found = return_on_investment(**{**REFERENCE, "uplift": Normal(0.4)})
    assert found.roi.p10 == found.roi.p90 == pytest.approx(0.6)
    assert (found.p_roi_positive, found.evpi, found.warnings) == (1.0, pytest.approx(0), ())
    loss = return_on_investment(**{**REFERENCE, "uplift": Normal(-0.4)})
    assert loss.roi.p90 == pytest.approx(-2.6) and loss.p_roi_positive == 0


@few
@given(st.floats(-1, 1), st.floats(0.01, 1), st.floats(0, 1), st.floats(1, 100))
def test_quantiles_are_in_order_and_evpi_is_worth_something(mean, sd, p_launch, cost):
    found = return_on_investment(
        uplift=Normal(mean, sd), slope=Normal(-2), value_per_point=Normal(30), p_launch=p_launch,
        attribution=0.5, cost=cost,
    )  # fmt: skip
    assert found.roi.p10 <= found.roi.p50 <= found.roi.p90
    assert found.evpi >= 0 and 0 <= found.p_roi_positive <= p_launch
    assert found.net.mean == pytest.approx(found.value.mean - cost)
    assert found.roi.mean == pytest.approx(found.net.mean / cost)


def test_independent_factors_multiply_in_the_mean():
    money = Between(800_000, 1_500_000)
    found = return_on_investment(
        **{**REFERENCE, "slope": Normal(0.8, 0.3), "value_per_point": money, "p_launch": 0.5},
        rng=np.random.default_rng(2),
    )
    assert found.value.mean == pytest.approx(0.4 * 0.8 * money.mean * 0.5 * 0.6, rel=0.02)
    again = return_on_investment(
        **{**REFERENCE, "slope": Normal(0.8, 0.3), "value_per_point": money, "p_launch": 0.5},
        rng=np.random.default_rng(2),
    )
    assert again == found and found.as_dict()["parameters"]["p_launch"] == 0.5


def test_between_is_lognormal_with_its_ends_as_asked():
    money = Between(10_000, 200_000)
    assert (money.sigma, money.mean) == pytest.approx((0.91064, 67_700), rel=1e-4)
    drawn = money.drawn(np.random.default_rng(3), 200_000)
    assert np.mean((drawn > 10_000) & (drawn < 200_000)) == pytest.approx(0.9, abs=0.005)
    assert drawn.mean() == pytest.approx(money.mean, rel=0.02)


def test_shrinking_an_experiment_of_the_reference():
    found = shrink_normal(Normal(0.8, 0.3), Normal(0.2, 0.3))
    assert (found.mean, found.sd) == pytest.approx((0.5, 0.2121), abs=5e-5)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: Normal(0, -1), "no normal quantity"),
        (lambda: Normal(math.nan), "no normal quantity"),
        (lambda: Between(2, 1), "need 0 < low < high"),
        (lambda: Between(1, 2, share=1), "share must lie"),
        (lambda: effective_labels(10, 0.4), "accuracy in"),
        (lambda: cost_per_effective_label(-1, 0.9), "must not be negative"),
        (lambda: shrink_normal(Normal(1), Normal(1, 1)), "observed.sd must be"),
        (
            lambda: cost_per_accepted_label(
                1, 1, checked_share=0, check_cost_ratio=0, acceptance=0
            ),
            "acceptance must be above zero",
        ),
        (lambda: return_on_investment(**{**REFERENCE, "cost": 0}), "cost must be"),
        (lambda: return_on_investment(**{**REFERENCE, "p_launch": 2}), "p_launch must lie"),
        (lambda: return_on_investment(**{**REFERENCE, "slope": Normal(1, 1)}), "pass an rng"),
        (
            lambda: return_on_investment(
                **{**REFERENCE, "value_per_point": Between(1, 2)},
                rng=np.random.default_rng(1), draws=10,
            ),
            "draws must be at least 1000",
        ),
    ],
)  # fmt: skip
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
