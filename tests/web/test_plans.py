"""Writing, submitting and deciding a plan in the console."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from tests.factories.programme import KEY, LOCALE, Programme, filed
from tests.web.conftest import SignedIn
from touchstone.apps.guidelines.models import GuidelineVersion
from touchstone.apps.planning.models import Plan


def filled(**changes: str) -> dict[str, str]:
    """The form as a careful owner fills it in."""
    version = GuidelineVersion.objects.first()
    assert version is not None
    values = {
        "guideline_version": str(version.pk),
        "sample_method": "given",
        "overlap": "3",
        "gold_rate": "0.05",
        "speed_standard": "60",
        "lease_minutes": "30",
        "start_date": date.today().isoformat(),
        "end_date": (date.today() + timedelta(days=30)).isoformat(),
        "currency": "EUR",
        "budget": "8000",
        "locales-TOTAL_FORMS": "1",
        "locales-INITIAL_FORMS": "0",
        "locales-0-locale": LOCALE,
        "locales-0-sample_size": "60",
        "locales-0-alpha_lower_bound": "0.5",
        "locales-0-gold_accuracy": "0.8",
        "locales-0-price_per_judgment": "0.035",
        "locales-0-price_per_audit": "0.5",
        "locales-0-price_per_adjudication": "0.8",
        "risks-TOTAL_FORMS": "1",
        "risks-INITIAL_FORMS": "0",
        "risks-0-cause": "One vendor",
        "risks-0-event": "Its site is down",
        "risks-0-consequence": "Labels come late",
        "risks-0-probability": "0.2",
        "risks-0-loss_low": "100",
        "risks-0-loss_high": "900",
        "risks-0-treatment": "A second vendor",
        "risks-0-trigger": "Two quiet hours",
    }
    return values | changes


@pytest.fixture
def olga(programme: Programme, signed_in: SignedIn) -> Client:
    """The owner of a project without a plan."""
    number, api = filed(programme), programme.client("olga")
    for to in ("triaged", "scoped", "approved"):
        api.requests.move(number, to)
    api.requests.open_project(number, key=KEY, name="Questions and answers")
    return signed_in("olga")


def test_a_plan_is_written_submitted_and_approved_by_another(
    olga: Client, signed_in: SignedIn
) -> None:
    assert olga.post(f"/projects/{KEY}/plan/edit", filled()).status_code == 302
    olga.post(f"/projects/{KEY}/plan/submit")
    refused = olga.post(f"/projects/{KEY}/plan/approve", follow=True)
    assert Plan.objects.get().state == "submitted"
    assert "alert-danger" in refused.content.decode()
    signed_in("omar").post(f"/projects/{KEY}/plan/approve")
    plan = Plan.objects.get()
    assert plan.state == "approved" and plan.budget_minor_units == 800_000
    assert "Its site is down" in olga.get(f"/projects/{KEY}/risks").content.decode()


def test_the_first_form_starts_from_the_request(olga: Client) -> None:
    page = olga.get(f"/projects/{KEY}/plan/edit").content.decode()
    assert f'value="{LOCALE}"' in page and 'value="9000.00"' in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"locales-0-sample_size": "61"}, "The request asks for 60 items only."),
        ({"locales-0-locale": "ja-JP"}, "The request does not ask for “ja-JP”."),
        ({"locales-0-gold_accuracy": "1.5"}, "less than or equal to 1"),
        ({"risks-0-loss_high": "50"}, "The high end of the loss is above the low end."),
        ({"end_date": "2020-01-01"}, "The plan ends before it starts."),
        ({"budget": "1"}, "but the planned work costs"),
    ],
)
def test_a_plan_that_cannot_stand_says_where(
    olga: Client, changes: dict[str, str], message: str
) -> None:
    answer = olga.post(f"/projects/{KEY}/plan/edit", filled(**changes))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "Two quiet hours" in answer.content.decode()
    assert not Plan.objects.exists()


def test_a_draft_is_revised_not_doubled(olga: Client) -> None:
    olga.post(f"/projects/{KEY}/plan/edit", filled())
    page = olga.get(f"/projects/{KEY}/plan/edit").content.decode()
    assert "Two quiet hours" in page
    olga.post(f"/projects/{KEY}/plan/edit", filled(overlap="2"))
    plan = Plan.objects.get()
    assert (plan.version, plan.overlap) == (1, 2)


def test_a_dynamic_overlap_is_written_and_shown(olga: Client) -> None:
    olga.post(f"/projects/{KEY}/plan/edit", filled(overlap_most="5", stop_confidence="0.95"))
    plan = Plan.objects.get()
    assert (plan.overlap_most, plan.stop_confidence) == (5, Decimal("0.95"))
    page = olga.get(f"/projects/{KEY}/plan").content.decode()
    assert "3 at first, until 95.0% sure, at most 5" in page
    olga.post(f"/projects/{KEY}/plan/edit", filled())
    assert Plan.objects.get().stop_confidence is None


def test_a_plan_is_sent_back_with_a_note_only(olga: Client, signed_in: SignedIn) -> None:
    olga.post(f"/projects/{KEY}/plan/edit", filled())
    olga.post(f"/projects/{KEY}/plan/submit")
    omar = signed_in("omar")
    omar.post(f"/projects/{KEY}/plan/reject", {"note": " "})
    assert Plan.objects.get().state == "submitted"
    omar.post(f"/projects/{KEY}/plan/reject", {"note": "Overlap is too low."})
    assert Plan.objects.get().state == "rejected"
    assert "Overlap is too low." in olga.get(f"/projects/{KEY}/plan").content.decode()


def test_a_requester_reads_the_plan_but_writes_none(olga: Client, signed_in: SignedIn) -> None:
    rita = signed_in("rita")
    assert rita.get(f"/projects/{KEY}/plan").status_code == 200
    assert rita.get(f"/projects/{KEY}/plan/edit").status_code == 403
    assert rita.post(f"/projects/{KEY}/plan/edit", filled()).status_code == 403
    assert not Plan.objects.exists()


def test_an_unknown_version_is_not_found(olga: Client) -> None:
    assert olga.get(f"/projects/{KEY}/plan?version=9").status_code == 404
    assert olga.get(f"/projects/{KEY}/plan?version={'9' * 30}").status_code == 404
    for page in ("plan?version=", "items?page="):
        assert olga.get(f"/projects/{KEY}/{page}{'9' * 5_000}").status_code == 200
