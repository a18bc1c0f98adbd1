"""Filing, changing and deciding on labeling requests in the console."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.web.conftest import SignedIn
from touchstone.apps.intake.models import LabelingRequest


def filled(**changes: str) -> dict[str, str]:
    """The form as a careful requester fills it in."""
    values = {
        "title": "Answers to questions",
        "description": "For the spring launch.",
        "business_line": "ranking",
        "purpose": "test",
        "metric": "nDCG@10",
        "worthwhile_change": "0.01",
        "deadline_date": (date.today() + timedelta(days=60)).isoformat(),
        "currency": "EUR",
        "budget": "1234.50",
        "value_per_point": "40000",
        "value_source": "Experiment 7",
        "harm_class": "S1",
        "locales-TOTAL_FORMS": "2",
        "locales-INITIAL_FORMS": "0",
        "locales-MIN_NUM_FORMS": "1",
        "locales-MAX_NUM_FORMS": "60",
        "locales-0-locale": "en-GB",
        "locales-0-volume": "60",
        "locales-1-locale": "fr-CA",
        "locales-1-volume": "40",
    }
    return values | changes


@pytest.fixture
def rita(signed_in: SignedIn) -> Client:
    return signed_in("rita")


@pytest.fixture
def number(rita: Client) -> int:
    """A draft of Rita's."""
    rita.post("/requests/new", filled())
    return LabelingRequest.objects.get().number


def test_a_request_is_filed_with_its_locales_and_money_to_the_cent(rita: Client) -> None:
    answer = rita.post("/requests/new", filled())
    request = LabelingRequest.objects.get()
    assert answer.headers["Location"] == f"/requests/{request.number}"
    assert request.budget_minor_units == 123_450
    assert {row.locale_id: row.volume for row in request.locales.all()} == {
        "en-GB": 60,
        "fr-CA": 40,
    }


def test_money_of_a_currency_without_minor_units(rita: Client) -> None:
    rita.post("/requests/new", filled(currency="JPY", budget="90000", value_per_point="5000"))
    assert LabelingRequest.objects.get().budget_minor_units == 90_000


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "This field is required."),
        ({"value_source": " "}, "This field is required."),
        ({"deadline_date": "2020-01-01"}, "The deadline is in the past."),
        ({"budget": "0"}, "The budget is above zero."),
        ({"locales-0-locale": "xx-XX"}, "Select a valid choice."),
        ({"locales-1-locale": "en-GB"}, "A locale stands in two rows"),
    ],
)
def test_a_request_that_cannot_stand_keeps_what_was_written(
    rita: Client, changes: dict[str, str], message: str
) -> None:
    answer = rita.post("/requests/new", filled(**changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert message in page
    assert "For the spring launch." in page
    assert not LabelingRequest.objects.exists()


def test_a_removed_row_is_not_filed(rita: Client) -> None:
    rita.post("/requests/new", filled(**{"locales-1-DELETE": "on"}))
    assert [row.locale_id for row in LabelingRequest.objects.get().locales.all()] == ["en-GB"]


def test_a_draft_is_changed_then_submitted(rita: Client, number: int) -> None:
    page = rita.get(f"/requests/{number}/edit").content.decode()
    assert 'value="1234.50"' in page
    rita.post(f"/requests/{number}/edit", filled(title="Better title"))
    rita.post(f"/requests/{number}/submit")
    request = LabelingRequest.objects.get()
    assert (request.title, request.state) == ("Better title", "submitted")


def test_a_submitted_request_no_longer_changes(rita: Client, number: int) -> None:
    rita.post(f"/requests/{number}/submit")
    answer = rita.post(f"/requests/{number}/edit", filled(title="Too late"))
    assert answer.status_code == 422
    assert "cannot be changed" in answer.content.decode()
    assert LabelingRequest.objects.get().title == "Answers to questions"


def test_declining_needs_a_reason(rita: Client, signed_in: SignedIn, number: int) -> None:
    rita.post(f"/requests/{number}/submit")
    olga = signed_in("olga")
    olga.post(f"/requests/{number}/move", {"to": "triaged"})
    page = olga.post(f"/requests/{number}/move", {"to": "declined"}, follow=True)
    assert "Say why the request goes to" in page.content.decode()
    assert LabelingRequest.objects.get().state == "triaged"
    olga.post(f"/requests/{number}/move", {"to": "declined", "reason": "Labels exist."})
    assert LabelingRequest.objects.get().state == "declined"


def test_an_illegal_move_is_refused_by_name(rita: Client, signed_in: SignedIn, number: int) -> None:
    rita.post(f"/requests/{number}/submit")
    page = signed_in("olga").post(f"/requests/{number}/move", {"to": "approved"}, follow=True)
    text = page.content.decode()
    assert "cannot go from “Submitted” to “Accepted for planning”" in text


def test_a_state_that_a_flow_brings_about_cannot_be_set_by_hand(
    signed_in: SignedIn, rita: Client, number: int
) -> None:
    rita.post(f"/requests/{number}/submit")
    signed_in("olga").post(f"/requests/{number}/move", {"to": "live"})
    assert LabelingRequest.objects.get().state == "submitted"


def test_a_requester_does_not_triage(rita: Client, number: int) -> None:
    rita.post(f"/requests/{number}/submit")
    assert rita.post(f"/requests/{number}/move", {"to": "triaged"}).status_code == 403
    assert "Take in" not in rita.get(f"/requests/{number}").content.decode()


def test_another_requester_may_not_know_of_it(signed_in: SignedIn, number: int) -> None:
    assert signed_in("rob").get(f"/requests/{number}").status_code == 404
    assert signed_in("rob").post(f"/requests/{number}/submit").status_code == 404


def test_similar_requests_are_pointed_out(rita: Client, number: int) -> None:
    rita.post("/requests/new", filled(title="The same again"))
    newest = LabelingRequest.objects.order_by("-number").first()
    assert newest is not None and newest.number != number
    page = rita.get(f"/requests/{newest.number}").content.decode()
    assert "Others ask for something similar." in page
    assert f"/requests/{number}" in page


def test_an_accepted_request_becomes_a_project(
    rita: Client, signed_in: SignedIn, number: int
) -> None:
    rita.post(f"/requests/{number}/submit")
    olga = signed_in("olga")
    for to in ("triaged", "scoped", "approved"):
        olga.post(f"/requests/{number}/move", {"to": to})
    refused = olga.post(f"/requests/{number}/project", {"name": "Q & A", "key": "not a key"})
    assert refused.status_code == 422
    answer = olga.post(f"/requests/{number}/project", {"name": "Q & A", "key": "q-a"})
    assert answer.headers["Location"] == "/projects/q-a/plan"
    assert "No plan yet" in olga.get("/projects/q-a/plan").content.decode()


def test_the_board_shows_hostile_text_as_text(rita: Client) -> None:
    rita.post("/requests/new", filled(title="<script>alert(1)</script>"))
    for path in ("/requests", "/requests/1"):
        page = rita.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
