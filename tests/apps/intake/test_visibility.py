"""Which requests a person may know of; the board; duplicates."""

from __future__ import annotations

import pytest

from tests.apps.intake.conftest import Cast
from tests.factories.intake import AT, RequestDraftFactory, filed, person, request_in
from touchstone.apps.intake.models import LabelingRequest, RequestState
from touchstone.apps.intake.queries import (
    clocks_of_all,
    draft_of,
    request_board,
    request_for,
    requests_visible_to,
    similar_requests,
)
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.policies import Capability
from touchstone.lib.errors import NotAllowed, NotVisible


def _submitted(cast: Cast, **changes: object) -> LabelingRequest:
    return request_in(RequestState.SUBMITTED, requester=cast.requester, owner=cast.owner, **changes)


def _seen(user: User) -> set[int]:
    return set(requests_visible_to(user).values_list("number", flat=True))


def test_people_see_their_own_requests_and_those_of_their_markets(cast: Cast) -> None:
    french, german = _submitted(cast), _submitted(cast, locales={"de-DE": 10})
    draft = filed(cast.requester)
    another = person("rolf", Role.REQUESTER)

    assert _seen(cast.requester) == {french.number, german.number, draft.number}
    assert _seen(cast.owner) == _seen(cast.stakeholder) == {french.number}
    assert _seen(another) == _seen(cast.annotator) == _seen(cast.outsider) == set()


def test_a_role_that_holds_everywhere_sees_every_request_but_drafts(cast: Cast) -> None:
    french, german = _submitted(cast), _submitted(cast, locales={"de-DE": 10})
    filed(cast.requester)

    for role in (Role.ADMIN, Role.PROJECT_OWNER, Role.STAKEHOLDER):
        assert _seen(person(f"every-{role}", role)) == {french.number, german.number}


def test_an_owner_knows_their_own_draft_wherever_it_is_for(cast: Cast) -> None:
    draft = filed(cast.owner, locales={"de-DE": 10})

    assert request_for(cast.owner, draft.number, Capability.FILE_REQUEST) == draft


def test_a_request_is_hidden_from_some_and_closed_to_others(cast: Cast) -> None:
    request = _submitted(cast)

    assert request_for(cast.owner, request.number, Capability.TRIAGE_REQUEST) == request
    for user in (cast.requester, cast.stakeholder):
        with pytest.raises(NotAllowed):
            request_for(user, request.number, Capability.TRIAGE_REQUEST)
    for user in (cast.annotator, cast.outsider):
        with pytest.raises(NotVisible):
            request_for(user, request.number, Capability.VIEW_REQUEST)


def test_the_board_shows_each_request_in_the_column_of_its_state(cast: Cast) -> None:
    requests = {
        state: request_in(state, requester=cast.requester, owner=cast.owner)
        for state in RequestState
    }

    columns = request_board(cast.requester)

    shown = {
        request.state: (column.key, request) for column in columns for request in column.requests
    }
    assert {state: request for state, (_key, request) in shown.items()} == requests
    assert shown["needs_info"][0] == "triage"
    assert sorted(state for column in columns for state in column.states) == sorted(RequestState)


@pytest.mark.parametrize("count", [1, 12])
def test_the_board_and_its_clocks_take_as_many_queries_for_many_as_for_one(
    cast: Cast, count: int, django_assert_num_queries
) -> None:
    for _ in range(count):
        _submitted(cast)
    viewer = User.objects.get(pk=cast.owner.pk)

    # Grants, requests, their locales (rows, locales, markets), their transitions; the holidays.
    with django_assert_num_queries(6 + 1):
        columns = request_board(viewer)
        requests = [request for column in columns for request in column.requests]
        clocks = clocks_of_all(requests, AT)
        volumes = [wanted.volume for r in requests for wanted in r.locales.all()]

    assert len(clocks) == count
    assert len(volumes) == 2 * count


def test_a_duplicate_shares_line_purpose_metric_and_a_locale_and_is_open(cast: Cast) -> None:
    twin = _submitted(cast, metric="ndcg@10", locales={"fr-FR": 5, "fr-CA": 5})
    for different in (
        {"business_line": "ads"},
        {"purpose": "train"},
        {"metric": "P@10"},
        {"locales": {"fr-CA": 100}},
    ):
        _submitted(cast, **different)
    request_in(RequestState.DECLINED, requester=cast.requester, owner=cast.owner)
    draft = RequestDraftFactory(metric=" nDCG@10 ")

    assert list(similar_requests(draft, viewer=cast.requester)) == [twin]


def test_a_request_is_no_duplicate_of_itself_nor_of_what_the_viewer_may_not_know(
    cast: Cast,
) -> None:
    request, twin = _submitted(cast), _submitted(cast)
    another = person("rolf", Role.REQUESTER)

    assert list(similar_requests(draft_of(request), viewer=cast.owner, but=request)) == [twin]
    assert not similar_requests(draft_of(request), viewer=another).exists()
