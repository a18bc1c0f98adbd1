"""Communities of raters: what is recovered, what stays the same, and what stops them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.consensus import (
    Settings,
    community_consensus,
    dawid_skene,
    majority_vote,
)
from assay.consensus import communities as model
from assay.consensus.em import design_of, expect
from assay.consensus.steps import UNHEARD_ODDS, keep_to_heard
from assay.data import Labels
from assay.results import TooLittle
from tests.assay import few
from tests.assay.consensus.simulated import accuracy, coins, made

LENIENT = np.array([[0.3, 0.7, 0.0], [0.0, 0.3, 0.7], [0.0, 0.0, 1.0]]) * 0.97 + 0.01
STRICT = LENIENT[::-1, ::-1]
EXPERT = np.eye(3) * 0.85 + 0.05
ALWAYS_ONE = np.tile([0.02, 0.96, 0.02], (3, 1))


@pytest.fixture(scope="module")
def crowd():
    kinds = [LENIENT] * 6 + [STRICT] * 6 + [EXPERT] * 6 + [ALWAYS_ONE] * 4
    return made(np.random.default_rng(11), kinds, items=600)


def test_biased_raters_are_read_and_spammers_unheard(crowd):
    found = community_consensus(crowd.given)
    assert accuracy(found, crowd.truth) > accuracy(majority_vote(crowd.given), crowd.truth) + 0.1
    assert np.abs(found.confusion - crowd.confusion).mean() < 0.06
    spread_of_evidence = np.ptp(found.confusion, axis=1).max(axis=1)
    assert spread_of_evidence[18:].max() < 0.15 < spread_of_evidence[:18].min()


def test_a_rater_with_five_labels_is_taken_for_one_of_their_kind():
    rng = np.random.default_rng(3)
    crowd = made(rng, [LENIENT] * 8 + [STRICT] * 8, items=400, each=4)
    strangers = [("new", item, int(min(2, crowd.truth[item] + 1))) for item in range(5)]
    labels = crowd.given
    given = Labels.from_triples(
        [*labels.item_codes.tolist(), *(item for _, item, _ in strangers)],
        [*(f"r{code}" for code in labels.rater_codes), *(rater for rater, _, _ in strangers)],
        [*labels.label_codes.tolist(), *(label for _, _, label in strangers)],
        classes=range(3),
    )
    found = community_consensus(given)
    new = found.confusion[found.rater_ids.index("new")]
    assert np.abs(new - LENIENT).mean() < np.abs(new - STRICT).mean() / 2


@pytest.mark.slow
@given(st.randoms(use_true_random=False))
@few
def test_names_and_order_of_rows_do_not_matter(random):
    rows = [(item, f"r{rater}", (item * rater) % 3) for item in range(12) for rater in range(4)]
    shuffled = random.sample(rows, len(rows))
    new_name = dict(zip(["r0", "r1", "r2", "r3"], random.sample("abcd", 4), strict=True))
    first = community_consensus(Labels.from_triples(*zip(*rows, strict=True)))
    second = community_consensus(
        Labels.from_triples(*zip(*[(i, new_name[r], v) for i, r, v in shuffled], strict=True))
    )
    assert np.allclose(first.posterior, second.posterior)


@given(st.permutations(range(3)))
@few
def test_other_names_for_the_classes_move_the_columns_only(order):
    rng = np.random.default_rng(5)
    labels = made(rng, [EXPERT, EXPERT, LENIENT, STRICT], items=60, each=3).given
    moved = [order[code] for code in labels.label_codes]
    renamed = Labels.from_triples(
        labels.item_codes.tolist(), labels.rater_codes.tolist(), moved, classes=range(3)
    )
    first, second = community_consensus(labels), community_consensus(renamed)
    assert np.allclose(first.posterior, second.posterior[:, list(order)])


def test_more_raters_of_one_mind_weigh_less_when_told():
    rng = np.random.default_rng(8)
    crowd = made(rng, coins([0.7] * 5, 2), items=300)
    light = community_consensus(crowd.given, weights=dict.fromkeys(range(5), 0.2))
    assert light.p_top.mean() < community_consensus(crowd.given).p_top.mean() - 0.05
    assert light.parameters["weighted_raters"] == 5


def test_one_class_and_unused_classes_are_taken():
    one = community_consensus(Labels.from_triples("aab", "xyx", [1, 1, 1]))
    assert one.posterior.tolist() == [[1.0], [1.0]]
    unused = community_consensus(Labels.from_triples("aab", "xyx", [0, 0, 1], classes=[0, 1, 2]))
    assert unused.warnings[0] == "nobody gave class 2" and np.isfinite(unused.posterior).all()


def test_raters_who_share_no_item_are_told():
    apart = Labels.from_triples("aabb", "xyzw", [0, 0, 1, 1])
    assert "2 unconnected groups" in community_consensus(apart).warnings[0]


def test_a_step_in_which_a_class_vanishes_is_taken_back(crowd, monkeypatch):
    real, seen = model.fused_step, []

    def sinking(design, log_prior, log_confusion):
        step = real(design, log_prior, log_confusion)
        seen.append(step)
        return replace(step, mass=np.array([600.0, 0, 0])) if len(seen) == 3 else step

    monkeypatch.setattr(model, "fused_step", sinking)
    found = community_consensus(crowd.given)
    monkeypatch.undo()
    one = community_consensus(crowd.given, settings=Settings(steps=1))
    assert np.array_equal(found.posterior, one.posterior)
    assert found.warnings == ("collapse: a class vanished at step 2 and was taken back",)
    assert found.n_iter == 1


def test_the_last_step_follows_from_the_prior_and_confusion_that_are_given(crowd):
    found = community_consensus(crowd.given)
    posterior, likelihood = expect(design_of(crowd.given), found.class_prior, found.confusion)
    keep_to_heard(posterior, crowd.given.counts())
    assert np.allclose(posterior, found.posterior)
    assert likelihood == pytest.approx(found.log_likelihood)


def biased():
    """A rater who says the opposite of the others, and one item that only he has judged."""
    items, truth = [*range(300)] * 4 + [300], [n % 2 for n in range(300)]
    raters = [rater for rater in "wxyz" for _ in range(300)] + ["z"]
    return Labels.from_triples(items, raters, truth * 3 + [1 - held for held in truth] + [1])


def test_a_class_that_nobody_gave_is_never_the_label():
    given = biased()
    found = community_consensus(given)
    design = design_of(given)
    free, _ = expect(design, found.class_prior, found.confusion)
    assert free[300].argmax() == 0, "the model alone contradicts its only witness"
    assert found.label_of()[300] == 1
    assert found.posterior[300] == pytest.approx([1 / 3, 2 / 3])


def test_keeping_to_heard_moves_only_what_was_not_heard():
    rng = np.random.default_rng(4)
    posterior, counts = rng.dirichlet(np.ones(4), 500), rng.poisson(0.6, (500, 4))
    kept = posterior.copy()
    keep_to_heard(kept, counts)
    silent = counts.sum(axis=1) == 0
    assert np.array_equal(kept[silent], posterior[silent])
    assert np.allclose(kept.sum(axis=1), 1)
    heard = np.where(counts > 0, kept, 0).max(axis=1)
    unheard = np.where(counts > 0, 0, kept).max(axis=1)
    assert (unheard <= UNHEARD_ODDS * heard + 1e-12)[~silent].all()
    within = np.where(counts > 0, posterior, np.nan)[~silent]
    ratio = np.where(counts > 0, kept, np.nan)[~silent] / within
    assert np.nanmax(ratio, axis=1) == pytest.approx(np.nanmin(ratio, axis=1))


def test_nothing_and_single_labels_are_too_little():
    nothing = TooLittle("there are no labels", 0)
    assert community_consensus(Labels.from_triples([], [], [])) == nothing
    single = community_consensus(Labels.from_triples("abcd", "xyxy", [0, 1, 0, 1]))
    assert isinstance(single, TooLittle) and "no item has two labels" in single.reason


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"kinds": 0}, "at least 1"),
        ({"steps": 0}, "at least 1"),
        ({"rater_strength": 0}, "rater_strength"),
        ({"kind_strength": -1}, "kind_strength"),
    ],
)
def test_settings_out_of_range_are_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        Settings(**settings)


def test_a_weight_must_be_above_zero(crowd):
    with pytest.raises(ValueError, match="weight of rater 3"):
        community_consensus(crowd.given, weights={3: 0})


def test_raters_who_err_together_are_believed_less_than_at_convergence():
    """Four copies of one bad rater outvote two good ones; few steps keep the damage small."""
    rng = np.random.default_rng(2)
    crowd = made(rng, coins([0.85, 0.85, 0.85, 0.6], 3), items=500, each=4)
    labels = crowd.given
    bad = labels.rater_codes == 3
    rows = list(zip(labels.item_codes.tolist(), labels.rater_codes.tolist(),
                    labels.label_codes.tolist(), strict=True))  # fmt: skip
    rows += [(rows[r][0], f"copy {n}", rows[r][2]) for r in np.flatnonzero(bad) for n in range(3)]
    given = Labels.from_triples([r[0] for r in rows], [str(r[1]) for r in rows],
                                [r[2] for r in rows], classes=range(3))  # fmt: skip
    stopped = accuracy(community_consensus(given), crowd.truth)
    assert stopped >= accuracy(dawid_skene(given), crowd.truth)
