"""Charts with memory: EWMA, CUSUM and Bernoulli CUSUM, and how long they run."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from assay.charts import (
    bernoulli_cusum,
    bernoulli_run_length,
    bernoulli_threshold,
    cusum_chart,
    cusum_run_length,
    cusum_threshold,
    ewma_chart,
    ewma_run_length,
    ewma_width,
    standard_scores,
)
from tests.assay import few

VALUES = st.lists(st.floats(-5, 5), min_size=1, max_size=50)


@pytest.mark.parametrize(
    ("weight", "width", "arl0", "arl1"),
    [(0.05, 2.615, 499.5, 11.38), (0.10, 2.814, 499.5, 10.33), (0.20, 2.962, 499.5, 10.54)],
)
def test_ewma_run_lengths_of_the_reference_have_constant_limits(weight, width, arl0, arl1):
    held = {"weight": weight, "width": width, "limits": "constant"}
    assert ewma_run_length(**held).mean == pytest.approx(arl0, abs=0.5)
    assert ewma_run_length(shift=1, **held).mean == pytest.approx(arl1, abs=0.005)
    assert ewma_run_length(shift=-1, **held).mean == pytest.approx(arl1, abs=0.005)


def test_an_ewma_of_weight_one_is_a_shewhart_chart():
    for limits in ("widening", "constant"):
        found = ewma_run_length(weight=1, width=3, shift=1, limits=limits).mean
        assert found == pytest.approx(1 / (stats.norm.sf(2) + stats.norm.sf(4)))


@few
@given(VALUES, st.floats(0.05, 1), st.sampled_from(["widening", "constant"]))
def test_an_ewma_is_its_own_formula(values, weight, limits):
    chart = ewma_chart(values, target=1.0, sd=2.0, weight=weight, width=2.5, limits=limits)
    t = len(values)
    weights = weight * (1 - weight) ** np.arange(t)[::-1]
    assert chart.points[-1] == pytest.approx(weights @ values + (1 - weight) ** t)
    spread = 2.0 * np.sqrt(weight / (2 - weight))
    if limits == "widening":
        spread = 2.0 * np.sqrt((weights**2).sum())
    assert chart.upper[-1] - 1.0 == pytest.approx(2.5 * spread)
    assert chart.p_values[-1] == pytest.approx(
        2 * stats.norm.sf(abs(chart.points[-1] - 1) / spread)
    )
    beyond = np.abs(chart.points - 1) > chart.upper - 1 + 1e-9
    assert set(np.flatnonzero(beyond)) <= set(chart.signals)


@pytest.mark.slow
def test_simulated_ewma_charts_run_as_long_as_computed():
    rng, runs = np.random.default_rng(21), 2000
    for shift in (0.0, 0.5):
        told = ewma_run_length(weight=0.1, width=2.2, shift=shift).mean
        lengths = []
        for _ in range(runs // 10):
            values = rng.normal(shift, 1, (10, int(15 * told)))
            for row in values:
                signals = ewma_chart(row, target=0, sd=1, weight=0.1, width=2.2).signals
                lengths.append(signals[0] + 1 if signals else len(row))
        error = np.std(lengths) / np.sqrt(runs)
        assert np.mean(lengths) == pytest.approx(told, abs=4 * error)


def test_widening_limits_find_an_early_change_sooner_at_the_price_of_false_alarms():
    for shift in (0.0, 1.0):
        early = ewma_run_length(weight=0.05, width=2.615, shift=shift).mean
        late = ewma_run_length(weight=0.05, width=2.615, shift=shift, limits="constant").mean
        assert early < late


def test_widths_give_the_run_length_asked_for():
    assert ewma_width(500, weight=0.2, limits="constant") == pytest.approx(2.962, abs=0.001)
    for limits in ("widening", "constant"):
        width = ewma_width(370, weight=0.2, limits=limits)
        assert ewma_run_length(weight=0.2, width=width, limits=limits).mean == pytest.approx(
            370, rel=1e-3
        )


@pytest.mark.parametrize(
    ("threshold", "arl0", "arl1"), [(4, 167.7, 8.38), (4.77, 368.5, 9.92), (5, 465.4, 10.38)]
)
def test_cusum_run_lengths_of_the_reference(threshold, arl0, arl1):
    assert cusum_run_length(threshold=threshold).mean == pytest.approx(arl0, abs=0.1)
    for shift in (1, -1):
        found = cusum_run_length(threshold=threshold, shift=shift).mean
        assert found == pytest.approx(arl1, abs=0.005)


@few
@given(VALUES, st.floats(0.1, 2))
def test_a_cusum_is_its_own_recursion(values, reference):
    chart = cusum_chart(values, target=0.5, sd=2, reference=reference, threshold=3)
    up = down = 0.0
    for t, value in enumerate(values):
        z = (value - 0.5) / 2
        up, down = max(0.0, up + z - reference), max(0.0, down - z - reference)
        assert (chart.up[t], chart.down[t]) == pytest.approx((up, down))
        assert (t in chart.signals) == (max(chart.up[t], chart.down[t]) >= 3)


@few
@given(VALUES)
def test_a_cusum_of_mirrored_values_is_mirrored(values):
    chart = cusum_chart(values, target=0, sd=1, threshold=2)
    mirrored = cusum_chart(-np.asarray(values), target=0, sd=1, threshold=2)
    assert chart.up.tolist() == mirrored.down.tolist()
    assert (chart.signals, chart.began) == (mirrored.signals, mirrored.began)


def test_a_leap_from_one_side_to_the_other_began_at_the_earlier_start():
    chart = cusum_chart([-2, -5, 3], target=0, sd=1, threshold=2)
    assert (chart.up[2], chart.down[2]) == (2.5, 2.5)
    assert (chart.signals, chart.began) == ((1, 2), (0, 0))


def test_a_cusum_says_where_the_change_began():
    rng = np.random.default_rng(22)
    starts = []
    for _ in range(300):
        values = np.concatenate((rng.normal(size=20), rng.normal(-1.5, 1, 60)))
        chart = cusum_chart(values, target=0, sd=1, reference=0.75, threshold=5)
        if chart.signals and chart.signals[0] >= 20:
            starts.append(chart.began[0])
    assert np.median(starts) == pytest.approx(20, abs=1) and len(starts) > 280


@pytest.mark.slow
def test_simulated_cusums_run_as_long_as_computed():
    rng, runs = np.random.default_rng(23), 1500
    for shift in (0.0, 0.7):
        told = cusum_run_length(threshold=3, shift=shift).mean
        lengths = []
        for _ in range(runs):
            values = rng.normal(shift, 1, int(15 * told))
            signals = cusum_chart(values, target=0, sd=1, threshold=3).signals
            lengths.append(signals[0] + 1 if signals else len(values))
        error = np.std(lengths) / np.sqrt(runs)
        assert np.mean(lengths) == pytest.approx(told, abs=4 * error)


@pytest.mark.parametrize("arl0", [50, 370.4, 5000])
def test_thresholds_give_the_run_length_asked_for(arl0):
    threshold = cusum_threshold(arl0, reference=0.4)
    found = cusum_run_length(reference=0.4, threshold=threshold).mean
    assert found == pytest.approx(arl0, rel=1e-5)


def test_a_bernoulli_cusum_of_the_reference():
    chart = bernoulli_cusum([0, 1, 0, 1, 1], p0=0.05, p1=0.15, threshold=3.5)
    assert chart.up == pytest.approx([0, 1.098612, 0.987387, 2.085999, 3.184611], abs=5e-7)
    assert chart.signals == () and chart.down.tolist() == [0] * 5
    assert bernoulli_cusum([0, 1, 0, 1, 1], p0=0.05, p1=0.15, threshold=3).signals == (4,)


@pytest.mark.parametrize(
    ("threshold", "arl0", "arl1"),
    [(2.5, 290.36, 28.634), (3.5, 912.29, 42.577), (4.5, 2684.4, 56.939)],
)
def test_bernoulli_run_lengths_are_exact(threshold, arl0, arl1):
    """Simulated references are 288/913/2772 and 29/43/56; 2772 is off, as the next test shows."""
    found = [
        bernoulli_run_length(p0=0.05, p1=0.15, threshold=threshold, share=share).mean
        for share in (0.05, 0.15)
    ]
    assert found == pytest.approx([arl0, arl1], rel=1e-4)


def simulated_lengths(rng, share, threshold, runs, p0=0.05, p1=0.15):
    rise, fall = np.log(p1 / p0), np.log((1 - p0) / (1 - p1))
    sums, lengths, alive, t = np.zeros(runs), np.zeros(runs), np.arange(runs), 0
    while len(alive):
        t += 1
        seen = rng.random(len(sums)) < share
        sums = np.maximum(0, sums + np.where(seen, rise, -fall))
        lengths[alive[sums >= threshold]] = t
        alive, sums = alive[sums < threshold], sums[sums < threshold]
    return lengths


@pytest.mark.slow
@pytest.mark.parametrize(
    ("threshold", "share"), [(2.5, 0.05), (4.5, 0.05), (4.5, 0.15), (3.5, 0.09), (3.5, 0.6)]
)
def test_simulated_bernoulli_cusums_run_as_long_as_computed(threshold, share):
    lengths = simulated_lengths(np.random.default_rng(24), share, threshold, 8000)
    told = bernoulli_run_length(p0=0.05, p1=0.15, threshold=threshold, share=share).mean
    assert lengths.mean() == pytest.approx(told, abs=4 * lengths.std() / np.sqrt(8000))


def test_a_bernoulli_cusum_that_signals_at_the_first_defect_waits_for_it():
    found = bernoulli_run_length(p0=0.01, p1=0.05, threshold=1.0, share=0.02)
    assert found.mean == pytest.approx(50)


def test_a_bernoulli_cusum_of_whole_steps_is_a_small_markov_chain():
    """p1 is chosen so that a defect weighs ten right labels: sums are 0, 1, 2, … of them."""
    p0, share, top = 0.05, 0.07, 26
    p1 = optimize.brentq(lambda p: np.log(p / p0) - 10 * np.log((1 - p0) / (1 - p)), 0.1, 0.5)
    chain = np.zeros((top, top))
    for held in range(top):
        chain[held, max(0, held - 1)] += 1 - share
        if held + 10 < top:
            chain[held, held + 10] += share
    told = np.linalg.solve(np.eye(top) - chain, np.ones(top))[0]
    for near in (top - 0.5, top):
        threshold = near * np.log((1 - p0) / (1 - p1))
        found = bernoulli_run_length(p0=p0, p1=p1, threshold=threshold, share=share)
        assert found.mean == pytest.approx(told, rel=1e-9)


def test_bernoulli_thresholds_are_the_lowest_that_do():
    held = {"p0": 0.05, "p1": 0.15}
    for arl0 in (50, 500, 3000):
        threshold = bernoulli_threshold(arl0, **held)
        at = [
            bernoulli_run_length(threshold=h, share=0.05, **held).mean
            for h in (threshold, threshold - 2e-4)
        ]
        assert at[0] >= arl0 > at[1]


def test_rare_defects_are_no_burden():
    found = bernoulli_run_length(p0=0.001, p1=0.002, threshold=5, share=0.001)
    assert found.mean == pytest.approx(588055, rel=1e-4)


def test_scores_are_distances_in_standard_deviations():
    assert standard_scores([1, 3], target=1, sd=2).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: ewma_chart([1, np.nan], target=0, sd=1), "values must hold finite"),
        (lambda: ewma_chart([1], target=0, sd=0), "sd must be"),
        (lambda: ewma_chart([1], target=np.inf, sd=1), "target must be a finite"),
        (lambda: ewma_chart([1], target=0, sd=1, weight=0), "weight must lie"),
        (lambda: ewma_chart([1], target=0, sd=1, limits="none"), "limits are"),
        (lambda: ewma_run_length(limits="none"), "limits are"),
        (lambda: ewma_run_length(shift=np.nan), "shift must be"),
        (lambda: ewma_width(1), "arl0 must be"),
        (lambda: cusum_chart([1], target=0, sd=1, reference=0), "reference must be"),
        (lambda: cusum_run_length(threshold=-1), "threshold must be"),
        (lambda: cusum_run_length(shift=np.inf), "shift must be"),
        (lambda: cusum_threshold(1), "arl0 must lie"),
        (lambda: bernoulli_cusum([0, 2], p0=0.1, p1=0.2, threshold=3), "0 or 1, not 2"),
        (lambda: bernoulli_cusum([0], p0=0.2, p1=0.1, threshold=3), "p0 0.2 must be below"),
        (lambda: bernoulli_run_length(p0=0.1, p1=0.2, threshold=0, share=0.1), "threshold must"),
        (lambda: bernoulli_threshold(5, p0=0.1, p1=0.2), "arl0 must lie"),
    ],
)
def test_senseless_charts_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
