"""What a plan asks for before somebody labels, in the form and on the plan's page."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import programme as play
from tests.factories.programme import GOLD_ITEMS, KEY, LOCALE, Programme
from tests.web.conftest import SignedIn
from tests.web.test_plans import filled
from touchstone.apps.guidelines.models import GuidelineVersion
from touchstone.apps.planning.models import Plan

pytestmark = pytest.mark.slow


@pytest.fixture
def olga(programme: Programme, signed_in: SignedIn) -> Client:
    """The owner of a project with an approved plan and a little gold."""
    play.live(programme)
    return signed_in("olga")


def written(**changes: str) -> dict[str, str]:
    graded = GuidelineVersion.objects.get(guideline__key="graded-relevance")
    return filled(guideline_version=str(graded.pk), change_note="A test.", **changes)


def test_it_is_written_in_the_form(olga: Client) -> None:
    form = olga.get(f"/projects/{KEY}/plan/edit").content.decode()
    for name in ("quiz_required", "gold_test_size", "qualification_days"):
        assert f'name="{name}"' in form

    asked = {"quiz_required": "on", "gold_test_size": "50", "qualification_days": "90"}
    answer = olga.post(f"/projects/{KEY}/plan/edit", written(**asked))

    assert answer.status_code == 302, answer.content.decode()
    plan = Plan.objects.latest("version")
    assert (plan.quiz_required, plan.gold_test_size, plan.qualification_days) == (True, 50, 90)


def test_empty_fields_ask_for_nothing(olga: Client) -> None:
    empty = written(gold_test_size="", qualification_days="")
    assert olga.post(f"/projects/{KEY}/plan/edit", empty).status_code == 302

    plan = Plan.objects.latest("version")
    assert not plan.asks_qualification and plan.qualification_days == 180
    assert "Before somebody labels" not in olga.get(f"/projects/{KEY}/plan").content.decode()


def test_the_owner_sees_what_the_test_can_tell(olga: Client) -> None:
    asked = written(gold_test_size="50", quiz_required="on", **{"locales-0-gold_accuracy": "0.9"})
    olga.post(f"/projects/{KEY}/plan/edit", asked)

    page = olga.get(f"/projects/{KEY}/plan").content.decode()
    assert "41 of 50" in page and "2.5%" in page and "84%" in page
    assert "too little for a test and the work" in page and GOLD_ITEMS < 100
    assert LOCALE in page and "to be passed" in page


def test_a_test_that_is_too_small_says_how_large_it_should_be(olga: Client) -> None:
    asked = written(gold_test_size="10", **{"locales-0-gold_accuracy": "0.9"})
    olga.post(f"/projects/{KEY}/plan/edit", asked)

    assert "40 items would catch 80" in olga.get(f"/projects/{KEY}/plan").content.decode()


@pytest.mark.parametrize(("field", "value"), [("gold_test_size", "201"), ("gold_test_size", "-1")])
def test_nonsense_is_refused_beside_the_field(olga: Client, field: str, value: str) -> None:
    answer = olga.post(f"/projects/{KEY}/plan/edit", written(**{field: value}))

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert Plan.objects.count() == 1
