"""Sequential collection: when to stop, whom to ask, and what it saves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.consensus import StopRule, expected_gain, replay, worth_asking
from assay.data import Labels
from assay.results import TooLittle
from tests.assay import few
from tests.assay.consensus.simulated import coins, made

SKILL = np.linspace(0.55, 0.95, 20)


@pytest.fixture(scope="module")
def crowd():
    return made(np.random.default_rng(4), coins(SKILL, 3), items=500, each=8)


def truth_of(crowd):
    return {item: {int(held)} for item, held in enumerate(crowd.truth)}


@pytest.mark.slow
def test_it_reaches_the_majority_with_at_most_half_of_the_labels(crowd):
    found = replay(crowd.given, rng=np.random.default_rng(1), truth=truth_of(crowd))
    assert found.share_needed <= 0.5
    assert found.fixed[-1][0] == 8 and found.target == found.fixed[-1][1] - 0.005


def test_cheaper_labels_buy_more_of_them(crowd):
    found = replay(crowd.given, rng=np.random.default_rng(1), prices=[0.3, 0.1, 0.02])
    assert found.points[0].share < found.points[1].share < found.points[2].share
    assert [point.rule.price for point in found.points] == [0.3, 0.1, 0.02]
    assert found.points[0].accuracy is None and found.fixed == ()
    for point in found.points:
        assert sum(point.stopped.values()) == 500


def test_asking_the_best_rater_is_better_than_asking_anybody(crowd):
    def score(route):
        found = replay(crowd.given, rng=np.random.default_rng(1), truth=truth_of(crowd),
                       prices=[0.05], route=route)  # fmt: skip
        return found.points[0].accuracy - 0.02 * found.points[0].labels_per_item

    assert score("information") > score("random")


@pytest.mark.slow
def test_warm_models_need_fewer_labels(crowd):
    rng = np.random.default_rng(5)
    more = made(rng, coins(SKILL, 3), items=400, each=8).given
    warm = Labels.from_triples([f"w{code}" for code in more.item_codes],
                               more.rater_codes.tolist(), more.label_codes.tolist(),
                               classes=range(3))  # fmt: skip
    cold_run, warm_run = (
        replay(crowd.given, rng=np.random.default_rng(1), truth=truth_of(crowd), warm=each)
        for each in (None, warm)
    )
    assert warm_run.share_needed <= min(0.4, cold_run.share_needed)


def test_the_truth_changes_no_decision(crowd):
    lies = {item: {(int(held) + 1) % 3} for item, held in enumerate(crowd.truth)}
    runs = [replay(crowd.given, rng=np.random.default_rng(1), truth=each, prices=[0.1])
            for each in (truth_of(crowd), lies)]  # fmt: skip
    assert runs[0].points[0].share == runs[1].points[0].share
    assert runs[0].points[0].stopped == runs[1].points[0].stopped


def test_the_cap_and_the_start_hold(crowd):
    rule = StopRule(cap=3, start=2)
    found = replay(crowd.given, rng=np.random.default_rng(1), prices=[0.0], rule=rule)
    assert 2 <= found.points[0].labels_per_item <= 3
    assert found.points[0].stopped["cap"] > 0


@given(st.integers(0, 500), st.floats(0.34, 1))
@few
def test_a_gain_is_never_negative_and_none_comes_from_a_blind_rater(seed, skill):
    rng = np.random.default_rng(seed)
    posterior = rng.dirichlet(np.ones(3), 5)
    assert (expected_gain(posterior, coins([skill], 3)[0]) >= -1e-12).all()
    blind = np.tile(rng.dirichlet(np.ones(3)), (3, 1))
    assert np.allclose(expected_gain(posterior, blind), 0)


def test_an_item_is_asked_for_while_a_label_is_worth_it():
    confusion = np.array([[0.9, 0.1], [0.1, 0.9]])
    posterior = np.array([[0.999, 0.001], [0.6, 0.4], [0.6, 0.4], [0.999, 0.001]])
    rule = StopRule(price=0.05, cap=4, start=2, exponent=1)
    so_far = np.array([2, 2, 4, 1])
    assert worth_asking(posterior, confusion, so_far, rule).tolist() == [False, True, False, True]


def test_what_cannot_be_is_refused(crowd):
    for wrong in ({"price": 2}, {"confidence": 1}, {"cap": 2, "start": 3}, {"exponent": 0}):
        with pytest.raises(ValueError, match=r"must|need"):
            StopRule(**wrong)
    with pytest.raises(ValueError, match="items are in the warm labels too"):
        replay(crowd.given, rng=np.random.default_rng(1), warm=crowd.given)
    other = Labels.from_triples("ab", "xy", [0, 1])
    with pytest.raises(ValueError, match="warm labels have classes"):
        replay(crowd.given, rng=np.random.default_rng(1), warm=other)
    assert isinstance(
        replay(Labels.from_triples([], [], []), rng=np.random.default_rng(1)), TooLittle
    )
