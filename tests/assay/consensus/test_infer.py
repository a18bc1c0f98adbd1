"""The consensus by default: chosen by gold, calibrated by gold, and honest without it."""

import csv
from pathlib import Path

import numpy as np
import pytest

from assay.consensus import infer, majority_vote, reliability
from assay.consensus.calibration import KnownItems
from assay.data import Labels
from assay.results import TooLittle
from tests.assay.consensus.simulated import accuracy, coins, made

ARCS = Path(__file__).parents[3] / "demo" / "data" / "arcs"


def answers(truth, items):
    return {int(item): {int(truth[item])} for item in items}


def others(made_up, gold):
    rest = np.setdiff1d(np.arange(len(made_up.truth)), gold)
    accepted = np.eye(made_up.given.n_classes, dtype=bool)[made_up.truth[rest]]
    return KnownItems(rest, accepted, 0)


def clones(rng, copies=8, items=1500):
    """Independent raters, and copies that repeat one of them: together badly overconfident."""
    made_up = made(rng, coins([0.75, 0.7, 0.65], 3), items=items, each=3)
    labels = made_up.given
    rows = [(i, str(r), v) for i, r, v in zip(labels.item_codes.tolist(),
            labels.rater_codes.tolist(), labels.label_codes.tolist(), strict=True)]  # fmt: skip
    rows += [(i, f"copy {n}", v) for i, r, v in rows if r == "2" for n in range(copies)]
    given = Labels.from_triples(*zip(*rows, strict=True), classes=range(3))
    return type(made_up)(given, made_up.truth, made_up.confusion)


def hard_and_easy(rng, items=1500):
    """Seven raters who miss together on a third of the items: no model of raters knows it."""
    easy = made(rng, coins([0.9] * 7, 3), items=items, each=7)
    labels = easy.given
    hard = rng.random(items) < 1 / 3
    guessed = rng.random(labels.n_labels) < 0.75
    codes = np.where(
        hard[labels.item_codes] & guessed, rng.integers(3, size=labels.n_labels), labels.label_codes
    )
    given = Labels.from_triples(labels.item_codes.tolist(), labels.rater_codes.tolist(),
                                codes.tolist(), classes=range(3))  # fmt: skip
    return type(easy)(given, easy.truth, easy.confusion)


@pytest.mark.slow
def test_gold_makes_the_probabilities_honest():
    errors = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        made_up = hard_and_easy(rng)
        gold = rng.choice(len(made_up.truth), 50, replace=False)
        found = infer(made_up.given, gold=answers(made_up.truth, gold))
        raw = infer(made_up.given)
        rest = others(made_up, gold)
        errors.append((reliability(found.posterior, rest).error,
                       reliability(raw.posterior, rest).error))  # fmt: skip
    calibrated, uncalibrated = np.mean(errors, axis=0)
    assert calibrated < 0.05 < uncalibrated
    assert found.calibration.startswith("exponent 0.") and "from 50 gold items" in found.calibration
    assert raw.calibration == "uncalibrated"


def test_gold_leaves_the_default_where_votes_are_better():
    """All raters but an honest crowd copy one bad one: the model believes the copies."""
    rng = np.random.default_rng(4)
    made_up = made(rng, coins([0.8] * 5, 4), items=800)
    gold = rng.choice(800, 60, replace=False)
    assert (
        infer(made_up.given, gold=answers(made_up.truth, gold)).parameters["chosen"]
        == "communities"
    )


def test_a_group_that_errs_together_weighs_as_its_effective_number():
    made_up = clones(np.random.default_rng(9))
    gold = answers(made_up.truth, range(200))
    family = {rater: "family" for rater in made_up.given.rater_ids if rater not in ("0", "1")}
    grouped = infer(made_up.given, gold=gold, groups=family)
    assert accuracy(grouped, made_up.truth) > accuracy(infer(made_up.given), made_up.truth) + 0.02
    assert grouped.parameters["weighted_raters"] == 9


def test_a_group_that_gold_cannot_weigh_is_told():
    made_up = clones(np.random.default_rng(9), items=60)
    family = {rater: "family" for rater in made_up.given.rater_ids}
    found = infer(made_up.given, groups=family)
    assert any("weighs as independent raters" in told for told in found.warnings)
    strangers = infer(made_up.given, groups={"nobody": "family", **family})
    assert "1 raters in groups have no labels" in strangers.warnings


def test_gold_items_hold_their_answers_whatever_was_voted():
    made_up = made(np.random.default_rng(1), coins([0.7] * 5, 3), items=100)
    gold = {item: {0, 1} for item in range(30)}
    found = infer(made_up.given, gold={**gold, "unlabeled": {2}})
    assert (found.posterior[:30, 2] == 0).all() and (found.labels[:30] < 2).all()
    assert np.allclose(found.posterior.sum(axis=1), 1)
    assert (found.parameters["gold_items"], found.parameters["gold_ignored"]) == (30, 1)
    assert "promises were measured with 50" in " ".join(found.warnings)
    assert "1 of 31 gold items have no labels" in found.warnings


def test_too_few_gold_items_leave_it_uncalibrated_and_say_so():
    made_up = made(np.random.default_rng(1), coins([0.7] * 5, 3), items=100)
    found = infer(made_up.given, gold=answers(made_up.truth, range(19)))
    assert found.calibration == "uncalibrated"
    assert "uncalibrated: 19 labeled gold items, 20 are needed" in found.warnings
    assert found.labels[:19].tolist() == made_up.truth[:19].tolist()


def test_a_real_job_with_accepted_sets():
    """ARCS: 64 gold items with accepted sets; the best peer gets 60, majority vote 58."""
    with (ARCS / "labels.csv").open(newline="") as file:
        rows = [(row["item"], row["rater"], int(row["label"])) for row in csv.DictReader(file)]
    with (ARCS / "truth.csv").open(newline="") as file:
        truth = {row["item"]: {int(grade) for grade in row["truth"].split("|")}
                 for row in csv.DictReader(file)}  # fmt: skip
    labels = Labels.from_triples(*zip(*rows, strict=True), abstain={-1})

    def right(found):
        return sum(found.label_of()[item] in accepted for item, accepted in truth.items())

    assert right(infer(labels)) >= 59 > right(majority_vote(labels))


@pytest.mark.parametrize(
    ("gold", "said"),
    [
        ({0: set()}, "set of accepted"),
        ({0: 1}, "set of accepted"),
        ({0: "1"}, "set of accepted"),
        ({0: {7}}, "unknown classes"),
    ],
)
def test_malformed_gold_is_refused(gold, said):
    made_up = made(np.random.default_rng(1), coins([0.7] * 3, 3), items=20, each=3)
    with pytest.raises(ValueError, match=said):
        infer(made_up.given, gold=gold)


def test_no_labels_are_too_little():
    assert isinstance(infer(Labels.from_triples([], [], []), gold={1: {1}}), TooLittle)
