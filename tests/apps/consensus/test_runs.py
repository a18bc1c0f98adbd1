"""Consensus runs: what goes in, what is kept, and that the same input gives the same labels."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

import assay
from assay.consensus import dawid_skene
from assay.consensus.result import ConsensusResult
from assay.data import Labels
from tests.factories.labeled import LATER, LOCALE, Labeled, UserFactory, judge
from tests.factories.labeling import CANNOT_JUDGE, a_grade, an_open_project, submit
from touchstone.apps.consensus.models import ConsensusLabel, ConsensusRun
from touchstone.apps.consensus.operations import NothingToAggregate, run_consensus
from touchstone.apps.consensus.queries import (
    gold_check,
    iterate,
    label_counts,
    labels_of,
    newest_run,
    runs_of,
)
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.ledger.models import Event
from touchstone.apps.planning.models import Plan
from touchstone.apps.quality.models import Adjudication, GoldAnswer
from touchstone.apps.quality.operations import NoPlanInForce, decide_lot

pytestmark = pytest.mark.slow  # each has a labeled project

# 24 items with three judgments: one of them could not judge, one item has one that fills no place.
LABELS, ABSTENTIONS = 24 * 3 - 1, 1


def labels(run: ConsensusRun) -> dict[str, tuple[Any, ...]]:
    rows = run.labels.values_list("item__key", "label", "posterior", "majority", "source")
    return {key: (label, *rest) for key, label, *rest in rows}


def reject_all(scene: Labeled) -> None:
    decide_lot(
        project=scene.project, locale_tag=LOCALE, decision="rejected", reason="Misses",
        by=scene.owner, at=LATER,
    )  # fmt: skip


def test_a_run_keeps_what_is_needed_to_repeat_it(scene: Labeled) -> None:
    run = run_consensus(project=scene.project, by=scene.owner, at=LATER, prior_strength=3.0)

    assert (run.method_version, run.seed) == (assay.__version__, None)
    assert "Dawid" in run.method
    assert run.parameters["prior_strength"] == 3.0
    assert (run.classes, run.items, run.raters) == ([0, 1, 2, 3], 24, 3)
    assert (run.judgments, run.abstentions) == (LABELS, ABSTENTIONS)
    assert len(run.input_hash) == 64
    assert run.diagnostics["converged"] is True
    assert sum(run.diagnostics["class_prior"]) == pytest.approx(1)
    event = Event.objects.get(event="consensus.run.finished")
    assert event.data["input_hash"] == run.input_hash


def test_what_is_stored_is_what_assay_says(scene: Labeled) -> None:
    run = scene.consensus()

    rows = Judgment.objects.filter(counts=True, grade__isnull=False).order_by("?")
    given = Labels.from_triples(
        *zip(*rows.values_list("item_id", "annotator_id", "grade"), strict=True),
        classes=[0, 1, 2, 3],
    )
    fit = dawid_skene(given, prior_strength=run.parameters["prior_strength"])
    assert isinstance(fit, ConsensusResult)
    stored = {label.item_id: label for label in run.labels.all()}
    assert set(stored) == set(fit.item_ids)
    np.testing.assert_allclose(
        [stored[item].posterior for item in fit.item_ids], fit.posterior, atol=1e-12
    )
    for item, label in stored.items():
        assert label.probability == label.posterior[label.label]
        if label.source == "human":
            assert label.label == fit.label_of()[item]
            assert label.probability == max(label.posterior)


def test_the_majority_stands_beside_it(scene: Labeled) -> None:
    run = scene.consensus()

    for label in run.labels.all():
        grades = Counter(
            Judgment.objects.filter(
                item=label.item_id, counts=True, grade__isnull=False
            ).values_list("grade", flat=True)
        )
        assert label.judgments == sum(grades.values())
        assert label.majority_share == pytest.approx(max(grades.values()) / label.judgments)
        assert grades[label.majority] == max(grades.values())
    assert label_counts(run).differing == sum(
        label.label != label.majority for label in run.labels.all()
    )


def test_the_same_input_gives_the_same_labels(scene: Labeled) -> None:
    first, second = scene.consensus(), scene.consensus()

    assert first.pk != second.pk
    assert first.input_hash == second.input_hash
    assert labels(first) == labels(second)
    assert (newest_run(scene.project), list(runs_of(scene.project))) == (second, [second, first])


def test_other_input_gives_another_hash(scene: Labeled) -> None:
    first = scene.consensus()
    judge(scene, scene.items[5], UserFactory(), 0)

    assert scene.consensus().input_hash != first.input_hash


def test_an_abstention_is_no_label(scene: Labeled) -> None:
    first = scene.consensus()
    judge(scene, scene.items[5], UserFactory(), None)

    second = scene.consensus()

    assert second.abstentions == first.abstentions + 1
    assert (second.judgments, second.raters) == (first.judgments, first.raters)
    assert labels(second) == labels(first)


def test_work_that_fills_no_place_is_not_used(scene: Labeled) -> None:
    first = scene.consensus()
    judge(scene, scene.items[5], UserFactory(), 0, late=True, counts=False)

    assert scene.consensus().input_hash == first.input_hash


def test_rejected_work_is_not_used(scene: Labeled) -> None:
    reject_all(scene)
    for again in (UserFactory(), UserFactory()):
        for item in scene.items[:6]:
            judge(scene, item, again, 1)

    run = scene.consensus()

    assert (run.judgments, run.raters, run.items) == (12, 2, 6)


def test_an_expert_overrules_the_model_and_keeps_its_posterior(scene: Labeled) -> None:
    settled = Adjudication.objects.get()
    before = scene.consensus()
    model = before.labels.get(item=settled.item)
    assert (model.label, model.source) == (3, ConsensusLabel.Source.ADJUDICATED)
    assert model.probability == model.posterior[3] < max(model.posterior)
    assert set(before.labels.exclude(item=settled.item).values_list("source", flat=True)) == {
        "human"
    }

    Adjudication.objects.update(grade=None, settled_by=None, settled_at=None, rationale="")
    after = scene.consensus()

    assert after.input_hash == before.input_hash
    unsettled = after.labels.get(item=settled.item)
    assert (unsettled.label, unsettled.source) == (np.argmax(model.posterior), "human")
    assert unsettled.posterior == model.posterior


def test_gold_answers_are_never_used(scene: Labeled) -> None:
    before = scene.consensus()
    GoldAnswer.objects.update(accepted=[3])
    GoldAnswer.objects.create(
        item=scene.items[7], project=scene.project, accepted=[0], added_by=scene.owner,
        added_at=LATER,
    )  # fmt: skip

    after = scene.consensus()

    assert after.input_hash == before.input_hash
    assert labels(after) == labels(before)


def test_gold_answers_check_a_run(scene: Labeled) -> None:
    run = scene.consensus()
    truth = {label.item_id: label for label in run.labels.all()}
    GoldAnswer.objects.all().delete()
    wrong, right = scene.items[4], scene.items[8]
    for item, accepted in (
        (right, [truth[right.pk].label, 3]),
        (wrong, [(truth[wrong.pk].label + 1) % 4]),
    ):
        GoldAnswer.objects.create(
            item=item, project=scene.project, accepted=accepted, added_by=scene.owner,
            added_at=LATER,
        )  # fmt: skip

    check = gold_check(run)

    assert (check.items, check.consensus_hits) == (2, 1)
    assert check.majority_hits == (truth[right.pk].majority in [truth[right.pk].label, 3]) + (
        truth[wrong.pk].majority == (truth[wrong.pk].label + 1) % 4
    )


def test_labels_are_read_in_the_order_of_the_items(scene: Labeled) -> None:
    run = scene.consensus()

    keys = [label.item.key for label in labels_of(run)]

    assert keys == [item.key for item in scene.items]
    assert [label.item.key for label in iterate(run)] == keys
    assert label_counts(run).by_grade == Counter(run.labels.values_list("label", flat=True))


def test_there_must_be_something_to_aggregate(db: None) -> None:
    floor = an_open_project(3)
    ana = floor.annotators[0]
    for said, answers in (
        ("no item has a judgment with a grade", CANNOT_JUDGE),
        ("no item has a judgment with a grade", a_grade(2)),
        ("no item has grades from two people", a_grade(2)),
    ):
        with pytest.raises(NothingToAggregate, match=said) as refusal:
            run_consensus(project=floor.project, by=floor.owner, at=LATER)
        assert refusal.value.details["reason"]
        submit(floor.task(ana), ana, answers)
    assert not ConsensusRun.objects.exists()
    assert newest_run(floor.project) is None


def test_after_everything_was_rejected_there_is_nothing(scene: Labeled) -> None:
    reject_all(scene)

    with pytest.raises(NothingToAggregate):
        scene.consensus()


def test_without_a_plan_there_are_no_classes(scene: Labeled) -> None:
    Plan.objects.update(state="superseded")

    with pytest.raises(NoPlanInForce):
        scene.consensus()
