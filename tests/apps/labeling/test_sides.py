"""Two sides: half see them exchanged, and the store always holds the item's own orientation."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.apps.guidelines.sample_schemas import every_kind, two_sides
from tests.factories.labeled import AT
from tests.factories.labeling import Floor, submit
from tests.factories.task_types import a_floor_of
from touchstone.apps.guidelines.policies import InvalidAnswers
from touchstone.apps.items.models import Item
from touchstone.apps.labeling.models import Assignment, Judgment
from touchstone.apps.labeling.queries import LeasedTask, tasks_in_hand
from touchstone.apps.people.models import User
from touchstone.apps.quality.operations import mark_gold

A, B = [{"id": "a", "title": "A"}], [{"id": "b", "title": "B"}]
PAIR = {"left": A, "right": B}

pytestmark = pytest.mark.django_db


@pytest.fixture
def floor() -> Floor:
    """Twelve comparisons; in two of them the left side is known to be better."""
    items = {f"i{number}": PAIR for number in range(10)} | {"g0": PAIR, "g1": PAIR}
    return a_floor_of(two_sides(), items, g0="-1", g1="-1")


def with_id(task: LeasedTask, last_bit: int) -> LeasedTask:
    """The task as its assignment would be with another id: swapped or not, at will."""
    chosen = UUID(int=task.assignment_id.int & ~1 | last_bit)
    Assignment.objects.filter(pk=task.assignment_id).update(id=chosen)
    (found,) = [
        each
        for each in tasks_in_hand(
            project=Assignment.objects.get(pk=chosen).project,
            annotator=Assignment.objects.get(pk=chosen).annotator,
            at=AT,
        )
        if each.assignment_id == chosen
    ]
    return found


def prefer(task: LeasedTask, title: str, by: User, **values: object) -> Judgment:
    """Answer as somebody who prefers the side that shows `title`, wherever it stands."""
    left = task.content["left"][0]["title"]  # type: ignore[index]
    answers = {"outcome": "label", "values": {"side": -1 if left == title else 1, **values}}
    return submit(task, by, answers)


def test_what_is_shown_follows_the_assignment(floor: Floor) -> None:
    ana = floor.annotators[0]

    for task in floor.lease(ana, 10):
        swapped = bool(task.assignment_id.int & 1)
        assert task.content == ({"left": B, "right": A} if swapped else PAIR)
    again = tasks_in_hand(project=floor.project, annotator=ana, at=AT)
    assert {bool(task.assignment_id.int & 1): task.content["left"] for task in again}.items() <= {
        False: A,
        True: B,
    }.items()


@pytest.mark.parametrize("swapped", [False, True])
def test_the_store_holds_the_items_own_orientation(floor: Floor, swapped: bool) -> None:
    ana = floor.annotators[0]
    task = with_id(floor.task(ana, "i0"), int(swapped))
    spam = "right_has" if swapped else "left_has"

    judgment = prefer(task, "A", ana, spam=[spam], reasons=["safer"])

    judgment.refresh_from_db()
    assert (judgment.grade, judgment.swapped) == (-1, swapped)
    assert judgment.answers["values"] == {"side": -1, "spam": ["left_has"], "reasons": ["safer"]}
    assert Item.objects.get(pk=judgment.item_id).content == PAIR


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("preferred", "hit"), [("A", True), ("B", False)])
def test_gold_is_marked_right_whichever_side_it_was_shown_on(
    floor: Floor, swapped: bool, preferred: str, hit: bool
) -> None:
    ana = floor.annotators[0]
    judgment = prefer(with_id(floor.task(ana, "g0"), int(swapped)), preferred, ana)

    mark = mark_gold(judgment=judgment, at=AT)

    assert mark is not None
    assert mark.hit is hit


@pytest.mark.parametrize("swapped", [False, True])
def test_a_repeat_is_known_by_what_was_sent(floor: Floor, swapped: bool) -> None:
    ana = floor.annotators[0]
    task = with_id(floor.task(ana, "i0"), int(swapped))
    answers = {"outcome": "label", "values": {"side": 1}}

    first, second = (submit(task, ana, answers, idempotency_key="once") for _ in range(2))

    assert first.pk == second.pk
    assert Judgment.objects.count() == 1


@pytest.mark.parametrize("swapped", [False, True])
def test_wrong_answers_keep_nothing(floor: Floor, swapped: bool) -> None:
    ana = floor.annotators[0]
    task = with_id(floor.task(ana, "i0"), int(swapped))

    with pytest.raises(InvalidAnswers) as refused:
        submit(task, ana, {"outcome": "label", "values": {"side": 2}})

    assert refused.value.details == {"field": "side"}
    assert not Judgment.objects.exists()
    assert floor.entry("i0").taken == 1


def test_what_is_not_labeled_says_how_it_was_shown_too(floor: Floor) -> None:
    ana = floor.annotators[0]
    task = with_id(floor.task(ana, "i0"), 1)

    judgment = submit(task, ana, {"outcome": "escalate", "reason": "odd"})

    assert (judgment.grade, judgment.swapped) == (None, True)


def test_spans_and_orders_are_checked_against_the_item() -> None:
    content = {"text": "teh cat", "readings": [{"id": "a", "title": "A"}, {"id": 2, "title": "B"}]}
    floor = a_floor_of(every_kind(), {"i0": content})
    ana, ben, _chloe = floor.annotators
    values = {
        "grade": 5,
        "typo": [{"start": 0, "end": 3, "tag": "typo"}],
        "order": ["2", "a"],
        "flags": ["d", "a"],
    }

    judgment = submit(floor.task(ana, "i0"), ana, {"outcome": "label", "values": values})

    judgment.refresh_from_db()
    assert judgment.answers["values"] == values | {"flags": ["a", "d"]}
    late = [{"start": 4, "end": 9, "tag": "typo"}]
    with pytest.raises(InvalidAnswers, match="7 characters"):
        submit(
            floor.task(ben, "i0"),
            ben,
            {"outcome": "label", "values": {"grade": 5, "typo": late}},
        )
    assert Judgment.objects.count() == 1
