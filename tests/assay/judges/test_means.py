"""A mean from few human labels and many grades."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from assay import TooLittle
from assay.intervals import mean_interval, wilson
from assay.judges import greg, human_only, ppi, ppi_plus, rate
from tests.assay import few
from tests.assay.judges import covered, dl23, planted

Y, F = ([int(digit) for digit in digits] for digits in ("1011010011", "1010011011"))
REST = [1] * 14 + [0] * 6
labels = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=20)
others = st.lists(st.integers(0, 3), min_size=1, max_size=30)


def three(found):
    return (found.value, found.low, found.high)


def drawn(rng, human, judge, n):
    order = rng.permutation(len(human))
    return human[order[:n]], judge[order[:n]], judge[order[n:]]


def test_prediction_powered_means_of_the_small_reference():
    told = {0: (0.6, 0.296364, 0.903636), 1: (0.7, 0.357707, 1.042293)}
    for weight, numbers in told.items():
        found = ppi(Y, F, REST, weight=weight, fewest=10)
        assert three(found) == pytest.approx(numbers, abs=5e-7)
    tuned = ppi_plus(Y, F, REST, fewest=10)
    assert tuned.diagnostics["weight"] == pytest.approx(0.4060)
    assert three(tuned) == pytest.approx((0.6406, 0.375325, 0.905875), abs=5e-7)


def test_prediction_powered_mean_of_the_second_reference():
    """Its variances have divisor n − 1, ours n as in ppi_py: the rest of the sum is the same."""
    judge, human = (
        (0.9, 0.8, 0.7, 0.6, 0.5, 0.95, 0.85, 0.75),
        (0.8, 0.7, 0.7, 0.5, 0.4, 0.9, 0.7, 0.7),
    )
    far = np.sqrt(0.02)
    found = ppi(human, judge, [0.74 - far, 0.74 + far] * 500, fewest=8)
    assert found.value == pytest.approx(0.65875)
    from_judge = 0.02 / 1000
    from_human = (found.diagnostics["standard_error"] ** 2 - from_judge) * 8 / 7
    assert np.sqrt(from_judge + from_human) == pytest.approx(0.016801, abs=5e-7)


def test_means_of_a_real_judge_are_those_of_the_reference():
    human, judge = (1.0 * (grades >= 2) for grades in dl23())
    sample = human[:200], judge[:200], judge[200:]
    assert human_only(sample[0]).value == pytest.approx(0.29)
    told = (0.330596, 0.260717, 0.400474)
    assert three(ppi(*sample)) == pytest.approx(told, abs=5e-7)
    assert three(ppi_plus(*sample)) == pytest.approx((0.301175, 0.240513, 0.361837), abs=5e-7)
    found = greg(*sample)
    assert found.value == pytest.approx(0.303332, abs=5e-7)
    assert found.diagnostics["standard_error"] == pytest.approx(0.030301, abs=5e-7)
    assert covered(found, 0.267918) and human.mean() == pytest.approx(0.267918, abs=5e-7)


@few
@given(labels, others)
def test_regression_on_the_judge_is_the_line_read_at_the_judges_mean(pairs, rest):
    y, f = np.array(pairs, dtype=float).T
    found = greg(y, f, rest, fewest=4)
    if not np.ptp(f):
        assert found.value == pytest.approx(y.mean()) and "does not help" in found.warnings[-1]
        return
    line = sm.OLS(y, sm.add_constant(f)).fit()
    told = line.params @ [1, np.concatenate([f, rest]).mean()]
    assert found.value == pytest.approx(told)
    variance = (1 - len(y) / (len(y) + len(rest))) * line.mse_resid / len(y)
    assert found.diagnostics["standard_error"] ** 2 == pytest.approx(variance, abs=1e-12)


@few
@given(labels, others, st.floats(-5, 5), st.floats(0.1, 9))
def test_the_judges_scale_does_not_matter_to_regression(pairs, rest, shift, factor):
    y, f = np.array(pairs, dtype=float).T
    found = greg(y, f, rest, fewest=4)
    moved = greg(y, f * factor + shift, np.array(rest) * factor + shift, fewest=4)
    assert three(moved) == pytest.approx(three(found), abs=1e-7)


@few
@given(labels, others)
def test_a_judge_without_weight_leaves_the_humans_alone(pairs, rest):
    y, f = np.array(pairs, dtype=float).T
    found, alone = ppi(y, f, rest, weight=0, fewest=4), human_only(y, fewest=4)
    assert found.value == pytest.approx(alone.value)
    spread = alone.diagnostics["standard_error"] * np.sqrt((len(y) - 1) / len(y))
    assert found.diagnostics["standard_error"] == pytest.approx(spread)


def test_grades_that_differ_by_rounding_only_are_one_grade():
    found = greg(Y * 20, [0.3, 0.1 + 0.2] * 100, [0.3] * 500)
    assert found.value == pytest.approx(0.6) and "does not help" in found.warnings[0]


@few
@given(labels, others)
def test_a_perfect_judge_leaves_no_doubt_about_these_items(pairs, rest):
    y = np.array(pairs, dtype=float)[:, 0]
    if not np.ptp(y):
        return
    found = greg(y, y, rest, fewest=4)
    assert found.value == pytest.approx(np.concatenate([y, rest]).mean())
    assert found.diagnostics["standard_error"] == pytest.approx(0, abs=1e-7)
    beyond = greg(y, y, rest, target="population", fewest=4)
    told = y.var(ddof=1) / (len(y) + len(rest))
    assert beyond.diagnostics["standard_error"] ** 2 == pytest.approx(told)


def test_humans_alone_give_the_t_interval_and_a_census_gives_certainty():
    y = [0, 1, 2, 3, 1] * 12
    assert three(human_only(y)) == pytest.approx(three(mean_interval(y)))
    assert human_only(y, population=60).diagnostics["standard_error"] == 0
    assert greg(y, y[::-1], []).diagnostics["standard_error"] == 0


def test_wilson_with_a_useless_judge_is_wilson():
    y = [1] * 6 + [0] * 54
    found = rate(y, [1] * 60, [1] * 1_000_000)
    assert three(found) == pytest.approx(three(wilson(6, 60)), abs=0.003)
    none = rate([0] * 60, [0, 1] * 30, [0] * 500)
    assert none.value == 0 and none.low == 0 and none.high == pytest.approx(wilson(0, 60).high)


def test_effective_labels_of_a_rate_stay_within_bounds():
    y = ([1] * 6 + [0] * 54) * 2
    found = rate(y, y, [0] * 500)
    assert found.diagnostics["effective_n"] == 4 * 120
    assert 0 <= found.low < found.value < found.high <= 1


@pytest.mark.slow
def test_intervals_of_means_cover_and_the_judge_shortens_them():
    rng, held, width = np.random.default_rng(11), np.zeros(4), np.zeros(4)
    human, judge = planted(rng)
    for _ in range(2000):
        y, f, rest = drawn(rng, human, judge, 200)
        told = (
            human_only(y, population=4000),
            greg(y, f, rest),
            ppi(y, f, rest),
            ppi_plus(y, f, rest),
        )
        held += [covered(found, human.mean()) for found in told]
        width += [found.high - found.low for found in told]
    assert np.all((held / 2000 >= 0.93) & (held / 2000 <= 0.97)), held / 2000
    saved = 1 - (width[1] / width[0]) ** 2
    assert saved == pytest.approx(np.corrcoef(human, judge)[0, 1] ** 2, abs=0.03)


@pytest.mark.slow
def test_interval_for_the_population_covers_what_the_items_were_drawn_from():
    rng, held, narrow = np.random.default_rng(12), 0, 0
    for _ in range(2000):
        shared = rng.normal(size=400)
        human, judge = shared + rng.normal(size=400), shared + rng.normal(size=400)
        sample = human[:200], judge[:200], judge[200:]
        held += covered(greg(*sample, target="population"), 0)
        narrow += covered(greg(*sample), 0)
    assert 0.93 <= held / 2000 <= 0.97
    assert narrow / 2000 < 0.9


@pytest.mark.slow
@pytest.mark.parametrize("n", [50, 100, 200])
def test_wilson_interval_of_rare_positives_covers(n):
    rng, held = np.random.default_rng(n), 0
    human, judge = planted(rng, cuts=(0.55, 0.8, 0.915))
    positive = 1.0 * (human == 3)
    for _ in range(2000):
        held += covered(rate(*drawn(rng, positive, judge, n)), positive.mean())
    assert 0.925 <= held / 2000 <= 0.975, held / 2000


@pytest.mark.slow
def test_a_real_judge_saves_what_was_measured_and_the_interval_covers():
    human, judge = dl23()
    rng, found = np.random.default_rng(13), []
    relevant = 1.0 * (human >= 2)
    for _ in range(1000):
        sample = drawn(rng, relevant, judge, 200)
        found.append((greg(*sample), human_only(sample[0], population=len(human))))
    told, alone = ([pair[each] for pair in found] for each in (0, 1))
    assert np.mean([covered(one, relevant.mean()) for one in told]) == pytest.approx(0.95, abs=0.02)
    half = np.mean([one.high - one.value for one in told])
    assert half == pytest.approx(0.0535, abs=0.002)
    saved = 1 - (half / np.mean([one.high - one.value for one in alone])) ** 2
    assert saved == pytest.approx(0.23, abs=0.04)


def test_few_labels_give_no_interval_and_some_labels_a_warning():
    assert greg(Y, F, REST) == TooLittle("an interval needs 50 human labels", 10)
    for found in (human_only(Y), ppi(Y, F, REST), ppi_plus(Y, F, REST), rate(Y, F, REST)):
        assert isinstance(found, TooLittle)
    assert "without a human label" in ppi(Y * 5, F * 5, []).reason
    assert "prefer rate or post_stratified" in greg(Y * 6, F * 6, REST).warnings[0]
    assert not greg(Y * 20, F * 20, REST).warnings


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: greg(Y, F[1:], REST), "lengths differ: human has 10, judge has 9"),
        (lambda: greg(Y, [np.nan, *F[1:]], REST), "judge has no grade for 1 items"),
        (lambda: greg(Y, F, [np.nan, np.nan]), "unlabelled has no grade for 2 items"),
        (lambda: greg([np.nan, *Y[1:]], F, REST), "human must hold finite numbers"),
        (lambda: greg(Y, F, REST, fewest=2), "fewest must be at least 3, not 2"),
        (lambda: greg(Y, F, REST, target="all"), "target must be"),
        (lambda: greg(Y, F, REST, level=1), "level must lie"),
        (lambda: rate([2, *Y[1:]], F, REST), "human must hold 0 and 1 only"),
        (lambda: ppi(Y, F, REST, weight=np.inf), "weight must be finite"),
        (
            lambda: human_only(Y * 6, population=59),
            "population 59 is smaller than the sample of 60",
        ),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
