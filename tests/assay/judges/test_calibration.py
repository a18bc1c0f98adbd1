"""What a judge's grade stands for."""

import numpy as np
import pytest

from assay import TooLittle
from assay.intervals import mean_interval
from assay.judges import calibrate, calibrated, cross_fitted
from tests.assay.judges import dl23


def test_grades_are_shrunk_towards_the_mean_of_all():
    y, f = np.array([0, 0, 1, 1, 2, 3] * 10), np.array([0, 0, 0, 1, 1, 1] * 10)
    found = calibrate(y, f)
    overall = y.mean()
    assert found.mean == pytest.approx([(10 + 2 * overall) / 32, (60 + 2 * overall) / 32])
    told = mean_interval(y[f == 0])
    assert (found.low[0], found.high[0]) == pytest.approx((told.low, told.high))
    assert found.labels.tolist() == [30, 30] and found.overall == overall and not found.warnings


def test_a_failure_is_a_grade_of_its_own_and_thin_grades_are_told():
    y, f = [0, 3] * 30 + [1, 1, 2], [0, 3] * 30 + [np.nan, np.nan, 2]
    found = calibrate(y, f)
    assert found.grades[:3].tolist() == [0, 2, 3] and np.isnan(found.grades[3])
    assert np.isnan(found.low[1]) and not np.isnan(found.low[3])
    assert found.warnings == ("2 grades rest on fewer than ten labels",)
    values = calibrated([np.nan, 1, 3], found)
    assert values.tolist() == [found.mean[3], found.overall, found.mean[2]]


def test_unequal_chances_are_weighed_back():
    """Half of grade 1 is positive, but positives were drawn three times as often."""
    y, f = [1] * 75 + [0] * 25, [1] * 100
    found = calibrate(y, f, chances=[0.3] * 75 + [0.1] * 25)
    assert (found.overall, found.mean[0]) == pytest.approx((0.5, 0.5))
    assert found.low[0] < 0.5 < found.high[0]


def test_a_real_judge_is_not_on_the_human_scale():
    human, judge = dl23("RMITIR-llama70B")
    keep = judge <= 3
    found = calibrate(human[keep], judge[keep])
    assert (np.diff(found.mean) > 0).all()
    assert found.mean[3] < 2, "its highest grade stands for under 2"


def test_no_query_is_calibrated_by_its_own_labels():
    rng = np.random.default_rng(71)
    human, judge = rng.integers(0, 4, 40).astype(float), rng.integers(0, 4, 40)
    queries = np.arange(10).repeat(4).tolist()
    found = cross_fitted(human, judge, np.full(40, 0.5), queries)
    human[:4] = 99
    moved = cross_fitted(human, judge, np.full(40, 0.5), queries)
    own_fold = np.isin(queries, (0, 4, 8))
    assert moved[own_fold].tolist() == found[own_fold].tolist()
    assert (moved[~own_fold] > found[~own_fold]).all()


def test_a_fold_with_all_the_labels_gets_nothing_from_itself():
    found = cross_fitted([1, np.nan], [0, 0], [0.5, 0.5], "ab", folds=2)
    assert found.tolist() == [0, 1]


def test_few_labels_make_no_calibration():
    assert calibrate([1, 2], [0, 1]) == TooLittle("an interval needs 50 human labels", 2)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: calibrate([1, 2], [0]), "lengths differ"),
        (lambda: calibrate([1, np.nan], [0, 1]), "human must hold finite numbers"),
        (lambda: calibrate([1, 2], [0, 1], chances=[0, 1]), "chances of labelled items"),
        (lambda: calibrate([1, 2], [0, 1], level=0), "level must lie"),
        (lambda: cross_fitted([1, 2], [0, 1], [1, 1], "ab", folds=1), "folds must be"),
        (lambda: cross_fitted([1, 2], [0, 1], [0, 1], "ab"), "chances of labelled items"),
        (lambda: cross_fitted([1, 2], [0, 1], [1, 1], "abc"), "lengths differ"),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
