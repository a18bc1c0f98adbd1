"""Sample sizes against published and independent values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import TTestPower

from assay import TooLittle
from assay.sizing import (
    design_effect,
    paired_power,
    paired_topics,
    proportion_sample_size,
    win_rate_sample_size,
    zero_defect_size,
)
from tests.assay import few


@pytest.mark.parametrize(
    ("half_width", "options", "n"),
    [
        (0.03, {"p": 0.9}, 385),
        (0.05, {}, 385),
        (0.05, {"population": 2000}, 323),
        (0.03, {}, 1068),
        (0.01, {"p": 0.02}, 753),
        (0.05, {"design_effect": 2.0}, 769),
    ],
)
def test_proportions_of_the_reference(half_width, options, n):
    assert proportion_sample_size(half_width, **options).n == n


def test_a_population_is_never_exceeded():
    assert proportion_sample_size(0.001, population=50).n == 50


def test_design_effect_of_clusters():
    assert design_effect(1, 0.9) == 1
    assert design_effect(11, 0.2) == pytest.approx(3)


def test_zero_defects_of_the_reference():
    assert zero_defect_size(0.01).n == 299
    n = zero_defect_size(0.001).n
    assert 0.999**n <= 0.05 < 0.999 ** (n - 1) and n < 3000


@pytest.mark.parametrize(
    ("sd", "expected"),
    [
        (0.1, [787, 199, 90, 34]),
        (0.2, [3142, 787, 351, 128]),
        (0.3, [7066, 1768, 787, 285]),
    ],
)
def test_paired_topics_of_the_reference(sd, expected):
    assert [paired_topics(sd, d).n for d in (0.01, 0.02, 0.03, 0.05)] == expected


def test_paired_topics_at_another_power_and_in_sakais_form():
    assert paired_topics(0.20, 0.02, power=0.9).n == 1053
    assert paired_topics(0.30, 0.05, power=0.9).n == 381
    assert paired_topics((2 * 0.05) ** 0.5, 0.10).n == 81


@few
@given(st.integers(2, 400), st.floats(0.05, 2), st.floats(0.001, 0.2))
def test_power_is_statsmodels(n, effect, alpha):
    told = TTestPower().power(effect, n, alpha, alternative="two-sided")
    if told == told:  # NaN where the series behind it overflows
        assert paired_power(n, 1.0, effect, alpha=alpha) == pytest.approx(float(told), abs=1e-6)


def test_power_is_all_or_alpha_at_the_extremes():
    assert paired_power(50, 1, 1e-9) == pytest.approx(0.05)
    assert paired_power(1_000_000, 1, 0.01) == pytest.approx(1)
    assert paired_topics(1, 100).n == 2


def test_hopeless_differences_are_said():
    assert paired_topics(1, 0.001, most=1000) == TooLittle(
        "1000 queries do not reach a power of 0.8", 1000
    )


@pytest.mark.parametrize(("win_rate", "n"), [(0.52, 4904), (0.55, 783), (0.60, 194), (0.45, 783)])
def test_win_rates_of_the_reference(win_rate, n):
    assert win_rate_sample_size(win_rate).n == n


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: proportion_sample_size(0), "half_width must lie"),
        (lambda: proportion_sample_size(0.1, population=0), "population must be"),
        (lambda: proportion_sample_size(0.1, design_effect=0.5), "design_effect must be"),
        (lambda: design_effect(0.5, 0.1), "cluster_size must be"),
        (lambda: design_effect(5, 1.5), "correlation must lie"),
        (lambda: paired_power(1, 1, 1), "n must be at least 2"),
        (lambda: paired_topics(0, 1), "sd must be"),
        (lambda: win_rate_sample_size(0.5), "cannot be told"),
    ],
)
def test_senseless_questions_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
