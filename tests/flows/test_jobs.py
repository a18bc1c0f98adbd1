"""What the worker does by itself: leases end, items are decided on, raters are fitted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.fits import know
from tests.factories.jobs import run_waiting, waiting
from tests.factories.labeled import LOCALE
from tests.factories.labeling import a_grade, an_open_project, submit
from touchstone.apps.labeling.models import Assignment, RaterFit
from touchstone.apps.ledger.models import Event
from touchstone.flows import jobs

pytestmark = pytest.mark.django_db


def test_leases_that_ran_out_end_without_anybody_asking() -> None:
    floor, other = an_open_project(2), an_open_project(2, key="other")
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    floor.task(floor.annotators[0], at=long_ago)
    other.task(other.annotators[0], at=long_ago)
    fresh = floor.task(floor.annotators[1], at=datetime.now(UTC))

    jobs.expire()

    live = Assignment.objects.filter(state="leased")
    assert [row.pk for row in live] == [fresh.assignment_id]
    assert Event.objects.filter(event="labeling.leases.expired").count() == 2


def test_items_are_decided_on() -> None:
    floor = an_open_project(1, overlap=3, most=4, confidence="0.9")
    know(floor)
    for person in floor.annotators[:2]:
        submit(floor.task(person, "i0"), person, a_grade(1))

    jobs.decide()

    assert floor.entry("i0").need == 2


def test_raters_are_fitted_once_when_there_is_enough_work() -> None:
    floor = an_open_project(30, overlap=2, most=4, confidence="0.9", annotators=2)
    for number in range(30):
        for person in floor.annotators:
            submit(floor.task(person, f"i{number}"), person, a_grade(number % 4))

    jobs.look_for_fits()
    jobs.look_for_fits()

    ((_pk, name, arguments),) = waiting()
    assert (name, arguments) == (
        "labeling.fit_raters",
        {"project": floor.project.pk, "locale": LOCALE},
    )
    run_waiting()
    assert RaterFit.objects.get().judgments == 60
    jobs.fit(**arguments)
    assert RaterFit.objects.count() == 1, "a job that is run twice does its work once"
