"""Learning curves: the fit, its fan, and what is read off it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from assay.economics import (
    error_at,
    fit_learning_curve,
    hindcast,
    labels_needed_for,
    labels_worth_buying,
    marginal_value,
    optimal_labels,
)
from assay.results import TooLittle
from tests.assay import few

SIZES = 1000.0 * 2.0 ** np.arange(6)
REFERENCE = [0.351785, 0.304513, 0.266116, 0.234928, 0.209596, 0.189019]
FORMS = ["power", "power_offset", "exponential", "janoschek"]


def rng(seed=1):
    return np.random.default_rng(seed)


def reference(sizes):
    return 2 * np.asarray(sizes) ** -0.3 + 0.1


@pytest.fixture(scope="module")
def known():
    return fit_learning_curve(SIZES, reference(SIZES), sd=0.001, rng=rng())


def test_errors_of_the_reference(known):
    assert np.allclose(error_at(known, SIZES).value, REFERENCE, atol=5e-7)


def test_the_planted_curve_is_recovered(known):
    assert (known.scale, known.floor) == pytest.approx((2, 0.1), rel=1e-4)
    assert known.shape == pytest.approx((0.3,), rel=1e-4)
    assert known.identified and known.warnings == ()


def test_marginal_value_of_the_reference(known):
    assert marginal_value(known, [10_000]).value[0] == pytest.approx(3.7857e-6, rel=1e-4)
    worth = marginal_value(known, [10_000], value=2e6)
    assert worth.value[0] == pytest.approx(7.5714, rel=1e-4)
    assert worth.p10[0] < worth.value[0] < worth.p90[0]


def test_needed_labels_of_the_reference_and_their_fan():
    """Rounds of 1k to 8k with noise 0.003: P10 to P90 of 29.9k to 221k around 45,688, 3 % never.

    The upper end hangs on how the rounds are spaced and on c ≥ 0; the notes do not say.
    """
    rounds = 1000.0 * 2.0 ** np.arange(4)
    curve = fit_learning_curve(rounds, reference(rounds), sd=0.003, rng=rng(), draws=4000)
    found = labels_needed_for(curve, 0.18)
    assert found.n == pytest.approx(45_688, rel=1e-3)
    assert found.p10 == pytest.approx(29_900, rel=0.03)
    assert found.p90 == pytest.approx(221_000, rel=0.15)
    assert found.share_infinite == pytest.approx(0.03, abs=0.01)
    assert "4 rounds" in found.warnings[0] and "3% of the fan never" in found.warnings[1]
    assert "never" in str(found)


def test_labels_worth_buying_agree_with_the_closed_form(known):
    found = labels_worth_buying(known, value=2e6, price=0.25)
    closed = optimal_labels(scale=2, exponent=0.3, value=2e6, price=0.25)
    assert closed == pytest.approx(137_853, abs=0.5)
    assert found.n == pytest.approx(closed, rel=1e-3)
    assert found.p10 < closed < found.p90
    assert labels_worth_buying(known, value=1, price=10).n == 0


@pytest.mark.parametrize("form", FORMS)
def test_every_form_fits_what_it_made(form):
    planted = {
        "power": lambda n: 2 * n**-0.3, "power_offset": reference,
        "exponential": lambda n: 0.1 + 0.3 * np.exp(-n / 8000),
        "janoschek": lambda n: 0.1 + 0.6 * np.exp(-((n / 3000) ** 0.5)),
    }[form]  # fmt: skip
    sizes = 500.0 * 2.0 ** np.arange(8)
    curve = fit_learning_curve(sizes, planted(sizes), form=form, sd=0.001, rng=rng(), draws=100)
    assert np.allclose(curve.fitted, planted(sizes), atol=1e-5)
    target = planted(40_000.0)
    assert labels_needed_for(curve, target).n == pytest.approx(40_000, rel=0.01)
    step = 10.0
    slope = (planted(4000 - step) - planted(4000 + step)) / (2 * step)
    assert marginal_value(curve, [4000]).value[0] == pytest.approx(slope, rel=0.01)
    assert error_at(curve, [labels_worth_buying(curve, value=1, price=slope).n]).value[
        0
    ] == pytest.approx(planted(4000.0), rel=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_the_weighted_fit_is_that_of_scipy(seed):
    """Where the optimum is inside the bounds, and a local search finds it from the truth."""
    draw, sizes = rng(seed), 500.0 * 2.0 ** np.arange(8)
    sd = np.linspace(0.004, 0.001, 8)
    errors = reference(sizes) + sd * draw.standard_normal(8)
    curve = fit_learning_curve(sizes, errors, sd=sd, rng=draw, draws=100)
    best, _ = curve_fit(
        lambda n, a, b, c: a * n**-b + c, sizes, errors, p0=(2, 0.3, 0.1), sigma=sd,
        bounds=([0, 0, 0], np.inf),
    )  # fmt: skip
    assert (curve.scale, curve.shape[0], curve.floor) == pytest.approx(tuple(best), rel=5e-3)


@few
@given(st.integers(0, 10_000), st.sampled_from(FORMS))
def test_error_falls_and_need_rises_with_the_aim(seed, form):
    draw = rng(seed)
    errors = np.abs(reference(SIZES) + draw.normal(0, 0.01, 6))
    curve = fit_learning_curve(SIZES, errors, form=form, sd=0.01, rng=draw, draws=100)
    fan = error_at(curve, [500, 5000, 50_000, 500_000])
    for each in (fan.value, fan.p10, fan.p50, fan.p90):
        assert (np.diff(each) <= 1e-12).all() and (each >= 0).all()
    assert (fan.p10 <= fan.p50).all() and (fan.p50 <= fan.p90).all()
    hard, easy = (labels_needed_for(curve, aim) for aim in (0.15, 0.3))
    assert hard.n >= easy.n and hard.p50 >= easy.p50
    assert 0 <= hard.share_infinite <= 1 and hard.p10 <= hard.p50 <= hard.p90


@pytest.mark.slow
@pytest.mark.parametrize("sd", [0.003, None])
def test_the_fan_holds_the_truth_eight_times_in_ten(sd):
    draw, inside, expected = rng(4), [], []
    sizes = 1000.0 * 2.0 ** np.linspace(0, 4, 7)
    for _ in range(250):
        errors = reference(sizes) + draw.normal(0, 0.003, 7)
        curve = fit_learning_curve(sizes, errors, sd=sd, rng=draw, draws=300)
        need, fan = labels_needed_for(curve, 0.18), error_at(curve, [64_000])
        inside.append(need.p10 <= 45_688 <= need.p90)
        expected.append(fan.p10[0] <= reference(64_000) <= fan.p90[0])
    assert 0.74 <= np.mean(inside) <= 0.88
    assert 0.74 <= np.mean(expected) <= 0.88


def test_a_floor_above_the_target_is_never_reached(known):
    found = labels_needed_for(known, 0.05)
    assert found.n == np.inf and found.share_infinite == 1 and found.as_dict()["n"] is None
    assert found.warnings == ("100% of the fan never gets there",)
    with_margin = labels_needed_for(known, 0.2, margin=0.02)
    assert with_margin.n == pytest.approx(labels_needed_for(known, 0.18).n)


def test_rounds_without_a_fall_do_not_identify_a_curve():
    draw = rng(3)
    curve = fit_learning_curve(SIZES, 0.3 + draw.normal(0, 0.003, 6), sd=0.003, rng=draw)
    assert not curve.identified and "not identified" in curve.warnings[0]
    assert "not identified" in labels_needed_for(curve, 0.2).warnings[0]


def test_far_extrapolation_is_called_a_guess(known):
    assert "16 times the largest round" in error_at(known, [512_000]).warnings[0]
    assert error_at(known, [64_000]).warnings == ()


def test_few_rounds_are_too_little():
    few_rounds = fit_learning_curve(SIZES[:2], REFERENCE[:2], sd=0.01, rng=rng())
    assert isinstance(few_rounds, TooLittle) and "needs 3 rounds" in few_rounds.reason
    assert isinstance(fit_learning_curve(SIZES[:3], REFERENCE[:3], rng=rng()), TooLittle)
    assert isinstance(hindcast(SIZES[:3], REFERENCE[:3], rng=rng()), TooLittle)
    again = fit_learning_curve([1000] * 6, REFERENCE, sd=0.01, rng=rng())
    assert isinstance(again, TooLittle)


def test_the_order_of_the_rounds_and_the_seed_decide_nothing_else():
    turned = fit_learning_curve(SIZES[::-1], REFERENCE[::-1], sd=0.01, rng=rng())
    curve = fit_learning_curve(SIZES, REFERENCE, sd=0.01, rng=rng())
    assert (turned.fan == curve.fan).all() and turned.scale == curve.scale
    assert (curve.sizes == SIZES).all()


def test_hindcast_finds_a_form_that_promises_too_much():
    """A power law without a floor goes on falling where the truth levels out."""
    sizes = 1000.0 * 2.0 ** np.arange(9)
    errors = 3 * sizes**-0.5 + 0.1
    blind = hindcast(sizes, errors, form="power", sd=0.002, rng=rng())
    assert blind.bias > 0.01 and blind.inside.mean() < 0.3
    right = hindcast(sizes, errors, sd=0.002, rng=rng())
    assert abs(right.bias) < 0.001 and right.inside.all()
    assert right.n == 5 + 4 + 3 + 2 + 1 + 6 and right.rounds.min() == 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"sizes": [0, *SIZES[1:]]}, "sizes must be above zero"),
        ({"errors": [-0.1, *REFERENCE[1:]]}, "errors must not be negative"),
        ({"errors": REFERENCE[:5]}, "lengths differ"),
        ({"sd": 0}, "sd must be above zero"),
        ({"form": "linear"}, "form must be one of power"),
        ({"draws": 10}, "draws must be at least 100"),
    ],
)
def test_senseless_rounds_are_refused(change, told):
    given = {"sizes": SIZES, "errors": REFERENCE, "sd": 0.01, **change}
    with pytest.raises(ValueError, match=told):
        fit_learning_curve(given.pop("sizes"), given.pop("errors"), rng=rng(), **given)


def test_senseless_questions_are_refused(known):
    with pytest.raises(ValueError, match="target − margin"):
        labels_needed_for(known, 0.1, margin=0.1)
    with pytest.raises(ValueError, match="sizes must be above zero"):
        error_at(known, [0])
    with pytest.raises(ValueError, match="price must be"):
        labels_worth_buying(known, value=1, price=0)
