"""Charts of shares, and many charts at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from assay import TooLittle
from assay.charts import (
    any_false_alarm,
    laney_chart,
    laney_run_length,
    p_chart,
    p_chart_run_length,
    screen_charts,
)
from tests.assay import few


def test_limits_of_the_reference():
    chart = p_chart([8], [100], centre=0.08)
    assert (chart.lower[0], chart.upper[0]) == pytest.approx((0, 0.161388), abs=5e-7)
    assert p_chart([10], [200], centre=0.05).upper[0] == pytest.approx(0.09623, abs=5e-6)


def test_run_lengths_of_the_reference():
    found = p_chart_run_length(centre=0.08, checked=100)
    assert (found.mean, found.p_signal) == pytest.approx((415, 0.002409), rel=5e-4)
    doubled = p_chart_run_length(centre=0.05, checked=200, share=0.10)
    assert doubled.p_signal == pytest.approx(0.53, abs=0.005)
    assert any_false_alarm(60, 2 * stats.norm.sf(3)) == pytest.approx(0.15, abs=0.001)


@few
@given(st.floats(0.02, 0.98), st.integers(1, 400), st.floats(0.01, 0.99), st.floats(0.5, 4))
def test_the_run_length_is_that_of_the_charts_own_rule(centre, checked, share, width):
    counts = np.arange(checked + 1)
    chart = p_chart(counts, np.full(checked + 1, checked), centre=centre, width=width)
    chance = stats.binom.pmf(list(chart.signals), checked, share).sum()
    found = p_chart_run_length(centre=centre, checked=checked, share=share, width=width)
    assert found.p_signal == pytest.approx(chance, abs=1e-12)


def test_limits_follow_the_number_checked_and_points_beyond_them_signal():
    chart = p_chart([5, 40, 30, 0], [100, 400, 400, 1000], centre=0.05)
    assert chart.signals == (1, 3)
    assert chart.points == pytest.approx([0.05, 0.1, 0.075, 0.0])
    assert np.diff(chart.upper[[0, 1, 3]]).max() < 0 and chart.upper[1] == chart.upper[2]
    assert "outside p̄ ± 3" in chart.rule and chart.n == 4


def test_a_point_on_its_limit_is_inside():
    assert p_chart([10], [16], centre=0.25, width=3 * 1.1547005383792515).signals == ()
    assert p_chart([12], [16], centre=0.25, width=4.618802153517006).signals == ()
    assert p_chart([13], [16], centre=0.25, width=4.618802153517006).signals == (0,)


def test_p_values_are_exact_binomial():
    chart = p_chart([0, 8, 20], [100] * 3, centre=0.08)
    told = [
        2 * min(stats.binom.cdf(k, 100, 0.08), stats.binom.sf(k - 1, 100, 0.08)) for k in (0, 8, 20)
    ]
    assert chart.p_values == pytest.approx(np.minimum(told, 1))


def test_a_baseline_sets_the_limits_for_what_comes_after():
    defects = [10] * 20 + [30] * 5
    with_all = p_chart(defects, [200] * 25)
    with_first = p_chart(defects, [200] * 25, baseline=20)
    assert with_first.centre == 0.05 and with_all.centre == pytest.approx(0.07)
    assert with_first.signals == (20, 21, 22, 23, 24)


def test_too_short_or_faultless_a_baseline_gives_no_limits():
    assert p_chart([3] * 7, [100] * 7) == TooLittle("a baseline needs 8 periods", 7)
    assert isinstance(p_chart([0] * 30, [100] * 30), TooLittle)
    assert isinstance(laney_chart([3] * 7, [100] * 7, centre=0.03), TooLittle)
    assert laney_chart([30] * 9, [500] * 9) == TooLittle(
        "shares that never change show no spread", 9
    )


def test_doubts_are_said():
    rng = np.random.default_rng(2)
    few_periods = p_chart(rng.binomial(500, 0.05, 10), np.full(10, 500))
    assert few_periods.warnings == ("limits from 10 periods only",)
    rare = p_chart(rng.binomial(50, 0.05, 30), np.full(30, 50))
    assert "Bernoulli CUSUM" in rare.warnings[0]
    shares = rng.beta(50, 950, 30)
    overdispersed = p_chart(rng.binomial(5000, shares), np.full(30, 5000))
    assert "use laney_chart" in overdispersed.warnings[-1]
    assert overdispersed.diagnostics["dispersion"] > 3


def test_the_test_of_dispersion_is_pearsons():
    defects, checked = np.array([12, 30, 21, 18, 40, 25, 22, 27]), np.full(8, 400)
    told = stats.chi2_contingency([defects, checked - defects], correction=False)
    found = p_chart(defects, checked).diagnostics
    assert found["dispersion"] == pytest.approx(told.statistic / 7)
    assert found["p_dispersion"] == pytest.approx(told.pvalue)


def overdispersed(rng, periods, share=0.05, n=5000):
    truth = rng.beta(share * 1000, (1 - share) * 1000, periods)
    return rng.binomial(n, truth), np.full(periods, n)


def test_laneys_limits_hold_where_a_p_chart_cries_wolf():
    rng = np.random.default_rng(7)
    defects, checked = overdispersed(rng, 4000)
    chart = laney_chart(defects, checked)
    assert len(p_chart(defects, checked).signals) > 500
    assert len(chart.signals) < 40
    sigma_z = np.sqrt(1 + (5000 - 1) / 1001)
    assert chart.diagnostics["sigma_z"] == pytest.approx(sigma_z, rel=0.04)


def test_laneys_limits_are_the_p_charts_on_binomial_shares():
    rng = np.random.default_rng(8)
    defects = rng.binomial(2000, 0.1, 3000)
    chart = laney_chart(defects, np.full(3000, 2000))
    assert chart.diagnostics["sigma_z"] == pytest.approx(1, abs=0.04)


def test_laneys_spread_by_hand():
    defects = np.array([300, 420, 310, 400, 350, 290, 410, 360])
    centre = defects.sum() / 40_000
    z = (defects / 5000 - centre) / np.sqrt(centre * (1 - centre) / 5000)
    sigma_z = np.abs(np.diff(z)).mean() / 1.128379
    chart = laney_chart(defects, [5000] * 8)
    assert chart.diagnostics["sigma_z"] == pytest.approx(sigma_z, rel=1e-6)
    reach = 3 * sigma_z * np.sqrt(centre * (1 - centre) / 5000)
    assert chart.upper == pytest.approx([centre + reach] * 8)
    assert chart.p_values == pytest.approx(2 * stats.norm.sf(np.abs(z) / sigma_z))


def test_a_drift_stays_visible_to_laneys_chart():
    rng = np.random.default_rng(9)
    defects = rng.binomial(2000, np.linspace(0.04, 0.12, 60))
    assert len(laney_chart(defects, np.full(60, 2000)).signals) > 10


def test_laney_run_lengths_are_those_of_a_normal_chart():
    held = {"centre": 0.05, "checked": 5000, "sigma_z": 2.5}
    assert laney_run_length(**held).mean == pytest.approx(370.398, abs=0.001)
    rng, share = np.random.default_rng(10), 0.065
    spread = 2.5 * np.sqrt(share * (1 - share) / 5000)
    reach = 3 * 2.5 * np.sqrt(0.05 * 0.95 / 5000)
    seen = np.abs(rng.normal(share, spread, 200_000) - 0.05) > reach
    told = laney_run_length(share=share, **held)
    assert told.p_signal == pytest.approx(seen.mean(), abs=0.005)
    assert told.mean == pytest.approx(1 / told.p_signal)


@few
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.01, 0.3))
def test_screening_is_statsmodels(p_values, fdr):
    found = screen_charts(dict(enumerate(p_values)), fdr=fdr)
    flagged, adjusted, *_ = multipletests(p_values, alpha=fdr, method="fdr_bh")
    assert found.adjusted == pytest.approx(adjusted)
    if np.abs(adjusted - fdr).min() > 1e-9:
        assert set(found.flagged) == set(np.flatnonzero(flagged).tolist())


@pytest.mark.slow
def test_screening_many_charts_holds_the_share_of_false_flags():
    rng, false, found, weeks = np.random.default_rng(11), [], 0, 400
    truth = np.where(np.arange(60) < 6, 0.12, 0.05)
    quiet = 0
    for _ in range(weeks):
        defects = rng.binomial(300, truth)
        chart = p_chart(defects, np.full(60, 300), centre=0.05)
        flagged = screen_charts(dict(enumerate(chart.p_values))).flagged
        wrong = sum(name >= 6 for name in flagged)
        false.append(wrong / max(len(flagged), 1))
        found += len(flagged) - wrong
        none = p_chart(rng.binomial(300, 0.05, 60), np.full(60, 300), centre=0.05)
        quiet += not screen_charts(dict(enumerate(none.p_values))).flagged
    assert np.mean(false) < 0.06
    assert found > 0.6 * 6 * weeks
    assert quiet > 0.93 * weeks


def test_flags_come_with_the_strongest_first():
    found = screen_charts({"a": 0.01, "b": 0.9, "c": 0.001})
    assert found.flagged == ("c", "a") and found.names == ("a", "b", "c")
    assert screen_charts({}) == TooLittle("no charts", 0)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: p_chart([5], [4], centre=0.1), "defects must lie between 0 and checked, not 5"),
        (lambda: p_chart([0], [0], centre=0.1), "checked must be at least 1"),
        (lambda: p_chart([1, 2], [9], centre=0.1), "lengths differ"),
        (lambda: p_chart([1], [9], centre=0), "centre must lie"),
        (lambda: p_chart([1], [9], centre=0.1, width=0), "width must be"),
        (lambda: p_chart([1] * 9, [9] * 9, baseline=10), "baseline must lie between 1 and 9"),
        (lambda: p_chart_run_length(centre=0.1, checked=0), "checked must be at least 1"),
        (lambda: laney_run_length(centre=0.1, checked=9, sigma_z=0), "sigma_z must be"),
        (lambda: screen_charts({"a": 1.5}), "p_values must lie"),
        (lambda: screen_charts({"a": 0.5}, fdr=0), "fdr must lie"),
        (lambda: any_false_alarm(-1, 0.1), "charts must not be negative"),
    ],
)
def test_senseless_charts_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
