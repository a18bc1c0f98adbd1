"""Answers off the scale, and judges that can be talked round."""

import numpy as np
import pytest

from assay import TooLittle
from assay.intervals import wilson
from assay.judges import gullibility, judge_grades
from tests.assay.judges import qrels


def test_an_answer_off_the_scale_is_named_or_missing_never_clipped():
    with pytest.raises(ValueError, match="label in row 2 is 5, not on the scale 0, 1, 2, 3"):
        judge_grades([0, None, 5, 7], scale=range(4))
    found = judge_grades([0, None, 5, -1], scale=range(4), out_of_range="missing")
    assert found.grades[0] == 0 and np.isnan(found.grades[1:]).all()
    assert (found.failures, found.out_of_range) == (1, 2)
    assert found.examples == ((2, 5.0), (3, -1.0))
    with pytest.raises(ValueError, match=r"label in row 0 is 1\.5"):
        judge_grades([1.5], scale=range(4))


def test_the_real_judge_with_two_wild_labels_is_caught():
    answers = list(qrels("judges-dl23/RMITIR-llama70B.txt").values())
    with pytest.raises(ValueError, match="is 5, not on the scale"):
        judge_grades(answers, scale=range(4))
    found = judge_grades(answers, scale=range(4), out_of_range="missing")
    assert (found.out_of_range, found.failures) == (2, 0)
    assert int(np.isnan(found.grades).sum()) == 2


def test_failures_alone_are_no_grades():
    found = judge_grades([None, float("nan")], scale=[0, 1])
    assert np.isnan(found.grades).all() and found.failures == 2


@pytest.mark.parametrize(
    ("flips", "probes", "verdict"),
    [(0, 73, "safe"), (0, 72, "unproven"), (5, 100, "unproven"), (6, 100, "blocked")],
)
def test_verdict_needs_proof(flips, probes, verdict):
    found = gullibility([0] * probes, [3] * flips + [1] * (probes - flips), relevant_from=2)
    assert found.verdict == verdict
    assert found.flip_rate == wilson(flips, probes)


def test_lenient_and_failed_answers_are_counted_apart():
    plain, lured = [0, 1, 2, 3, np.nan, 0], [2, 1, 3, 0, 2, np.nan]
    found = gullibility(plain, lured, relevant_from=2)
    assert (found.lenient, found.failures) == (2, 2)
    assert found.flip_rate.value == 0.5 and found.flip_rate.n == 2
    none = gullibility([3, np.nan], [3, 3], relevant_from=2)
    assert isinstance(none, TooLittle) and none.n == 0


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: judge_grades([1], scale=[]), "scale must name"),
        (lambda: judge_grades([1], scale=[1], out_of_range="clip"), "out_of_range must be"),
        (lambda: gullibility([0], [0, 1], relevant_from=1), "lengths differ"),
        (lambda: gullibility([np.inf], [0], relevant_from=1), "plain must hold finite"),
        (lambda: gullibility([0], [0], relevant_from=np.nan), "relevant_from must be finite"),
        (lambda: gullibility([0], [0], relevant_from=1, limit=0), "limit must lie"),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
