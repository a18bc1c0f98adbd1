"""Audits: drawn at random, judged blind, once, and never by whoever did the work."""

from __future__ import annotations

import dataclasses

import pytest

from tests.factories.labeled import LATER, Labeled, UserFactory, judge
from tests.factories.labeling import an_open_project
from touchstone.apps.guidelines.policies import InvalidAnswers
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.ledger.models import Event
from touchstone.apps.planning.models import Project
from touchstone.apps.quality.models import Audit, AuditDraw
from touchstone.apps.quality.operations import (
    AlreadyDone,
    NothingToDraw,
    OwnWork,
    decide_lot,
    draw_audits,
    submit_audit,
)
from touchstone.apps.quality.policies import agrees
from touchstone.apps.quality.queries import audit_for, audit_queue, blind_audits
from touchstone.apps.quality.queues import queue_sizes, waiting_audits
from touchstone.lib.errors import NotVisible

# 24 items with three judgments; one item is gold.
GRADED = 23 * 3


def draw(scene: Labeled, size: int, seed: int = 1) -> AuditDraw:
    return draw_audits(project=scene.project, size=size, seed=seed, by=scene.expert, at=LATER)


def grade(value: object) -> dict[str, object]:
    return {"outcome": "label", "values": {"grade": value}}


def test_a_draw_keeps_how_it_was_drawn(scene: Labeled) -> None:
    drawn = draw(scene, 12, seed=7)

    assert (drawn.size, drawn.population, drawn.seed) == (12, GRADED, 7)
    audits = list(drawn.audits.all())
    assert len({audit.judgment_id for audit in audits}) == 12
    assert {audit.inclusion_probability for audit in audits} == {12 / GRADED}
    assert Event.objects.get(event="quality.audits.drawn").data == {
        "size": 12,
        "population": GRADED,
    }


def test_the_same_seed_draws_the_same(scene: Labeled) -> None:
    def judgments(seed: int) -> set[int]:
        Audit.objects.all().delete()
        return set(draw(scene, 12, seed).audits.values_list("judgment", flat=True))

    assert judgments(3) == judgments(3)
    assert judgments(3) != judgments(4)


def test_no_gold_no_abstention_no_uncounted_work(scene: Labeled) -> None:
    judge(scene, scene.items[5], UserFactory(), None)
    drawn = draw(scene, 1000)

    assert drawn.size == drawn.population == GRADED
    judged = Judgment.objects.filter(audit__draw=drawn)
    assert not judged.filter(item=scene.items[0]).exists()
    assert set(judged.values_list("outcome", "counts")) == {("label", True)}
    assert {audit.inclusion_probability for audit in drawn.audits.all()} == {1.0}


def test_nothing_is_drawn_twice(scene: Labeled) -> None:
    draw(scene, 40)

    second = draw(scene, 40)

    assert (second.size, second.population) == (GRADED - 40, GRADED - 40)
    with pytest.raises(NothingToDraw):
        draw(scene, 1)


@pytest.mark.parametrize("size", [0, -3])
def test_a_draw_of_nothing_is_refused(scene: Labeled, size: int) -> None:
    with pytest.raises(NothingToDraw):
        draw(scene, size)
    assert not AuditDraw.objects.exists()


def test_rejected_work_is_not_audited(scene: Labeled) -> None:
    decide_lot(
        project=scene.project, locale_tag="en-US", decision="rejected", reason="Misses",
        by=scene.owner, at=LATER,
    )  # fmt: skip

    with pytest.raises(NothingToDraw):
        draw(scene, 5)


def test_an_auditor_sees_the_item_and_not_the_answer(scene: Labeled) -> None:
    audit = draw(scene, 1).audits.get()

    (task,) = blind_audits(scene.project, scene.expert)

    assert (task.pk, task.query) == (audit.pk, audit.judgment.item.query.text)
    assert task.content == audit.judgment.item.content
    assert task.grades == ()
    told = str(dataclasses.asdict(task))
    assert audit.judgment.annotator.name not in told
    assert audit.judgment.comment not in told


@pytest.mark.parametrize("other", [0, 1])
def test_an_audit_says_whether_two_people_agree(scene: Labeled, other: int) -> None:
    audit = draw(scene, 1).audits.get()
    given = ((audit.judgment.grade or 0) + other) % 4

    done = submit_audit(audit=audit, answers=grade(given), by=scene.expert, at=LATER)

    done.refresh_from_db()
    assert (done.agrees, done.grade, done.outcome) == (other == 0, given, "label")
    assert (done.auditor, done.done_at) == (scene.expert, LATER)
    assert Event.objects.get(event="quality.audit.submitted").data["agrees"] is (other == 0)


def test_not_judging_agrees_with_no_grade(scene: Labeled) -> None:
    audit = draw(scene, 1).audits.get()
    answers = {"outcome": "cannot_judge", "reason": "broken", "comment": "gone"}

    done = submit_audit(audit=audit, answers=answers, by=scene.expert, at=LATER)

    assert (done.agrees, done.grade, done.reason, done.comment) == (False, None, "broken", "gone")
    assert agrees(outcome="cannot_judge", grade=None, audited_outcome="cannot_judge", audited=None)


def test_nobody_audits_their_own_work(scene: Labeled) -> None:
    draw(scene, GRADED)
    mine = Audit.objects.filter(judgment__annotator=scene.raters[0]).first()
    assert mine is not None

    with pytest.raises(OwnWork):
        submit_audit(audit=mine, answers=grade(1), by=scene.raters[0], at=LATER)

    mine.refresh_from_db()
    assert mine.done_at is None
    assert audit_queue(scene.project, scene.raters[0]).count() == GRADED * 2 // 3
    assert audit_queue(scene.project, scene.expert).count() == GRADED
    projects = Project.objects.all()
    assert waiting_audits(projects, scene.raters[0]) == {scene.project.pk: GRADED * 2 // 3}


def test_an_audit_is_done_once(scene: Labeled) -> None:
    audit = draw(scene, 1).audits.get()
    submit_audit(audit=audit, answers=grade(1), by=scene.expert, at=LATER)

    with pytest.raises(AlreadyDone):
        submit_audit(audit=audit, answers=grade(2), by=scene.owner, at=LATER)

    audit.refresh_from_db()
    assert (audit.grade, audit.auditor) == (1, scene.expert)
    sizes = queue_sizes(scene.project)
    assert (sizes.audits_open, sizes.audits_done) == (0, 1)


def test_a_grade_outside_the_scale_is_no_audit(scene: Labeled) -> None:
    audit = draw(scene, 1).audits.get()

    with pytest.raises(InvalidAnswers, match="outside the scale"):
        submit_audit(audit=audit, answers=grade(4), by=scene.expert, at=LATER)

    audit.refresh_from_db()
    assert audit.done_at is None


def test_another_projects_audit_does_not_exist(scene: Labeled) -> None:
    audit = draw(scene, 1).audits.get()
    other = an_open_project(0, key="other").project

    assert audit_for(scene.project, audit.pk) == audit
    with pytest.raises(NotVisible):
        audit_for(other, audit.pk)
