"""Dynamic overlap: when an item stops, when it asks for more, and what is kept about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from assay.consensus.collecting import HALF_TRUST
from assay.results import TooLittle
from tests.factories.fits import GRADES, decide, know
from tests.factories.labeled import AT, LOCALE, a_plan
from tests.factories.labeling import (
    CANNOT_JUDGE,
    GOLD_GRADE,
    Floor,
    a_grade,
    an_open_project,
    submit,
)
from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.labeling.models import DueItem, Judgment, QueueEntry, RaterFit, StopDecision
from touchstone.apps.labeling.operations import (
    expire_leases,
    release_lease,
    skip,
    want_again,
)
from touchstone.apps.labeling.queries import LeasedTask, overlap_faults
from touchstone.apps.labeling.stopping import decisions_of, newest_fits, take_due
from touchstone.apps.ledger.models import Event
from touchstone.apps.quality.operations import decide_lot
from touchstone.flows.collecting import BATCH, fits_wanted
from touchstone.flows.rater_models import RaterModels, fit_raters

pytestmark = pytest.mark.slow

OVER = AT + timedelta(minutes=30)


@pytest.fixture
def floor(db: None) -> Floor:
    """Three judgments wanted, five at most, until 95 % sure; six people, each right at 0.9."""
    floor = an_open_project(4, overlap=3, most=5, confidence="0.95", annotators=6)
    know(floor)
    return floor


def judge(floor: Floor, key: str, *grades: int, first: int = 0) -> list[Judgment]:
    """One judgment on an item by each of the next annotators, starting with the `first`."""
    people = floor.annotators[first : first + len(grades)]
    return [
        submit(floor.task(person, key), person, a_grade(grade))
        for person, grade in zip(people, grades, strict=True)
    ]


def wanted(floor: Floor, key: str) -> tuple[int, int]:
    entry = floor.entry(key)
    return entry.need, entry.taken


def verdicts(floor: Floor, key: str) -> list[str]:
    return [row.verdict for row in decisions_of(floor.project, item_key=key)]


# --- the rule -----------------------------------------------------------------------------------


def test_an_item_stops_as_soon_as_it_is_sure(floor: Floor) -> None:
    judge(floor, "i0", 2)
    assert decide() == 0, "nobody is sure by one judgment"
    judge(floor, "i0", 2, first=1)

    assert decide(OVER) == 1

    assert wanted(floor, "i0") == (2, 2)
    (row,) = decisions_of(floor.project, item_key="i0")
    assert (row.verdict, row.judgments, row.need_before, row.need_after) == ("stop", 2, 3, 2)
    assert (row.fit, row.plan, row.at) == (RaterFit.objects.get(), floor.plan, OVER)
    assert row.threshold == Decimal("0.95")
    # By hand: 0.9² against three times (0.1/3)², with equal priors.
    assert row.probability == pytest.approx(0.81 / (0.81 + 3 * (0.1 / 3) ** 2))
    assert row.posterior[2] == row.probability and sum(row.posterior) == pytest.approx(1)


def test_an_item_that_is_not_sure_asks_for_one_more_at_a_time_up_to_the_most(floor: Floor) -> None:
    for first, (grades, need) in enumerate([((0, 1), 3), ((2,), 4), ((3,), 5)]):
        judge(floor, "i0", *grades, first=first and first + 1)
        decide()
        assert wanted(floor, "i0")[0] == need
    judge(floor, "i0", 3, first=4)
    decide()

    assert wanted(floor, "i0") == (5, 5)
    assert verdicts(floor, "i0") == ["more", "more", "most"]
    assert floor.lease(floor.annotators[5], 4) and not floor.lease(
        floor.hire(), item_ids=[floor.item("i0").pk]
    ), "at the most it takes nobody any more"


def test_it_waits_while_answers_are_to_come(floor: Floor) -> None:
    judge(floor, "i0", 0, 1)
    floor.task(floor.annotators[2], "i0")

    decide()

    assert wanted(floor, "i0") == (3, 3) and verdicts(floor, "i0") == []


def test_a_stop_leaves_those_who_hold_the_item_their_place(floor: Floor) -> None:
    held = floor.task(floor.annotators[5], "i0")
    judge(floor, "i0", 1, 1)

    decide()
    assert wanted(floor, "i0") == (3, 3)

    assert submit(held, floor.annotators[5], a_grade(1)).counts
    decide()
    assert verdicts(floor, "i0") == ["stop", "stop"]
    assert overlap_faults(floor.project) == 0


@pytest.mark.parametrize("how", ["expired", "released", "skipped"])
def test_a_place_given_back_after_a_stop_is_not_filled_again(floor: Floor, how: str) -> None:
    last = floor.annotators[5]
    held = floor.task(last, "i0")
    judge(floor, "i0", 1, 1)
    decide()
    give_back: dict[str, Callable[[LeasedTask], object]] = {
        "expired": lambda task: expire_leases(project=floor.project, at=OVER),
        "released": lambda task: release_lease(
            assignment_id=task.assignment_id, lease=task.lease, by=last, at=AT
        ),
        "skipped": lambda task: skip(
            assignment_id=task.assignment_id, lease=task.lease, reason="", by=last, at=AT
        ),
    }

    give_back[how](held)
    decide(OVER)

    assert wanted(floor, "i0") == (2, 2)


def test_work_in_hand_reopens_what_it_contradicts(floor: Floor) -> None:
    know(floor, right=0.8)
    held = floor.task(floor.annotators[5], "i0")
    judge(floor, "i0", 1, 1)
    decide()

    submit(held, floor.annotators[5], a_grade(3))
    decide()

    assert verdicts(floor, "i0") == ["stop", "more"]
    assert wanted(floor, "i0") == (4, 3)


def test_not_judging_takes_a_place_and_says_nothing(floor: Floor) -> None:
    for person in floor.annotators[:3]:
        submit(floor.task(person, "i0"), person, CANNOT_JUDGE)

    decide()

    (row,) = decisions_of(floor.project, item_key="i0")
    assert (row.verdict, row.probability) == ("more", pytest.approx(0.25))


def test_work_of_a_rejected_lot_says_nothing_and_does_not_count_to_the_most(floor: Floor) -> None:
    judge(floor, "i0", 0, 0)
    decide()
    decide_lot(
        project=floor.project,
        locale_tag=LOCALE,
        decision="rejected",
        reason="Too many misses.",
        by=floor.owner,
        at=AT,
    )
    want_again(project=floor.project, counts={floor.item("i0").pk: 2}, by=floor.owner, at=AT)
    judge(floor, "i0", 1, 2, first=2)
    decide()

    row = decisions_of(floor.project, item_key="i0").last()
    assert row and (row.verdict, row.judgments, row.need_after) == ("more", 2, 5)


def test_a_plan_for_one_judgment_may_stop_at_one(db: None) -> None:
    floor = an_open_project(1, overlap=1, most=3, confidence="0.9", annotators=3)
    know(floor, right=0.95)
    judge(floor, "i0", 1)

    decide()

    assert verdicts(floor, "i0") == ["stop"] and wanted(floor, "i0") == (1, 1)


# --- where it does not apply --------------------------------------------------------------------


def test_without_a_fit_the_fixed_overlap_holds_until_there_is_one(db: None) -> None:
    floor = an_open_project(2, overlap=2, most=4, confidence="0.95", annotators=4)
    judge(floor, "i0", 0, 1)
    judge(floor, "i1", 2, 2)
    assert decide() == 0
    assert not DueItem.objects.exists()
    assert wanted(floor, "i0") == (2, 2)

    know(floor)
    assert decide() == 2

    assert (verdicts(floor, "i0"), verdicts(floor, "i1")) == (["more"], ["stop"])


def test_a_new_fit_leaves_settled_items_alone(floor: Floor) -> None:
    judge(floor, "i0", 1, 1)
    judge(floor, "i1", 0, 1)
    decide()

    know(floor, right=0.5)

    assert list(DueItem.objects.values_list("item__key", "swept")) == [("i1", True)]


def test_a_fixed_plan_makes_nothing_due(db: None) -> None:
    floor = an_open_project(1)
    know(floor)
    judge(floor, "i0", 1, 1)

    assert not DueItem.objects.exists()


def test_gold_keeps_its_own_overlap(db: None) -> None:
    floor = an_open_project(1, gold=1, overlap=2, most=4, confidence="0.9", annotators=3)
    know(floor)
    judge(floor, "g0", GOLD_GRADE, GOLD_GRADE)
    before = wanted(floor, "g0")

    assert decide() == 0

    assert wanted(floor, "g0") == before and verdicts(floor, "g0") == []


def test_a_plan_that_became_fixed_decides_nothing(floor: Floor) -> None:
    judge(floor, "i0", 1, 1)
    a_plan(floor.project)

    assert decide() == 0
    assert wanted(floor, "i0") == (3, 2) and not DueItem.objects.exists()


def test_a_project_that_is_over_decides_nothing(floor: Floor) -> None:
    judge(floor, "i0", 1, 1)
    LabelingRequest.objects.filter(project=floor.project).update(state="delivered")

    assert decide() == 0


# --- what is kept -------------------------------------------------------------------------------


def test_decisions_and_fits_do_not_change(floor: Floor) -> None:
    judge(floor, "i0", 1, 1)
    decide()

    for rows in (StopDecision.objects.all(), RaterFit.objects.all()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(at=OVER)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_the_ledger_tells_once_a_pass(floor: Floor) -> None:
    judge(floor, "i0", 1, 1)
    judge(floor, "i1", 0, 1, 2)
    decide()
    decide()

    (event,) = Event.objects.filter(event="labeling.items.decided")
    assert event.project_id == floor.project.pk
    assert event.data == {"stop": 1, "more": 1, "most": 0}


def test_fresh_work_goes_before_a_sweep_and_batches_have_no_end_between(floor: Floor) -> None:
    judge(floor, "i0", 1, 1)
    item = floor.item("i1").pk
    DueItem.objects.bulk_create(DueItem(item_id=item, swept=True) for _each in range(2 * BATCH))

    with transaction.atomic():
        assert {work.item_id for work in take_due(most=2).works} == {floor.item("i0").pk}
    assert decide() == 1
    assert not DueItem.objects.exists()


def test_many_items_cost_few_queries(db: None) -> None:
    floor = an_open_project(40, overlap=2, most=4, confidence="0.95", annotators=2)
    know(floor)
    for number in range(40):
        judge(floor, f"i{number}", number % 4, number % 4)

    with CaptureQueriesContext(connection) as queries:
        assert decide() == 40

    assert len(queries) < 20
    assert set(QueueEntry.objects.values_list("need", "taken")) == {(2, 2)}


# --- the raters ---------------------------------------------------------------------------------


def label_by_chance(floor: Floor, right: float, seed: int = 5) -> None:
    """Everybody judges all items, right with a chance; item `i<n>` has the true grade n mod 4."""
    chance = Random(seed)
    for person in floor.annotators:
        for key in floor.project.items.values_list("key", flat=True):
            true = GOLD_GRADE if key[0] == "g" else int(key[1:]) % 4
            grade = true if chance.random() < right else chance.choice(list(GRADES))
            submit(floor.task(person, key), person, a_grade(grade))


def test_raters_are_fitted_when_there_is_enough_work(db: None) -> None:
    floor = an_open_project(30, overlap=3, most=5, confidence="0.95")
    assert fits_wanted() == []
    label_by_chance(floor, 0.9)
    ((plan, tag),) = fits_wanted()

    fit = fit_raters(project=floor.project, plan=plan, locale_tag=tag, at=AT)

    assert isinstance(fit, RaterFit)
    assert (fit.judgments, fit.items, fit.exponent, fit.gold_items) == (90, 30, HALF_TRUST, 0)
    assert newest_fits(floor.project) == {LOCALE: fit}
    assert fits_wanted() == [], "nothing new came since"
    made = np.array([fit.model["confusion"][str(person.pk)] for person in floor.annotators])
    assert (np.trace(made, axis1=1, axis2=2) / 4 > 0.7).all()
    assert DueItem.objects.filter(swept=True).count() == 30
    assert decide() > 20


def test_gold_makes_the_probabilities_honest(db: None) -> None:
    floor = an_open_project(10, gold=24, overlap=2, most=4, confidence="0.9", annotators=2)
    label_by_chance(floor, 0.95)

    fit = fit_raters(project=floor.project, plan=floor.plan, locale_tag=LOCALE, at=AT)

    assert isinstance(fit, RaterFit)
    assert fit.gold_items == 24 and fit.exponent != HALF_TRUST


def test_one_judgment_an_item_tells_nothing_about_raters(db: None) -> None:
    floor = an_open_project(3, overlap=2, most=4, confidence="0.9", annotators=1)
    label_by_chance(floor, 1.0)

    found = fit_raters(project=floor.project, plan=floor.plan, locale_tag=LOCALE, at=AT)

    assert isinstance(found, TooLittle)
    assert not RaterFit.objects.exists()


def test_a_fit_read_back_says_the_same_in_any_order(floor: Floor) -> None:
    models = RaterModels(RaterFit.objects.get())
    one, two, three = (person.pk for person in floor.annotators[:3])

    first = models.posterior([(one, 1), (two, 2), (three, 1)])

    assert models.posterior([(three, 1), (one, 1), (two, 2)]) == pytest.approx(first)
    assert models.posterior([(one, None), (two, 77)]) == pytest.approx((0.25,) * 4)
