"""The judge's grades as strata."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import TooLittle
from assay.judges import human_only, labels_by_grade, post_stratified, stratified_by_grade
from assay.sampling import stratified_draw, stratified_mean
from tests.assay import few
from tests.assay.judges import covered, dl23, planted

ESTIMATORS = (post_stratified, stratified_by_grade)


def planned(rng, human, judge, n):
    allocation = labels_by_grade(judge, n)
    rows = stratified_draw(judge.astype(float).tolist(), allocation, rng=rng).indices
    return human[rows], judge[rows], np.delete(judge, rows)


def by_chance(rng, human, judge, n):
    order = rng.permutation(len(human))
    return human[order[:n]], judge[order[:n]], judge[order[n:]]


def test_post_stratified_share_of_a_real_judge_is_that_of_the_reference():
    human, judge = dl23()
    found = post_stratified(1.0 * (human[:200] >= 2), judge[:200], judge[200:])
    assert found.value == pytest.approx(0.291341, abs=5e-7)
    assert found.diagnostics["standard_error"] == pytest.approx(0.029422, abs=5e-7)


@few
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), max_size=30),
    st.lists(st.integers(0, 2), min_size=1, max_size=40),
)
def test_planned_strata_are_the_textbook_sum(pairs, rest):
    y, f = np.array([*pairs, *[(3, 0), (5, 0), (4, 1), (8, 1), (2, 2), (9, 2)]], dtype=float).T
    found = stratified_by_grade(y, f, rest, fewest=4)
    groups = [y[f == grade] for grade in range(3)]
    sizes = np.array([np.sum(np.concatenate([f, rest]) == grade) for grade in range(3)])
    told = stratified_mean(
        sizes / sizes.sum(), [group.mean() for group in groups],
        [group.std(ddof=1) for group in groups], [len(group) for group in groups],
        populations=sizes,
    )  # fmt: skip
    assert found.value == pytest.approx(told.value)
    assert found.diagnostics["standard_error"] == pytest.approx(told.diagnostics["standard_error"])
    if told.diagnostics["standard_error"] > 1e-9:
        assert (found.low, found.high) == pytest.approx((told.low, told.high))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_one_grade_for_all_is_no_stratification(estimator):
    y = [0, 1, 2, 3, 1] * 12
    found, told = estimator(y, [1] * 60, [1] * 540), human_only(y, population=600)
    assert (found.value, found.low, found.high) == pytest.approx((told.value, told.low, told.high))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_failure_is_a_stratum_and_never_a_grade(estimator):
    y, f = [0, 1] * 30 + [3, 2] * 30, [1] * 60 + [np.nan] * 60
    found = estimator(y, f, [1] * 540 + [np.nan] * 60)
    assert found.value == pytest.approx((600 * 0.5 + 120 * 2.5) / 720)
    assert found.diagnostics["strata"] == 2


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_thin_grades_join_their_neighbour(estimator):
    y, f = [0, 1] * 30 + [2, 3, 3], [0] * 60 + [2, 2, 3]
    found = estimator(y, f, [0] * 200 + [1] * 50 + [2] * 20 + [3] * 5 + [np.nan] * 7)
    assert found.diagnostics["strata"] == 2
    assert found.warnings == ("3 grades had too few labels and were merged",)
    low, high = 200 + 60, 50 + 20 + 5 + 7 + 3
    assert found.value == pytest.approx((low * 0.5 + high * 8 / 3) / (low + high))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_grade_without_a_positive_still_has_spread_when_labels_are_few(estimator):
    few_labels = estimator([0] * 60, [0, 1] * 30, [0, 1] * 300)
    assert few_labels.diagnostics["smoothed"] and few_labels.high > 0
    rare = estimator([0] * 281 + [1] * 19, [0, 1] * 150, [0, 1] * 300)
    assert rare.diagnostics["smoothed"]
    many = estimator([0, 1] * 100, [0, 1] * 100, [0, 1] * 300)
    assert not many.diagnostics["smoothed"] and many.high == many.value


@pytest.mark.slow
@pytest.mark.parametrize(
    ("draw", "estimator"), [(by_chance, ESTIMATORS[0]), (planned, ESTIMATORS[1])]
)
def test_intervals_of_graded_means_cover(draw, estimator):
    rng, held = np.random.default_rng(21), []
    human, judge = planted(rng)
    for _ in range(1000):
        held.append(covered(estimator(*draw(rng, human, judge, 200)), human.mean()))
    assert 0.93 <= np.mean(held) <= 0.97, np.mean(held)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("draw", "estimator"), [(by_chance, ESTIMATORS[0]), (planned, ESTIMATORS[1])]
)
@pytest.mark.parametrize("n", [50, 100, 200])
def test_smoothed_intervals_of_rare_shares_cover_at_least_what_they_say(draw, estimator, n):
    rng, held = np.random.default_rng(22), []
    human, judge = planted(rng, cuts=(0.55, 0.8, 0.915))
    positive = 1.0 * (human == 3)
    for _ in range(1000):
        held.append(covered(estimator(*draw(rng, positive, judge, n)), positive.mean()))
    assert 0.935 <= np.mean(held) <= 0.995, np.mean(held)


@pytest.mark.slow
def test_a_plan_by_grade_serves_a_real_judge_as_measured():
    human, judge = dl23()
    relevant, rng = 1.0 * (human >= 2), np.random.default_rng(23)
    found = [stratified_by_grade(*planned(rng, relevant, judge, 200)) for _ in range(1000)]
    held = np.mean([covered(one, relevant.mean()) for one in found])
    assert held == pytest.approx(0.948, abs=0.02)
    assert np.mean([one.high - one.value for one in found]) == pytest.approx(0.0534, abs=0.002)


def test_labels_go_by_grade_in_proportion_or_by_prior_spread():
    judge = [0] * 500 + [1] * 300 + [2] * 150 + [3] * 48 + [np.nan] * 2
    assert labels_by_grade(judge, 100) == {0: 49, 1: 29, 2: 15, 3: 5, None: 2}
    prior = {0: 0.25, 1: 0.45, 2: 0.5, 3: 0.45}
    spread = labels_by_grade(judge, 100, prior_sds=prior)
    assert sum(spread.values()) == 100 and spread[1] > spread[0] > spread[3]
    assert labels_by_grade([0, 0, 3], 3) == {0: 2, 3: 1}


def test_few_labels_give_no_interval():
    for estimator in ESTIMATORS:
        told = TooLittle("an interval needs 50 human labels", 4)
        assert estimator([0, 1, 1, 0], [0, 1, 1, 0], [0, 1]) == told


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: post_stratified([0, np.nan], [0, 1], [0]), "human must hold finite numbers"),
        (
            lambda: post_stratified([0, 1], [0, np.inf], [0]),
            "judge must hold finite numbers, or NaN",
        ),
        (lambda: stratified_by_grade([0, 1], [0], [0]), "lengths differ"),
        (lambda: stratified_by_grade([0, 1], [[0], [1]], [0]), "judge must be one-dimensional"),
        (lambda: labels_by_grade([0, 1], 3), "n must lie between 1 and 2, not 3"),
        (
            lambda: labels_by_grade([0, 1], 1, prior_sds={0: 0.5}),
            "no standard deviation for grade 1",
        ),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
