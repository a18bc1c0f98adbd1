"""Filing and revising labeling requests: numbers, fields, what may still change."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tests.apps.intake.conftest import Cast
from tests.factories.intake import AT, RequestDraftFactory, filed, person, places, request_in
from touchstone.apps.intake.models import LabelingRequest, RequestLocale, RequestState
from touchstone.apps.intake.operations import (
    InvalidRequest,
    NotOpenToChange,
    file_request,
    revise_request,
    submit_request,
)
from touchstone.apps.intake.queries import draft_of, transitions_of
from touchstone.apps.ledger.queries import events_of_request
from touchstone.apps.people.models import Role


def test_a_filed_request_is_a_draft_of_its_requester_with_everything_asked(cast: Cast) -> None:
    draft = RequestDraftFactory(personal_data=True, alternatives="Clicks: too sparse")

    request = file_request(draft=draft, by=cast.requester, at=AT)

    request.refresh_from_db()
    assert request.state == RequestState.DRAFT
    assert (request.requester, request.created_at) == (cast.requester, AT)
    assert draft_of(request) == draft
    assert [event.event for event in events_of_request(request.pk)] == ["intake.request.filed"]


def test_numbers_follow_each_other_and_a_refused_request_takes_none(cast: Cast) -> None:
    first = filed(cast.requester)
    with pytest.raises(InvalidRequest):
        filed(cast.requester, title="")
    second = filed(cast.requester)

    assert second.number == first.number + 1
    assert second.key == f"REQ-{second.number}"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_requests_filed_at_once_get_different_numbers() -> None:
    places()
    requester = person("rita", Role.REQUESTER)

    def file_one(position: int) -> int:
        try:
            return filed(requester, title=f"At once {position}").number
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(file_one, range(16)))

    assert sorted(numbers) == list(range(1, 17))


YESTERDAY = AT.date() - timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"title": "nul\0"}, "title"),
        ({"description": "nul\0"}, "description"),
        ({"metric": ""}, "metric"),
        ({"value_source": " "}, "value_source"),
        ({"business_line": "maps"}, "business_line"),
        ({"purpose": "decorate"}, "purpose"),
        ({"harm_class": "S9"}, "harm_class"),
        ({"currency": "XXX"}, "currency"),
        ({"worthwhile_change": Decimal(0)}, "worthwhile_change"),
        ({"worthwhile_change": Decimal("NaN")}, "worthwhile_change"),
        ({"worthwhile_change": Decimal("0.0000001")}, "worthwhile_change"),
        ({"metric_current": Decimal(1000)}, "metric_current"),
        ({"metric_target": Decimal("0.4125")}, "metric_target"),
        ({"budget_minor_units": 0}, "budget_minor_units"),
        ({"budget_minor_units": 2**63}, "budget_minor_units"),
        ({"value_per_point_minor_units": -1}, "value_per_point_minor_units"),
        ({"deadline_date": YESTERDAY}, "deadline_date"),
        ({"locales": {}}, "locales"),
        ({"locales": {"fr-XX": 5}}, "locales.fr-XX"),
        ({"locales": {"fr-FR": 0}}, "locales.fr-FR"),
        ({"locales": {"fr-FR": 2**31}}, "locales.fr-FR"),
    ],
)
def test_a_field_that_cannot_stand_is_named_and_nothing_is_kept(
    cast: Cast, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        filed(cast.requester, **changes)

    assert list(refusal.value.details["fields"]) == [field]
    assert not LabelingRequest.objects.exists()


def test_every_wrong_field_is_told_at_once(cast: Cast) -> None:
    with pytest.raises(InvalidRequest, match="3 fields") as refusal:
        filed(cast.requester, title="", budget_minor_units=-5, locales={"tlh-QO": 10})

    assert set(refusal.value.details["fields"]) == {
        "title",
        "budget_minor_units",
        "locales.tlh-QO",
    }


def test_a_metric_of_which_less_is_better_may_aim_down(cast: Cast) -> None:
    request = filed(cast.requester, metric_current=Decimal("0.09"), metric_target=Decimal("0.05"))

    assert request.metric_target < request.metric_current


def test_the_deadline_may_be_today_and_is_looked_at_again_when_handed_in(cast: Cast) -> None:
    request = filed(cast.requester, deadline_date=AT.date())

    with pytest.raises(InvalidRequest) as refusal:
        submit_request(request=request, by=cast.requester, at=AT + timedelta(days=1))

    assert set(refusal.value.details["fields"]) == {"deadline_date"}
    assert not transitions_of(request).exists()
    submit_request(request=request, by=cast.requester, at=AT)
    assert request.state == RequestState.SUBMITTED


@pytest.mark.parametrize("state", [RequestState.DRAFT, RequestState.NEEDS_INFO])
def test_a_request_is_revised_while_it_waits_for_its_requester(
    cast: Cast, state: RequestState
) -> None:
    request = request_in(state, requester=cast.requester, owner=cast.owner)
    draft = RequestDraftFactory(title="Better", locales={"de-DE": 40}, currency="USD")

    revise_request(request=request, draft=draft, by=cast.requester, at=AT)

    request.refresh_from_db()
    assert draft_of(request) == draft
    assert (request.state, request.requester) == (state, cast.requester)
    assert events_of_request(request.pk)[0].event == "intake.request.revised"


def test_a_refused_revision_leaves_the_request_as_it_was(cast: Cast) -> None:
    request = filed(cast.requester)
    before = draft_of(request)

    with pytest.raises(InvalidRequest):
        revise_request(
            request=request,
            draft=RequestDraftFactory(locales={"fr-FR": 0}),
            by=cast.requester,
            at=AT,
        )

    assert draft_of(LabelingRequest.objects.get(pk=request.pk)) == before


@pytest.mark.parametrize(
    "state", sorted(set(RequestState) - {RequestState.DRAFT, RequestState.NEEDS_INFO})
)
def test_a_request_in_hand_cannot_be_revised(cast: Cast, state: RequestState) -> None:
    request = request_in(state, requester=cast.requester, owner=cast.owner)
    before = draft_of(request)

    with pytest.raises(NotOpenToChange):
        revise_request(
            request=request, draft=RequestDraftFactory(title="Other"), by=cast.requester, at=AT
        )

    assert draft_of(LabelingRequest.objects.get(pk=request.pk)) == before


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("intake_request_budget_positive", {"budget_minor_units": 0}),
        ("intake_request_value_not_negative", {"value_per_point_minor_units": -1}),
        ("intake_request_change_positive", {"worthwhile_change": 0}),
        ("intake_request_value_has_source", {"value_source": ""}),
    ],
)
def test_the_database_itself_refuses(
    cast: Cast, constraint: str, change: dict[str, object]
) -> None:
    request = filed(cast.requester)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LabelingRequest.objects.filter(pk=request.pk).update(**change)


def _twice(request: LabelingRequest) -> None:
    RequestLocale.objects.create(request=request, locale_id="fr-FR", volume=1)


def _none(request: LabelingRequest) -> None:
    request.locales.update(volume=0)


@pytest.mark.parametrize(
    ("constraint", "attempt"),
    [("intake_requestlocale_once", _twice), ("intake_requestlocale_volume_positive", _none)],
)
def test_the_database_itself_refuses_a_locale(
    cast: Cast, constraint: str, attempt: Callable[[LabelingRequest], None]
) -> None:
    request = filed(cast.requester)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        attempt(request)
