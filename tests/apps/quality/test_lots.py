"""Lots: all that waits at once, decided once, and what rejection takes away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from tests.factories.labeled import LATER, LOCALE, Labeled, UserFactory, a_labeled_project, judge
from tests.factories.labeling import an_open_project, submit
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.ledger.models import Event
from touchstone.apps.planning.models import Project
from touchstone.apps.quality.models import Lot, LotJudgment
from touchstone.apps.quality.operations import (
    EmptyLot,
    ReasonMissing,
    decide_lot,
    draw_audits,
    mark_gold,
    submit_audit,
)
from touchstone.apps.quality.queries import (
    lots_of,
    rejected_counts,
    standing_judgments,
    waiting_for_lot,
)


def decide(
    project: Project, decision: str = "accepted", reason: str = "", tag: str = LOCALE
) -> Lot:
    return decide_lot(
        project=project, locale_tag=tag, decision=decision, reason=reason, by=project.owner,
        at=LATER,
    )  # fmt: skip


def test_everything_that_waits_is_decided_together(scene: Labeled) -> None:
    counted = set(Judgment.objects.filter(counts=True).values_list("pk", flat=True))
    assert waiting_for_lot(scene.project) == {LOCALE: len(counted)}

    lot = decide(scene.project)

    assert set(lot.judgments.values_list("judgment", flat=True)) == counted
    assert waiting_for_lot(scene.project) == {}
    event = Event.objects.get(event="quality.lot.accepted")
    assert event.data == {"judgments": len(counted), "locale": LOCALE}


def test_a_judgment_is_decided_on_once(scene: Labeled) -> None:
    decide(scene.project)
    with pytest.raises(EmptyLot):
        decide(scene.project)
    late = judge(scene, scene.items[4], UserFactory(), 1)

    second = decide(scene.project, "rejected", "Misses")

    assert second.number == 2
    assert [row.judgment_id for row in second.judgments.all()] == [late.pk]
    assert [(lot.number, lot.size) for lot in lots_of(scene.project)] == [(2, 1), (1, 72)]


def test_each_locale_is_decided_on_its_own(db: None) -> None:
    floor = an_open_project(4, locales=(LOCALE, "fr-FR"))
    ana = floor.annotators[0]
    for key in ("i0", "i1", "i3"):
        submit(floor.task(ana, key), ana)

    lot = decide(floor.project, tag="fr-FR")

    assert lot.judgments.count() == 2
    assert waiting_for_lot(floor.project) == {LOCALE: 1}
    with pytest.raises(EmptyLot):
        decide(floor.project, tag="de-DE")


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_rejection_says_why(scene: Labeled, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        decide(scene.project, "rejected", reason)
    assert not Lot.objects.exists()


def test_a_lot_keeps_its_evidence(scene: Labeled) -> None:
    gold = [
        mark_gold(judgment=judge(scene, scene.items[0], UserFactory(), grade), at=LATER)
        for grade in (0, 0, 3)
    ]
    draw = draw_audits(project=scene.project, size=4, seed=1, by=scene.expert, at=LATER)
    for number, audit in enumerate(draw.audits.order_by("pk")[:3]):
        grade = ((audit.judgment.grade or 0) + (number == 0)) % 4
        answers = {"outcome": "label", "values": {"grade": grade}}
        submit_audit(audit=audit, answers=answers, by=scene.expert, at=LATER)

    lot = decide(scene.project)

    assert lot.evidence == {
        "judgments": 72 + len(gold),
        "gold_marks": 3,
        "gold_hits": 2,
        "audits": 3,
        "audits_agreeing": 2,
    }


def test_only_rejection_takes_work_away(scene: Labeled) -> None:
    accepted = decide(scene.project)
    late = judge(scene, scene.items[4], UserFactory(), 1)
    rejected = decide(scene.project, "rejected", "Misses")
    waiting = judge(scene, scene.items[4], UserFactory(), 1)

    standing = set(standing_judgments(scene.project).values_list("pk", flat=True))

    assert late.pk not in standing
    assert waiting.pk in standing
    assert len(standing) == 73
    assert rejected_counts(accepted) == {}
    assert rejected_counts(rejected) == {scene.items[4].pk: 1}


def test_rejected_judgments_are_counted_by_item(scene: Labeled) -> None:
    judge(scene, scene.items[4], UserFactory(), 1)

    counts = rejected_counts(decide(scene.project, "rejected", "Misses"))

    assert counts == {item.pk: 3 + (item == scene.items[4]) for item in scene.items}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_stands() -> None:
    scene = a_labeled_project(queries=2)
    start = Barrier(2)

    def decided(decision: str) -> str:
        try:
            start.wait(timeout=20)
            return str(decide(scene.project, decision, "At the same time").decision)
        except EmptyLot:
            return "nothing left"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(decided, ["accepted", "rejected"]))

    lot = Lot.objects.get()
    assert sorted(results) == sorted([lot.decision, "nothing left"])
    assert LotJudgment.objects.count() == Judgment.objects.filter(counts=True).count()
