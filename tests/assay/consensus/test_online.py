"""The posterior that takes one label at a time says what the batch fit says."""

import numpy as np
import pytest

from assay.consensus import (
    OnlinePosterior,
    community_consensus,
    dawid_skene,
    infer,
    majority_vote,
)
from tests.assay.consensus.simulated import coins, made


@pytest.fixture(scope="module")
def crowd():
    return made(np.random.default_rng(1), coins([0.9, 0.8, 0.7, 0.6, 0.5], 4), items=150)


@pytest.mark.parametrize("method", [community_consensus, dawid_skene])
def test_it_agrees_with_the_batch_fit_in_any_order(crowd, method):
    found, labels = method(crowd.given), crowd.given
    online = OnlinePosterior(found)
    for row in np.random.default_rng(2).permutation(labels.n_labels):
        item = labels.item_codes[row].item()
        last = online.add(item, labels.rater_codes[row].item(), labels.label_codes[row].item())
    assert last == online.posterior(item)
    every = [online.posterior(item) for item in found.item_ids]
    assert np.allclose(every, found.posterior, atol=1e-9)


def test_after_calibration_it_says_what_the_calibrated_consensus_says():
    crowd = made(np.random.default_rng(4), coins([0.9, 0.8, 0.7, 0.6, 0.5], 3), items=300)
    gold = {item: {int(crowd.truth[item])} for item in range(60)}
    found, labels = infer(crowd.given, gold=gold), crowd.given
    assert found.parameters["chosen"] == "communities"
    online = OnlinePosterior(found, exponent=found.parameters["exponent"])
    for item, rater, label in zip(labels.item_codes.tolist(), labels.rater_codes.tolist(),
                                  labels.label_codes.tolist(), strict=True):  # fmt: skip
        online.add(item, rater, label)
    rest = [online.posterior(item) for item in range(60, 300)]
    assert np.allclose(rest, found.posterior[60:], atol=1e-9)
    with pytest.raises(ValueError, match="exponent"):
        OnlinePosterior(found, exponent=0)


def test_an_unknown_rater_counts_as_the_mean_of_the_known(crowd):
    found = community_consensus(crowd.given)
    weights = found.class_prior * found.confusion.mean(axis=0)[:, 2]
    assert np.allclose(OnlinePosterior(found).add("new", "stranger", 2), weights / weights.sum())


def test_an_item_without_labels_has_the_class_shares_and_can_be_forgotten(crowd):
    found = community_consensus(crowd.given)
    online = OnlinePosterior(found)
    online.add("new", 0, 1)
    assert not np.allclose(online.posterior("new"), found.class_prior)
    online.forget("new")
    assert np.allclose(online.posterior("new"), found.class_prior)


def test_a_label_outside_the_scale_changes_nothing(crowd):
    online = OnlinePosterior(community_consensus(crowd.given))
    before = online.posterior("new")
    with pytest.raises(ValueError, match="not among the classes"):
        online.add("new", 0, 9)
    assert online.posterior("new") == before


def test_a_method_without_raters_cannot_go_on_line(crowd):
    with pytest.raises(ValueError, match="models no raters"):
        OnlinePosterior(majority_vote(crowd.given))
