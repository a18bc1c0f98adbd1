"""Repeats in the plan's form, and what they tell the QA lead."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from tests.factories import programme as play
from tests.factories.programme import KEY, Programme
from tests.factories.repeats import answer_again
from tests.web.conftest import SignedIn
from tests.web.test_plan_qualification import written
from touchstone.apps.economics.models import CostEvent
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.quality import consistency

pytestmark = pytest.mark.slow

AT = f"/projects/{KEY}"


@pytest.fixture
def olga(programme: Programme, signed_in: SignedIn) -> Client:
    """The owner of a project whose plan asks nothing again."""
    play.live(programme)
    return signed_in("olga")


def test_the_share_is_written_in_the_form_and_shown_with_the_plan(olga: Client) -> None:
    form = olga.get(f"{AT}/plan/edit").content.decode()
    assert 'name="repeat_rate"' in form and "agrees with themselves" in form
    assert "Repeats" not in olga.get(f"{AT}/plan").content.decode()

    answer = olga.post(f"{AT}/plan/edit", written(repeat_rate="0.02"))

    assert answer.status_code == 302, answer.content.decode()
    assert Plan.objects.latest("version").repeat_rate == Decimal("0.02")
    page = olga.get(f"{AT}/plan").content.decode()
    assert "<dt>Repeats</dt><dd>2.0%</dd>" in page


def test_nothing_written_means_no_repeats(olga: Client) -> None:
    assert olga.post(f"{AT}/plan/edit", written(repeat_rate="")).status_code == 302

    assert Plan.objects.latest("version").repeat_rate == 0


@pytest.mark.parametrize("value", ["0.2", "-0.01", "0.0001", "x"])
def test_nonsense_is_refused_beside_the_field(olga: Client, value: str) -> None:
    answer = olga.post(f"{AT}/plan/edit", written(repeat_rate=value))

    assert answer.status_code == 422
    assert 'id="id_repeat_rate_error"' in answer.content.decode()
    assert Plan.objects.count() == 1


def test_the_qa_lead_sees_who_agrees_with_themselves(
    programme: Programme, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consistency, "FEWEST_FOR_KAPPA", 16)
    project = Project.objects.get(key=play.labeled(programme))
    quinn = signed_in("quinn")
    assert "Agreement with oneself" not in quinn.get(f"{AT}/quality").content.decode()
    ana, ben = programme.people["ana"], programme.people["ben"]
    now = datetime.now(UTC)
    answer_again(project, ana, same=16, at=now)
    answer_again(project, ben, same=8, other=8, at=now)

    page = quinn.get(f"{AT}/quality").content.decode()

    assert "Agreement with oneself" in page
    assert '<td class="ts-num">16 / 16</td>' in page and "8 / 16</td>" in page
    assert ">100% (81% – 100%)<" in page and ">50% (28% – 72%)<" in page
    assert "1.00 (1.00 – 1.00)" in page
    assert page.count("less than the others") == 1


def test_what_was_asked_again_is_paid_by_the_button(
    programme: Programme, signed_in: SignedIn
) -> None:
    project = Project.objects.get(key=play.labeled(programme))
    answer_again(project, programme.people["ana"], same=3, at=datetime.now(UTC))
    olga = signed_in("olga")

    for _time in range(2):
        olga.post(f"{AT}/value/expert-costs")

    assert CostEvent.objects.filter(subject__startswith="repeat:").count() == 3
