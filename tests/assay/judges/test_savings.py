"""What a judge saves, before it is paid for."""

import numpy as np
import pytest
from scipy import stats

from assay import TooLittle
from assay.judges import greg, human_only, labels_needed, predicted_saving
from assay.sizing import proportion_sample_size
from tests.assay.judges import covered, dl23, planted


def test_saving_is_the_squared_correlation_and_the_hurdle_of_a_fixed_weight():
    human, judge = dl23()
    found = predicted_saving(human, judge)
    assert found.diagnostics["correlation"] == pytest.approx(0.515, abs=5e-4)
    assert found.value == pytest.approx(stats.pearsonr(human, judge).statistic ** 2)
    assert found.value < 0.3, "the best judge saves under a third of the labels"


def test_a_fixed_weight_helps_exactly_above_the_hurdle():
    rng = np.random.default_rng(31)
    for strength in (0.2, 0.4, 0.6, 0.8):
        y = rng.normal(size=5000)
        f = strength * y + np.sqrt(1 - strength**2) * rng.normal(size=5000)
        found = predicted_saving(y, f)
        helps = (y - f).var() < y.var()
        rho, hurdle = (found.diagnostics[k] for k in ("correlation", "needed_for_fixed_weight"))
        assert helps == (rho > hurdle)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.5, 0.75])
def test_interval_of_the_saving_covers(correlation):
    rng, held = np.random.default_rng(32), 0
    human, judge = planted(rng, size=20_000, correlation=correlation)
    truth = np.corrcoef(human, judge)[0, 1] ** 2
    for _ in range(2000):
        rows = rng.choice(20_000, 150, replace=False)
        held += covered(predicted_saving(human[rows], judge[rows]), truth)
    assert 0.93 <= held / 2000 <= 0.97, held / 2000


def test_a_saving_that_may_be_nothing_starts_at_nothing():
    rng = np.random.default_rng(33)
    found = predicted_saving(rng.integers(0, 2, 80), rng.integers(0, 4, 80))
    assert found.low == 0 < found.high
    perfect = predicted_saving([0, 1, 2] * 20, [1, 2, 3] * 20)
    assert (perfect.low, perfect.value, perfect.high) == pytest.approx((1, 1, 1))
    assert "wrong way round" in predicted_saving([0, 1, 2] * 20, [3, 2, 1] * 20).warnings[0]


def test_labels_needed_without_a_judge_are_those_of_a_plain_sample():
    told = proportion_sample_size(0.03, p=0.3)
    found = labels_needed(0.03, sd=np.sqrt(0.21), correlation=0)
    assert found.n == found.parameters["human_only"] == told.n
    assert labels_needed(0.2, sd=0.5, correlation=0.9).n == 50
    assert labels_needed(0.2, sd=0.5, correlation=0.9, population=40).n == 40


def test_labels_needed_give_the_width_that_was_asked():
    rng = np.random.default_rng(34)
    human, judge = planted(rng)
    pilot = predicted_saving(human, judge).diagnostics
    need = labels_needed(0.08, sd=pilot["sd"], correlation=pilot["correlation"], population=4000)
    half = []
    for _ in range(100):
        rows = rng.permutation(4000)
        labelled, rest = rows[: need.n], rows[need.n :]
        found = greg(human[labelled], judge[labelled], judge[rest])
        half.append(found.high - found.value)
    assert np.mean(half) == pytest.approx(0.08, abs=0.002)
    alone = human_only(
        human[rng.permutation(4000)[: need.parameters["human_only"]]], population=4000
    )
    assert alone.high - alone.value == pytest.approx(0.08, abs=0.006)


def test_a_pilot_can_be_too_small_or_say_nothing():
    told = TooLittle("an interval needs 50 human labels", 3)
    assert predicted_saving([0, 1, 2], [0, 1, 1]) == told
    assert "one value only" in predicted_saving([1] * 60, [0, 1] * 30).reason


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: predicted_saving([0, 1], [0]), "lengths differ"),
        (lambda: predicted_saving([0, 1], [0, np.nan]), "judge has no grade for 1 items"),
        (lambda: labels_needed(0, sd=1, correlation=0.5), "half_width must be"),
        (lambda: labels_needed(0.1, sd=0, correlation=0.5), "sd must be"),
        (lambda: labels_needed(0.1, sd=1, correlation=1.5), "correlation must lie"),
        (lambda: labels_needed(0.1, sd=1, correlation=0.5, population=0), "population must be"),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
