"""Gold: what is accepted, what is marked, who is good."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests.factories.labeled import AT, LATER, Labeled, UserFactory, judge, with_role
from tests.factories.labeling import CANNOT_JUDGE, a_grade, an_open_project, submit
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import Grant, Role
from touchstone.apps.quality.models import GoldAnswer, GoldMark
from touchstone.apps.quality.operations import UnknownItems, add_gold, mark_gold
from touchstone.apps.quality.policies import is_hit
from touchstone.apps.quality.queries import gold_rows, rater_rows, unseen_gold


def gold(scene: Labeled, answers: dict[str, list[int]]) -> int:
    return add_gold(project=scene.project, answers=answers, by=scene.owner, at=LATER)


def test_gold_is_kept_with_all_its_answers(scene: Labeled) -> None:
    assert gold(scene, {"i1-0": [3, 2, 3], "i1-1": [0]}) == 2

    assert GoldAnswer.objects.get(item__key="i1-0").accepted == [2, 3]
    assert Event.objects.get(event="quality.gold.added").data["items"] == 2


def test_gold_for_items_that_are_not_there_is_refused_whole(scene: Labeled) -> None:
    with pytest.raises(UnknownItems, match="nix, nil") as refusal:
        gold(scene, {"i1-0": [1], "nix, nil": [2]})

    assert refusal.value.details["keys"] == ["nix, nil"]
    assert not GoldAnswer.objects.filter(item__key="i1-0").exists()


def test_another_projects_items_are_unknown(scene: Labeled) -> None:
    other = an_open_project(1, key="other")

    with pytest.raises(UnknownItems):
        add_gold(project=other.project, answers={scene.items[5].key: [1]}, by=other.owner, at=LATER)


def test_gold_accepts_something_and_stands_once(scene: Labeled) -> None:
    with pytest.raises(IntegrityError, match="accepts_something"), transaction.atomic():
        gold(scene, {"i1-0": []})
    with pytest.raises(IntegrityError, match="item_id"), transaction.atomic():
        gold(scene, {scene.items[0].key: [1]})


@pytest.mark.parametrize(("grade", "hit"), [(0, False), (1, True), (2, False), (3, True)])
def test_a_hit_is_any_accepted_answer(scene: Labeled, grade: int, hit: bool) -> None:
    gold(scene, {"i1-0": [1, 3]})
    judgment = judge(scene, scene.items[3], UserFactory(), grade)

    mark = mark_gold(judgment=judgment, at=LATER)

    assert mark is not None
    assert mark.hit is is_hit(grade, [1, 3]) is hit
    assert mark_gold(judgment=judgment, at=LATER) == mark
    assert Event.objects.filter(event="quality.gold.marked").count() == 1


def test_a_mark_keeps_the_answer_as_it_stood(scene: Labeled) -> None:
    gold(scene, {"i1-0": [1]})
    judgment = judge(scene, scene.items[3], UserFactory(), 1)
    mark_gold(judgment=judgment, at=LATER)
    GoldAnswer.objects.update(accepted=[2])

    again = mark_gold(judgment=judgment, at=LATER)

    assert again is not None
    assert (again.accepted, again.hit) == ([1], True)


def test_what_is_no_answer_to_gold_is_not_marked(scene: Labeled) -> None:
    gold(scene, {"i1-0": [1], "i1-1": [1]})
    GoldAnswer.objects.filter(item__key="i1-1").update(retired_at=AT)
    unmarked = [
        judge(scene, scene.items[3], UserFactory(), None),
        judge(scene, scene.items[3], UserFactory(), 1, late=True, counts=False),
        judge(scene, scene.items[4], UserFactory(), 1),
        judge(scene, scene.items[5], UserFactory(), 1),
    ]

    assert [mark_gold(judgment=each, at=LATER) for each in unmarked] == [None] * 4
    assert not GoldMark.objects.exists()


def test_gold_that_a_person_was_given_is_seen_whatever_became_of_it(db: None) -> None:
    floor = an_open_project(1, gold=5)
    ana, ben, _chloe = floor.annotators
    submit(floor.task(ana, "g0"), ana, CANNOT_JUDGE)
    floor.task(ana, "g1")
    floor.task(ben, "g2")
    GoldAnswer.objects.filter(item__key="g3").update(retired_at=AT)

    def unseen(count: int, tag: str = "en-US") -> set[int]:
        return set(
            unseen_gold(project=floor.project, annotator=ana, locale_tags=[tag], count=count)
        )

    assert unseen(9) == {floor.item("g2").pk, floor.item("g4").pk}
    assert len(unseen(1)) == 1
    assert unseen(0) == unseen(9, "fr-FR") == set()


def test_gold_rows_show_what_is_missed_most(db: None) -> None:
    floor = an_open_project(0, gold=3)
    for person, grade in zip(floor.annotators, (2, 0, 1), strict=True):
        mark_gold(judgment=submit(floor.task(person, "g1"), person, a_grade(grade)), at=AT)
    ana = floor.annotators[0]
    mark_gold(judgment=submit(floor.task(ana, "g2"), ana, a_grade(2)), at=AT)

    rows = [(row.item.key, row.trials, row.misses) for row in gold_rows(floor.project)]

    assert rows == [("g1", 3, 2), ("g2", 1, 0), ("g0", 0, 0)]


def test_raters_are_shown_with_their_gold(scene: Labeled) -> None:
    gold(scene, {item.key: [item.judgments.earliest("pk").grade or 0] for item in scene.items[3:]})
    for item in scene.items[3:]:
        for judgment in item.judgments.all():
            mark_gold(judgment=judgment, at=LATER)

    rows = {row.user: row for row in rater_rows(scene.project, scene.owner, 0.8)}

    assert set(rows) == set(scene.raters)
    for user, row in rows.items():
        marks = GoldMark.objects.filter(judgment__annotator=user)
        assert (row.gold_trials, row.gold_hits) == (21, marks.filter(hit=True).count())
        assert row.judgments == len(scene.items)
        assert row.low is not None and row.accuracy is not None and row.high is not None
        assert row.low < row.accuracy < row.high
        assert row.p_below is not None and 0 <= row.p_below <= 1
    careful, third = rows[scene.raters[0]], rows[scene.raters[2]]
    assert (careful.p_below or 0) < (third.p_below or 0)


def test_a_vendor_manager_sees_their_own_raters_only(scene: Labeled) -> None:
    near = scene.raters[0].vendor
    manager = UserFactory()
    Grant.objects.create(user=manager, role=Role.VENDOR_MANAGER, vendor=near)

    assert [row.user for row in rater_rows(scene.project, manager, None)] == [scene.raters[0]]
    assert len(rater_rows(scene.project, with_role(Role.QA_LEAD), None)) == 3
    assert rater_rows(scene.project, scene.requester, None) == []
