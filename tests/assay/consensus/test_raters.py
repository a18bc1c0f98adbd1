"""What a consensus says about raters and items, and how many raters a group amounts to."""

import numpy as np
import pytest
from scipy import stats

from assay.consensus import (
    community_consensus,
    effective_raters,
    item_difficulty,
    majority_vote,
    rater_accuracy,
    rater_confusion,
)
from assay.data import Labels
from assay.results import TooLittle
from tests.assay.consensus.simulated import coins, made


def test_raters_are_ranked_better_than_by_agreement_with_the_majority():
    rng = np.random.default_rng(5)
    skill = rng.uniform(0.4, 0.95, 60)
    crowd = made(rng, coins(skill, 3), items=900, each=4)
    found = community_consensus(crowd.given)
    ours = stats.spearmanr(rater_accuracy(crowd.given, found).accuracy, skill).statistic
    votes = rater_accuracy(crowd.given, majority_vote(crowd.given)).accuracy
    assert ours > 0.9 and ours > stats.spearmanr(votes, skill).statistic


@pytest.mark.slow
def test_the_interval_of_an_accuracy_holds_it():
    held = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        skill = rng.beta(16, 4, 20)
        crowd = made(rng, coins(skill, 3), items=200, each=9)
        found = rater_accuracy(crowd.given, community_consensus(crowd.given))
        held.append(((found.low <= skill) & (skill <= found.high)).mean())
    assert 0.92 <= np.mean(held) <= 0.98


def test_a_confusion_has_an_interval_in_each_cell():
    rng = np.random.default_rng(6)
    crowd = made(rng, coins([0.9, 0.85, 0.8, 0.7, 0.6], 3), items=600)
    found = rater_confusion(crowd.given, community_consensus(crowd.given), rater=4)
    inside = (found.low <= crowd.confusion[4]) & (crowd.confusion[4] <= found.high)
    assert inside.mean() >= 8 / 9 and (found.low < found.confusion).all()
    assert np.allclose(found.confusion.sum(axis=1), 1) and found.n == 600


def test_a_hard_item_stands_out():
    rng = np.random.default_rng(7)
    labels = made(rng, coins([0.95] * 6, 3), items=100, each=6).given
    split = np.flatnonzero(labels.item_codes == 50)
    codes = labels.label_codes.copy()
    codes[split] = [0, 0, 1, 1, 2, 2]
    given = Labels.from_triples(labels.item_codes.tolist(), labels.rater_codes.tolist(),
                                codes.tolist(), classes=range(3))  # fmt: skip
    difficulty = item_difficulty(given, community_consensus(given))
    assert difficulty.argmax() == 50 and abs(difficulty.mean()) < 0.01


def test_another_consensus_and_an_unknown_rater_are_refused():
    labels = made(np.random.default_rng(1), coins([0.8] * 3, 2), items=30, each=3).given
    found = community_consensus(labels)
    with pytest.raises(ValueError, match="not of these labels"):
        rater_accuracy(Labels.from_triples("ab", "xy", [0, 1]), found)
    with pytest.raises(ValueError, match="no label by rater 'nobody'"):
        rater_confusion(labels, found, rater="nobody")


def group(rng, n_raters, correlation, items=300, miss=0.3):
    """Raters whose errors have the given correlation, and gold for every item."""
    together = rng.random(items) < miss
    own = rng.random((n_raters, items)) < miss
    copies = rng.random((n_raters, items)) < np.sqrt(correlation)
    wrong = np.where(copies, together, own)
    item, rater = np.meshgrid(np.arange(items), np.arange(n_raters))
    given = Labels.from_triples(item.ravel().tolist(), rater.ravel().tolist(),
                                wrong.astype(int).ravel().tolist(), classes=[0, 1])  # fmt: skip
    return given, {n: {0} for n in range(items)}


@pytest.mark.parametrize(("correlation", "number"), [(0.0, 8.0), (0.66, 1.42), (1.0, 1.0)])
def test_correlated_raters_count_as_few(correlation, number):
    """n / (1 + (n − 1)ρ): 33 LLM judges with ρ = .66 were worth about 1.5."""
    given, gold = group(np.random.default_rng(3), 8, correlation, items=3000)
    found = effective_raters(given, gold)
    assert found.value == pytest.approx(number, rel=0.1)
    assert found.low <= found.value <= found.high


@pytest.mark.slow
def test_the_interval_of_an_effective_number_holds_it():
    truth, inside = 6 / (1 + 5 * 0.4), 0
    for seed in range(200):
        given, gold = group(np.random.default_rng([seed, 77]), 6, 0.4, items=200)
        found = effective_raters(given, gold)
        inside += found.low <= truth <= found.high
    assert 0.92 <= inside / 200 <= 0.98


def test_without_shared_gold_there_is_no_number():
    given, gold = group(np.random.default_rng(3), 3, 0.5, items=19)
    assert isinstance(effective_raters(given, gold), TooLittle)
    assert isinstance(effective_raters(given, gold, raters=[0]), TooLittle)
    with pytest.raises(ValueError, match="no label by rater 9"):
        effective_raters(given, gold, raters=[0, 9])
