"""The life of a request: every pair of states, what a step keeps, who is first when two decide."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from tests.apps.intake.conftest import Cast
from tests.factories.intake import AT, filed, person, places, request_in
from touchstone.apps.intake.models import LabelingRequest, RequestState, Transition
from touchstone.apps.intake.operations import (
    IllegalTransition,
    ReasonMissing,
    move_request,
    submit_request,
)
from touchstone.apps.intake.policies import (
    FINAL,
    LEGAL,
    OPEN,
    WITH_REASON,
    capability_to_move,
    legal_moves,
    state_after,
)
from touchstone.apps.intake.queries import moves_open_to, origin_of, transitions_of
from touchstone.apps.ledger.queries import events_of_request
from touchstone.apps.people.models import Role
from touchstone.apps.people.policies import Capability
from touchstone.lib.errors import Refused

# The life cycle as it was agreed, in words of its own: not read from `policies.LEGAL`.
AGREED = """
draft: submitted cancelled
submitted: triaged cancelled
triaged: needs_info scoped declined deferred cancelled
needs_info: triaged cancelled
scoped: approved declined deferred needs_info cancelled
deferred: triaged declined cancelled
approved: planned paused cancelled
planned: pilot live paused cancelled
pilot: live paused cancelled
live: delivered paused cancelled
delivered: accepted live
accepted: roi_reviewed
roi_reviewed: closed
declined:
cancelled:
closed:
"""
FOLLOWING = {
    line.partition(":")[0]: frozenset(line.partition(":")[2].split())
    for line in AGREED.strip().splitlines()
}
PAUSABLE = sorted(state for state, following in FOLLOWING.items() if "paused" in following)


def _refused(request: LabelingRequest, to: RequestState, cast: Cast) -> bool:
    """Whether the move is refused; an accepted one is taken back."""
    try:
        with transaction.atomic():
            move_request(request=request, to=to, by=cast.owner, at=AT, reason="because")
            assert LabelingRequest.objects.get(pk=request.pk).state == to
            transaction.set_rollback(True)
    except IllegalTransition as refusal:
        assert refusal.details == {"from_state": request.state, "to_state": to.value}
        assert str(RequestState(request.state).label) in str(refusal)
        assert str(to.label) in str(refusal)
        return True
    finally:
        request.refresh_from_db()
    return False


@pytest.mark.parametrize("state", sorted(FOLLOWING))
def test_from_each_state_exactly_the_agreed_ones_follow(cast: Cast, state: str) -> None:
    request = request_in(RequestState(state), requester=cast.requester, owner=cast.owner)

    open_to = {to.value for to in RequestState if not _refused(request, to, cast)}

    assert open_to == FOLLOWING[state]


@pytest.mark.parametrize("origin", PAUSABLE)
def test_a_pause_leads_back_only_to_where_it_came_from(cast: Cast, origin: str) -> None:
    request = request_in(RequestState(origin), requester=cast.requester, owner=cast.owner)
    move_request(request=request, to=RequestState.PAUSED, by=cast.owner, at=AT)

    open_to = {to.value for to in RequestState if not _refused(request, to, cast)}

    assert origin_of(request) == origin
    assert open_to == {origin, "cancelled"}


def test_a_second_pause_remembers_its_own_origin(cast: Cast) -> None:
    request = request_in(RequestState.PLANNED, requester=cast.requester, owner=cast.owner)
    for to in ("paused", "planned", "pilot", "paused"):
        move_request(request=request, to=RequestState(to), by=cast.owner, at=AT)

    assert origin_of(request) == RequestState.PILOT
    move_request(request=request, to=RequestState.PILOT, by=cast.owner, at=AT)
    assert origin_of(request) is None


def test_every_state_is_final_or_open_and_reached() -> None:
    reached = frozenset[RequestState]().union(*LEGAL.values())

    assert {state.value for state in FINAL} == {s for s, after in FOLLOWING.items() if not after}
    assert frozenset(RequestState) == FINAL | OPEN
    assert reached == frozenset(RequestState) - {RequestState.DRAFT}


@pytest.mark.parametrize("seed", range(6))
def test_the_kept_state_is_what_the_transitions_add_up_to(cast: Cast, seed: int) -> None:
    rng = Random(seed)
    request = filed(cast.requester)
    refused = 0
    for hour in range(40):
        to = rng.choice(list(RequestState))
        try:
            with transaction.atomic():
                move_request(
                    request=request,
                    to=to,
                    by=cast.owner,
                    at=AT + timedelta(hours=hour),
                    reason=rng.choice(["", "because"]),
                )
        except Refused:
            refused += 1
        stored = LabelingRequest.objects.get(pk=request.pk)
        assert stored.state == request.state == state_after(transitions_of(request))

    assert transitions_of(request).count() == 40 - refused > 0


def test_transitions_that_do_not_follow_each_other_are_no_life() -> None:
    def step(source: str, to: str) -> Transition:
        return Transition(from_state=source, to_state=to)

    with pytest.raises(ValueError, match="does not follow draft"):
        state_after([step("submitted", "triaged")])
    with pytest.raises(ValueError, match="draft → live"):
        state_after([step("draft", "live")])


@pytest.mark.parametrize("to", sorted(WITH_REASON))
def test_a_decision_that_turns_work_away_says_why(cast: Cast, to: RequestState) -> None:
    request = request_in(RequestState.TRIAGED, requester=cast.requester, owner=cast.owner)

    with pytest.raises(ReasonMissing):
        move_request(request=request, to=to, by=cast.owner, at=AT, reason=" \0 ")
    assert request.state == RequestState.TRIAGED

    move_request(request=request, to=to, by=cast.owner, at=AT, reason=" no capacity\0 ")
    assert transitions_of(request).last().reason == "no capacity"


def test_a_step_keeps_who_when_and_from_where(cast: Cast) -> None:
    request = filed(cast.requester)

    submit_request(request=request, by=cast.requester, at=AT)

    (step,) = transitions_of(request)
    assert (step.from_state, step.to_state) == ("draft", "submitted")
    assert (step.by, step.at) == (cast.requester, AT)
    event = events_of_request(request.pk)[0]
    assert event.event == "intake.request.moved"
    assert (event.data["from_state"], event.data["to_state"]) == ("draft", "submitted")
    with pytest.raises(IllegalTransition, match=r"Submitted.*Submitted"):
        submit_request(request=request, by=cast.requester, at=AT)


def test_a_stale_object_does_not_bring_an_old_state_back(cast: Cast) -> None:
    request = request_in(RequestState.SCOPED, requester=cast.requester, owner=cast.owner)
    stale = LabelingRequest.objects.get(pk=request.pk)
    move_request(request=request, to=RequestState.DECLINED, by=cast.owner, at=AT, reason="too dear")

    with pytest.raises(IllegalTransition) as refusal:
        move_request(request=stale, to=RequestState.APPROVED, by=cast.owner, at=AT)

    assert refusal.value.details["from_state"] == "declined"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_stands() -> None:
    places()
    owner = person("odile", Role.PROJECT_OWNER)
    request = request_in(RequestState.SCOPED, requester=person("rita", Role.REQUESTER), owner=owner)
    together = Barrier(2)

    def decide(to: RequestState) -> bool:
        mine = LabelingRequest.objects.get(pk=request.pk)
        together.wait()
        try:
            move_request(request=mine, to=to, by=owner, at=AT, reason="decided")
        except IllegalTransition:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        stood = list(pool.map(decide, [RequestState.APPROVED, RequestState.DECLINED]))

    request.refresh_from_db()
    assert sorted(stood) == [False, True]
    assert request.state == state_after(transitions_of(request))


# --- who may move ---------------------------------------------------------------------------------


def test_the_requester_hands_in_answers_and_withdraws_and_the_owner_triages(cast: Cast) -> None:
    def open_to(state: RequestState) -> tuple[set[str], set[str]]:
        request = request_in(state, requester=cast.requester, owner=cast.owner)
        return (
            set(moves_open_to(cast.requester, request)),
            set(moves_open_to(cast.owner, request)),
        )

    assert open_to(RequestState.DRAFT)[0] == {"submitted", "cancelled"}
    assert open_to(RequestState.SUBMITTED) == ({"cancelled"}, {"triaged", "cancelled"})
    assert open_to(RequestState.NEEDS_INFO)[0] == {"triaged", "cancelled"}
    assert open_to(RequestState.SCOPED)[0] == set()
    assert "approved" in open_to(RequestState.SCOPED)[1]


def test_nobody_without_a_part_in_it_may_move_it(cast: Cast) -> None:
    request = request_in(RequestState.SUBMITTED, requester=cast.requester, owner=cast.owner)

    for user in (cast.stakeholder, cast.annotator, cast.outsider):
        assert moves_open_to(user, request) == ()


def test_every_legal_move_needs_one_of_two_capabilities() -> None:
    needed = {
        capability_to_move(state, to)
        for state in RequestState
        for to in legal_moves(state, RequestState.LIVE)
    }

    assert needed == {Capability.FILE_REQUEST, Capability.TRIAGE_REQUEST}


# --- the database ---------------------------------------------------------------------------------


def _in_place(request: LabelingRequest, cast: Cast) -> None:
    Transition.objects.create(
        request=request, from_state="live", to_state="live", by=cast.owner, at=AT
    )


def _unexplained(request: LabelingRequest, cast: Cast) -> None:
    Transition.objects.create(
        request=request, from_state="scoped", to_state="declined", by=cast.owner, at=AT
    )


def _rewritten(request: LabelingRequest, cast: Cast) -> None:
    Transition.objects.filter(request=request).update(reason="another")


def _forgotten(request: LabelingRequest, cast: Cast) -> None:
    Transition.objects.filter(request=request).delete()


@pytest.mark.parametrize(
    ("message", "attempt"),
    [
        ("intake_transition_moves", _in_place),
        ("intake_transition_says_why", _unexplained),
        ("append-only: UPDATE refused", _rewritten),
        ("append-only: DELETE refused", _forgotten),
    ],
)
def test_the_database_itself_keeps_the_steps(
    cast: Cast, message: str, attempt: Callable[[LabelingRequest, Cast], None]
) -> None:
    request = request_in(RequestState.SUBMITTED, requester=cast.requester, owner=cast.owner)

    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        attempt(request, cast)
