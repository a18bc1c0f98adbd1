"""Raters against known answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay import Labels, TooLittle
from assay.gold import detection_power, gold_needed, score_gold, shrink
from tests.assay import few

HITS, TRIALS = [46, 44, 40, 48, 30, 45], [50, 50, 50, 50, 40, 50]


def test_any_accepted_label_is_right_and_wide_sets_raise_chance():
    labels = Labels.from_triples("aaabbc", "xyzxyx", [3, 2, 0, 1, 1, 0], classes=[0, 1, 2, 3])
    score = score_gold(labels, {"a": {2, 3}, "b": [0], "elsewhere": {1}})
    assert score.hits.tolist() == [1, 1, 0]
    assert score.trials.tolist() == [2, 2, 1]
    assert score.by_chance == pytest.approx([0.375, 0.375, 0.5])
    assert score.unmet == 1


def test_a_rater_who_met_no_gold_has_no_trials():
    score = score_gold(Labels.from_triples("ab", "xy", [0, 1]), {"a": {0}})
    assert (score.trials.tolist(), score.by_chance.tolist()) == ([1, 0], [0.5, 0.0])


@pytest.mark.parametrize(
    ("accepted", "told"),
    [({"a": set()}, "needs a set"), ({"a": "1"}, "needs a set"), ({"a": {9}}, "unknown classes")],
)
def test_gold_that_nobody_can_meet_is_refused(accepted, told):
    with pytest.raises(ValueError, match=told):
        score_gold(Labels.from_triples("a", "x", [1]), accepted)


def test_kleinman_moments_of_the_reference():
    found = shrink(HITS, TRIALS)
    assert found.prior_mean == pytest.approx(0.87241, abs=5e-6)
    assert found.prior_size == pytest.approx(30.2195, abs=5e-5)
    assert found.mean == pytest.approx([0.9021, 0.8771, 0.8273, 0.9270, 0.8027, 0.8896], abs=5e-5)


def test_a_given_prior_of_the_reference():
    found = shrink([6, 60], [10, 100], prior=(45, 5), standard=0.85)
    assert found.mean == pytest.approx([0.85, 0.70])
    assert found.p_below == pytest.approx([0.466, 0.999998], abs=5e-4)
    told = stats.beta(51, 9)
    assert (found.low[0], found.high[0]) == pytest.approx((told.ppf(0.025), told.ppf(0.975)))


@few
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=20))
def test_shrunk_means_lie_between_the_raters_own_share_and_the_prior(pairs):
    hits, misses = np.array(pairs).T
    found = shrink(hits, hits + misses)
    if isinstance(found, TooLittle):
        assert np.count_nonzero(hits + misses) < 2
        return
    own = np.where(hits + misses > 0, hits / np.maximum(hits + misses, 1), found.prior_mean)
    low, high = np.minimum(own, found.prior_mean), np.maximum(own, found.prior_mean)
    assert ((found.mean >= low - 1e-9) & (found.mean <= high + 1e-9)).all()
    assert ((found.low <= found.mean) & (found.mean <= found.high)).all()


@pytest.mark.slow
def test_planted_raters_are_recovered_and_covered():
    rng, held, feared, sizes = np.random.default_rng(1), [], [], []
    for _ in range(40):
        truth = rng.beta(45, 5, size=300)
        found = shrink(rng.binomial(50, truth), np.full(300, 50), standard=0.85)
        held.append(np.mean((found.low <= truth) & (truth <= found.high)))
        feared.append(found.p_below.mean() - np.mean(truth < 0.85))
        sizes.append(found.prior_size)
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)
    assert np.mean(feared) == pytest.approx(0, abs=0.01)
    assert np.median(sizes) == pytest.approx(50, rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("alike", "raters", "answers"),
    [
        ((45, 5), 30, [10]),  # where the estimate of the prior taken for the truth covers 0.79
        ((45, 5), 8, [40]),  # 0.79
        ((400, 40), 60, [40]),  # 0.78
        ((14, 6), 60, [2, 10, 200]),
    ],
)
def test_intervals_cover_although_the_prior_is_unknown(alike, raters, answers):
    rng, held = np.random.default_rng(2), []
    for _ in range(300):
        truth, trials = rng.beta(*alike, raters), rng.choice(answers, raters)
        found = shrink(rng.binomial(trials, truth), trials)
        held.append(np.mean((found.low <= truth) & (truth <= found.high)))
    assert 0.91 <= np.mean(held) <= 0.99


def test_a_finer_grid_of_priors_moves_no_interval(monkeypatch):
    coarse = shrink(HITS, TRIALS)
    monkeypatch.setattr("assay.gold.posteriors.SIZES", 400)
    monkeypatch.setattr("assay.gold.posteriors.MEANS", 101)
    fine = shrink(HITS, TRIALS)
    assert coarse.low == pytest.approx(fine.low, abs=2e-3)
    assert coarse.high == pytest.approx(fine.high, abs=2e-3)


def test_a_prior_from_few_raters_is_said_to_be_one():
    assert "6 raters only" in shrink(HITS, TRIALS).warnings[0]


def test_moments_that_support_no_prior_are_held_and_said():
    alike = shrink([9] * 10, [10] * 10)
    assert alike.prior_size == 100 and "no more than chance" in alike.warnings[0]
    perfect = shrink([10] * 4, [10] * 4)
    assert perfect.mean.max() < 1 and "every answer alike" in perfect.warnings[0]
    apart = shrink([0, 20, 0, 20], [20] * 4)
    assert apart.prior_size == 1 and "too much" in apart.warnings[0]


def test_one_rater_needs_a_given_prior():
    assert shrink([5, 0], [10, 0]) == TooLittle(
        "a prior from the raters needs two raters with answers", 1
    )
    assert shrink([5], [10], prior=(9, 1)).mean == pytest.approx([0.7])


@pytest.mark.parametrize(
    ("hits", "trials", "options", "told"),
    [
        ([3], [2], {}, "hits must lie between"),
        ([1, 1], [2], {}, "lengths differ"),
        ([1], [2], {"prior": (0, 1)}, "prior right"),
        ([1], [2], {"standard": 1.0}, "standard must lie"),
        ([1], [2], {"level": 0.0}, "level must lie"),
    ],
)
def test_senseless_answers_are_refused(hits, trials, options, told):
    with pytest.raises(ValueError, match=told):
        shrink(hits, trials, **options)


@pytest.mark.parametrize(
    ("n", "accuracy", "power"),
    [(30, 0.75, 0.65), (50, 0.75, 0.84), (100, 0.75, 0.99), (50, 0.80, 0.56)],
)
def test_power_of_the_reference(n, accuracy, power):
    assert detection_power(n, accuracy, 0.90).power == pytest.approx(power, abs=0.005)


@few
@given(st.integers(1, 300), st.floats(0.3, 0.99), st.floats(0.001, 0.3))
def test_the_cut_is_the_highest_within_alpha(n, standard, alpha):
    found = detection_power(n, 0.2, standard, alpha=alpha)
    assert found.fail_below == stats.binom.ppf(alpha, n, standard)
    assert found.false_alarm <= alpha + 1e-12
    assert stats.binom.cdf(found.fail_below, n, standard) >= alpha - 1e-12


def test_gold_needed_is_the_first_size_with_the_power():
    found = gold_needed(0.75, 0.90)
    assert found.power >= 0.8
    assert all(detection_power(n, 0.75, 0.90).power < 0.8 for n in range(1, found.n))
    assert gold_needed(0.899, 0.90, most=50) == TooLittle(
        "50 gold answers do not reach a power of 0.8", 50
    )


def test_senseless_power_questions_are_refused():
    with pytest.raises(ValueError, match="must be below the standard"):
        gold_needed(0.9, 0.9)
    with pytest.raises(ValueError, match="n must be"):
        detection_power(0, 0.7, 0.9)
