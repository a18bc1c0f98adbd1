"""Raters too quick for the pool, and raters grown too quick for themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay import TooLittle
from assay.gold import fast_raters, time_collapse
from assay.gold.speed import _quicker
from tests.assay import few

PACE = np.array([0.0, 0.7, 1.5])
"""How much longer, in logs, each of three tasks takes."""


def timed(rng, raters=40, each=(25, 150), habits=None):
    """Raters, tasks and seconds of a pool that differs by rater and by task."""
    habit = rng.normal(0, 0.3, raters) if habits is None else habits
    rater = np.repeat(np.arange(len(habit)), rng.integers(*each, len(habit)))
    task = rng.integers(0, 3, len(rater))
    return rater, task, np.exp(3 + PACE[task] + habit[rater] + rng.normal(0, 0.6, len(rater)))


def test_a_planted_rusher_is_found_with_the_evidence():
    rng = np.random.default_rng(1)
    rater, task, seconds = timed(rng)
    seconds[rater == 7] /= 6
    found = fast_raters(rater, seconds, tasks=task)
    assert np.flatnonzero(found.too_fast).tolist() == [7]
    assert found.ratio[7] < 0.35 and found.z[7] < -3.5
    assert found.share_quick[7] > 0.7 > 0.3 > found.pool_share_quick
    assert found.n.sum() == len(rater) and found.judged == 40


def test_who_serves_the_quick_task_is_not_too_fast():
    rng = np.random.default_rng(2)
    habits = np.r_[0, 0, 0, 0, rng.normal(0, 0.3, 36)]
    rater, task, seconds = timed(rng, habits=habits)
    keep = (rater != 3) | (task == 0)
    mixed = fast_raters(rater[keep], seconds[keep], tasks=task[keep])
    blind = fast_raters(rater[keep], seconds[keep])
    assert not mixed.too_fast[3] and abs(mixed.z[3]) < 1
    assert blind.z[3] < -2


def test_a_sure_but_small_difference_is_no_flag():
    rng = np.random.default_rng(3)
    habits = np.zeros(30)
    habits[4] = np.log(0.7)
    rater, task, seconds = timed(rng, each=(2000, 2001), habits=habits)
    found = fast_raters(rater, seconds, tasks=task)
    assert found.z[4] < -3.5 and not found.too_fast.any()
    assert fast_raters(rater, seconds, tasks=task, limit=0.8).too_fast[4]


def test_one_busy_rater_does_not_set_the_pace():
    rng = np.random.default_rng(4)
    habits = np.zeros(20)
    habits[0] = np.log(0.2)
    rater = np.repeat(np.arange(20), [5000] + [50] * 19)
    seconds = np.exp(3 + habits[rater] + rng.normal(0, 0.4, len(rater)))
    assert np.flatnonzero(fast_raters(rater, seconds).too_fast).tolist() == [0]


@few
@given(st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(unit):
    rater, task, seconds = timed(np.random.default_rng(5), raters=12)
    one, other = (fast_raters(rater, times, tasks=task) for times in (seconds, seconds * unit))
    assert other.z == pytest.approx(one.z) and other.ratio == pytest.approx(one.ratio)


def test_an_honest_pool_is_rarely_flagged():
    flags = 0
    for seed in range(25):
        rater, task, seconds = timed(np.random.default_rng(seed))
        flags += fast_raters(rater, seconds, tasks=task).too_fast.sum()
        collapses = time_collapse(rater, seconds, tasks=task, recent=12)
        flags += collapses.collapsed.sum()
    assert flags <= 5  # of 2,000 chances


def test_small_pools_and_few_answers_are_not_judged():
    rater, task, seconds = timed(np.random.default_rng(6), raters=12)
    assert fast_raters(rater[rater < 9], seconds[rater < 9]) == TooLittle(
        "fewer than 10 raters with 20 answers", 9
    )
    task = np.where((rater < 2) & (task == 0), 9, task)
    seconds[rater == 5] /= 100
    first = np.flatnonzero(rater == 5)[15:]
    found = fast_raters(*(np.delete(held, first) for held in (rater, seconds)),
                        tasks=np.delete(task, first))  # fmt: skip
    assert found.n[5] == 15 and np.isnan(found.z[5]) and not found.too_fast[5]
    assert "tasks of fewer than 5 raters" in found.warnings[0]


def test_raters_who_all_take_the_same_time_differ_by_nothing():
    found = fast_raters(np.repeat(np.arange(11), 20), np.r_[np.full(200, 30.0), np.full(20, 3.0)])
    assert found.z[:10].tolist() == [0.0] * 10
    assert found.z[10] == -np.inf and found.too_fast[10]


def test_a_planted_collapse_is_found_and_slow_raters_are_left_alone():
    rng = np.random.default_rng(7)
    rater, task, seconds = timed(rng, raters=10, each=(200, 300))
    last = np.flatnonzero(rater == 3)[-50:]
    seconds[last] /= 4
    found = time_collapse(rater, seconds, tasks=task)
    assert np.flatnonzero(found.collapsed).tolist() == [3]
    assert found.ratio[3] == pytest.approx(0.25, rel=0.35)
    assert found.adjusted[3] < 1e-6
    seconds[rater == 4] *= 5
    assert np.flatnonzero(time_collapse(rater, seconds, tasks=task).collapsed).tolist() == [3]


def test_moving_to_the_quick_task_is_no_collapse():
    rng = np.random.default_rng(8)
    rater, task, seconds = timed(rng, raters=10, each=(200, 201))
    for who in range(10):
        rows = np.flatnonzero(rater == who)
        order = rows[np.argsort(-task[rows], kind="stable")]
        task[rows], seconds[rows] = task[order], seconds[order]
    assert not time_collapse(rater, seconds, tasks=task).collapsed.any()
    assert time_collapse(rater, seconds).collapsed.all()


@few
@given(
    st.lists(st.integers(1, 9), min_size=3, max_size=20),
    st.lists(st.integers(1, 9), min_size=3, max_size=20),
)
def test_the_rank_sum_is_scipys(after, before):
    held = _quicker(np.array(after, dtype=float), np.array(before, dtype=float))
    if len(set(after + before)) == 1:
        assert held == 1.0
        return
    told = stats.mannwhitneyu(after, before, alternative="less", method="asymptotic").pvalue
    assert held == pytest.approx(told)


def test_raters_with_few_answers_have_no_collapse():
    rater = np.r_[np.zeros(100, int), np.ones(99, int)]
    found = time_collapse(rater, np.full(199, 10.0))
    assert found.judged == 1 and np.isnan(found.ratio[1])
    assert found.p[0] == 1.0 and not found.collapsed.any()
    assert time_collapse(rater[100:], np.full(99, 10.0)) == TooLittle(
        "no rater with 100 answers", 99
    )


@pytest.mark.parametrize(
    ("measure", "raters", "seconds", "options", "told"),
    [
        (fast_raters, "ab", [1, 0], {}, "row 1 of seconds is not above zero"),
        (fast_raters, "abc", [1, 2], {}, "differ in length"),
        (fast_raters, "ab", [1, 2], {"tasks": "x"}, "differ in length"),
        (fast_raters, "ab", [1, 2], {"limit": 0}, "limit must be"),
        (fast_raters, ["a", None], [1, 2], {}, "row 1 of raters is missing"),
        (time_collapse, "ab", [1, 2], {"recent": 9}, "recent must be"),
        (time_collapse, "ab", [1, 2], {"fdr": 1}, "fdr must lie"),
    ],
)
def test_senseless_times_are_refused(measure, raters, seconds, options, told):
    with pytest.raises(ValueError, match=told):
        measure(raters, seconds, **options)
