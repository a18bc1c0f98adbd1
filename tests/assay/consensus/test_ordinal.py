"""Grades: bias and spread of raters on one scale."""

import numpy as np
import pytest
from scipy import special

from assay.consensus import (
    expected_grades,
    majority_vote,
    median_grades,
    ordinal_consensus,
)
from assay.data import Labels
from assay.results import TooLittle
from tests.assay.consensus.simulated import accuracy, made

SIZE = 5


def judges(bias, spread):
    """Confusion (R, K, K) of raters on a scale, without lapses."""
    cuts = np.concatenate([[-np.inf], np.arange(SIZE - 1) + 0.5, [np.inf]])
    seen = np.arange(SIZE)[None, :, None] + np.asarray(bias)[:, None, None]
    return np.diff(special.ndtr((cuts - seen) / np.asarray(spread)[:, None, None]), axis=2)


def test_bias_and_spread_are_recovered():
    rng = np.random.default_rng(7)
    bias, spread = rng.uniform(-1, 1, 30), rng.uniform(0.3, 1.2, 30)
    crowd = made(rng, judges(bias, spread), items=900, each=6)
    found = ordinal_consensus(crowd.given)
    assert np.corrcoef(found.bias, bias)[0, 1] > 0.95
    assert np.corrcoef(found.spread, spread)[0, 1] > 0.85
    assert accuracy(found.consensus, crowd.truth) > accuracy(
        majority_vote(crowd.given), crowd.truth
    )
    assert found.consensus.warnings == ()


def test_with_few_labels_a_rater_leans_to_what_is_usual():
    rng = np.random.default_rng(8)
    crowd = made(rng, judges([0.8] * 40, [0.5] * 40), items=40, each=5)
    found = ordinal_consensus(crowd.given)
    assert np.std(found.bias) < 0.25


def test_the_interval_of_a_bias_holds_it():
    """On a grid of an eighth of a grade's step, so at least as often as it says, not exactly."""
    held = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        bias = rng.choice([-0.5, 0.0, 0.5], 25)
        crowd = made(rng, judges(bias, np.full(25, 0.6)), items=800, each=6)
        found = ordinal_consensus(crowd.given)
        held.append(((found.bias_low <= bias + 0.13) & (bias - 0.13 <= found.bias_high)).mean())
    assert np.mean(held) >= 0.93


def test_means_and_medians_of_grades():
    given = Labels.from_triples("aaaa", "wxyz", [1, 1, 2, 5], classes=[1, 2, 5])
    votes = majority_vote(given)
    assert expected_grades(votes).tolist() == [2.25]
    assert expected_grades(votes, values=[0, 1, 3]).tolist() == [1.0]
    assert median_grades(votes).tolist() == [0.0]


def test_what_cannot_be_is_refused():
    words = majority_vote(Labels.from_triples("ab", "xy", ["low", "high"]))
    with pytest.raises(ValueError, match="no numbers"):
        expected_grades(words)
    with pytest.raises(ValueError, match="3 values for 2 classes"):
        expected_grades(words, values=[0, 1, 2])
    with pytest.raises(ValueError, match="steps"):
        ordinal_consensus(Labels.from_triples("ab", "xy", [0, 1]), steps=0)


@pytest.mark.parametrize("labels", [Labels.from_triples([], [], []),
                                    Labels.from_triples("ab", "xy", [1, 1])])  # fmt: skip
def test_a_scale_needs_labels_and_two_grades(labels):
    assert isinstance(ordinal_consensus(labels), TooLittle)
