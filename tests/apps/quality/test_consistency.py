"""How often people agree with themselves: against figures reckoned apart from the product."""

from __future__ import annotations

import pytest
from sklearn.metrics import cohen_kappa_score

from assay.intervals import wilson
from assay.results import Estimate
from tests.factories.guidelines import TaskTypeFactory
from tests.factories.labeled import Labeled, UserFactory, a_labeled_project, judge
from touchstone.apps.guidelines.seeds import SEEDS
from touchstone.apps.items.models import Item
from touchstone.apps.planning.models import Plan
from touchstone.apps.quality.consistency import FEWEST_FOR_KAPPA, self_consistency
from touchstone.apps.quality.queries import rater_rows

pytestmark = pytest.mark.slow  # each has a labeled project


@pytest.fixture
def wide(db: None) -> Labeled:
    """Twenty-four items, each with the judgments of three raters."""
    return a_labeled_project(queries=8, documents=3)


def first_grade(item: Item, rater: object) -> int | None:
    return item.judgments.get(annotator=rater, counts=True).grade


def ask_again(scene: Labeled, rater: int, changes: list[int | None]) -> list[tuple[int, int]]:
    """The rater is asked about as many items once more, and changes each grade by so much.

    None is "cannot judge". Returns the pairs of grades.
    """
    user, pairs = scene.raters[rater], []
    graded = [item for item in scene.items if first_grade(item, user) is not None]
    for item, change in zip(graded, changes, strict=False):
        first = first_grade(item, user)
        assert first is not None
        second = None if change is None else (first + change) % 4
        judge(scene, item, user, second, repeat=True)
        if second is not None:
            pairs.append((first, second))
    return pairs


def test_without_repeats_nobody_is_consistent_or_not(wide: Labeled) -> None:
    assert self_consistency(wide.project) == {}
    assert {row.consistency for row in rater_rows(wide.project, wide.owner, None)} == {None}


def test_the_share_and_its_interval_are_those_of_the_pairs(wide: Labeled) -> None:
    ask_again(wide, 0, [0, 0, 1, 0, 0])
    ask_again(wide, 1, [0, 0])

    found = self_consistency(wide.project)

    assert set(found) == {wide.raters[0].pk, wide.raters[1].pk}
    ana, ben = found[wide.raters[0].pk], found[wide.raters[1].pk]
    expected = wilson(4, 5)
    assert isinstance(expected, Estimate)
    assert (ana.repeats, ana.agreed, ana.share) == (5, 4, 0.8)
    assert (ana.low, ana.high) == pytest.approx((expected.low, expected.high))
    assert (ben.repeats, ben.agreed, ben.share) == (2, 2, 1.0)
    assert ana.kappa is None, "five say nothing of chance"


def test_an_answer_without_a_grade_makes_no_pair(wide: Labeled) -> None:
    ask_again(wide, 0, [0, None, 1])

    assert self_consistency(wide.project)[wide.raters[0].pk].repeats == 2


def test_the_grades_of_others_are_not_compared(wide: Labeled) -> None:
    """What counts of the same person is the first answer, whoever else judged the item."""
    newcomer = UserFactory()
    judge(wide, wide.items[3], newcomer, (first_grade(wide.items[3], wide.raters[0]) or 0) ^ 1)
    ask_again(wide, 0, [0] * 6)

    assert self_consistency(wide.project)[wide.raters[0].pk].share == 1.0


def test_kappa_is_weighted_and_comes_from_twenty_on(wide: Labeled) -> None:
    changes: list[int | None] = [0, 0, 0, 0, 1, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0]
    assert len(changes) == FEWEST_FOR_KAPPA
    pairs = ask_again(wide, 0, changes)
    ask_again(wide, 1, [0] * 19)

    found = self_consistency(wide.project)

    kappa = found[wide.raters[0].pk].kappa
    assert kappa is not None
    expected = cohen_kappa_score(*zip(*pairs, strict=True), weights="quadratic", labels=range(4))
    assert kappa.value == pytest.approx(expected)
    assert kappa.low < kappa.value < kappa.high
    assert found[wide.raters[1].pk].kappa is None


def test_a_plan_that_nobody_works_under_changes_nothing(wide: Labeled) -> None:
    ask_again(wide, 0, [0] * 19 + [1])
    before = self_consistency(wide.project)
    nominal = next(seed.schema() for seed in SEEDS if seed.key == "esci")
    draft = Plan.objects.get(pk=wide.plan.pk)
    draft.pk, draft.version, draft.state = None, draft.version + 1, "draft"
    draft.task_type = TaskTypeFactory(schema=nominal)
    draft.save(force_insert=True)

    assert self_consistency(wide.project) == before


def test_somebody_who_contradicts_themselves_stands_out(wide: Labeled) -> None:
    ask_again(wide, 0, [0] * 20)
    ask_again(wide, 1, [0] * 20)
    ask_again(wide, 2, [1, 0] * 10)

    found = self_consistency(wide.project)

    below = [found[rater.pk].below for rater in wide.raters]
    assert below[2] < 0.001 < 0.5 < min(below[:2])


def test_one_grade_throughout_has_no_kappa(db: None) -> None:
    scene = a_labeled_project(queries=16, documents=6)
    user = scene.raters[0]
    alike = [item for item in scene.items if first_grade(item, user) == 1][:20]
    for item in alike:
        judge(scene, item, user, 1, repeat=True)

    found = self_consistency(scene.project)[user.pk]

    assert (found.repeats, found.share, found.kappa) == (20, 1.0, None)
    assert found.low < 1
