"""One coin a rater, and Dawid–Skene with its uncertainty kept."""

import warnings

import numpy as np
import pytest

from assay.consensus import dawid_skene, majority_vote, one_coin, variational_dawid_skene
from assay.data import Labels
from assay.results import TooLittle
from tests.assay.consensus.simulated import accuracy, coins, made

SKILL = np.array([0.95, 0.9, 0.85, 0.6, 0.45, 0.4])


@pytest.fixture(scope="module")
def crowd():
    return made(np.random.default_rng(21), coins(SKILL, 4), items=800, each=5)


@pytest.mark.parametrize("method", [one_coin, variational_dawid_skene])
def test_good_raters_are_told_from_bad_ones(crowd, method):
    found = method(crowd.given)
    assert accuracy(found, crowd.truth) > accuracy(majority_vote(crowd.given), crowd.truth) + 0.02
    diagonal = np.einsum("rkk->r", found.confusion) / 4
    assert np.abs(diagonal - SKILL).max() < 0.06
    assert found.converged


def test_one_coin_has_one_number_a_rater(crowd):
    confusion = one_coin(crowd.given).confusion
    assert np.allclose(confusion.sum(axis=2), 1)
    assert np.allclose(np.einsum("rkk->rk", confusion).std(axis=1), 0)


def test_one_coin_agrees_with_crowd_kit(crowd):
    import pandas as pd
    from crowdkit.aggregation import OneCoinDawidSkene

    labels = crowd.given
    frame = pd.DataFrame({"task": labels.item_codes, "worker": labels.rater_codes,
                          "label": labels.label_codes})  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = OneCoinDawidSkene(n_iter=50).fit_predict(frame)
    ours = one_coin(labels, prior_strength=0.1).label_of()
    assert np.mean([ours[item] == label for item, label in peer.items()]) > 0.99


def test_variational_is_the_same_as_em_with_many_labels_and_surer_with_few(crowd):
    few = made(np.random.default_rng(3), coins([0.8] * 40, 3), items=40, each=3).given
    assert variational_dawid_skene(few).p_top.mean() > dawid_skene(few).p_top.mean()
    many = variational_dawid_skene(crowd.given), dawid_skene(crowd.given)
    assert np.abs(many[0].posterior - many[1].posterior).mean() < 0.01


def test_one_coin_says_when_a_class_vanishes():
    """A popular middle and raters with few labels: the model takes everything for the middle."""
    rng = np.random.default_rng(1)
    blurred = np.array([[0.4, 0.55, 0.05], [0.05, 0.9, 0.05], [0.05, 0.55, 0.4]])
    crowd = made(rng, [blurred] * 30, items=300, each=3, shares=[0.15, 0.7, 0.15])
    found = one_coin(crowd.given)
    lost = found.posterior.mean(axis=0)[[0, 2]] < 0.02
    assert lost.any() == any("collapse" in told for told in found.warnings)


@pytest.mark.parametrize("method", [one_coin, variational_dawid_skene])
def test_what_cannot_be_is_refused(method):
    labels = Labels.from_triples("ab", "xy", [0, 1])
    assert isinstance(method(Labels.from_triples([], [], [])), TooLittle)
    with pytest.raises(ValueError, match="max_iter"):
        method(labels, max_iter=0)
    with pytest.raises(ValueError, match="prior_strength"):
        method(labels, prior_strength=0)
