"""Opening projects, and who is on them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.apps.planning.conftest import Cast, a_cast
from tests.factories.intake import AT, person, request_in
from tests.factories.planning import a_project
from touchstone.apps.intake.models import RequestState
from touchstone.apps.ledger.queries import events_of_project
from touchstone.apps.people.models import Role, User, Vendor
from touchstone.apps.people.operations import create_vendor
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.models import Membership, Project
from touchstone.apps.planning.operations import (
    AlreadyMember,
    InvalidProject,
    NotAMember,
    RequestNotApproved,
    RoleNotHeld,
    add_member,
    open_project,
    remove_member,
)
from touchstone.apps.planning.policies import Function
from touchstone.apps.planning.queries import (
    budget_currencies,
    members_of,
    project_for,
    projects_of_requests,
    projects_to_label,
    projects_visible_to,
)
from touchstone.lib.errors import NotAllowed, NotVisible


def test_an_accepted_request_becomes_a_project_under_its_key(cast: Cast) -> None:
    request = request_in(RequestState.APPROVED, requester=cast.requester, owner=cast.owner)

    project = open_project(
        request=request, key="videos-fr", name=" Videos ", owner=cast.owner, by=cast.owner, at=AT
    )

    assert (project.key, project.name, project.owner) == ("videos-fr", "Videos", cast.owner)
    assert projects_of_requests([request]) == {request.number: "videos-fr"}
    assert budget_currencies([project]) == {project.pk: request.currency_id}
    assert [e.event for e in events_of_project(project.pk)] == ["planning.project.opened"]


@pytest.mark.parametrize("state", sorted(set(RequestState) - {RequestState.APPROVED}))
def test_no_other_request_becomes_a_project(cast: Cast, state: RequestState) -> None:
    request = request_in(state, requester=cast.requester, owner=cast.owner)

    with pytest.raises(RequestNotApproved):
        open_project(
            request=request, key="early", name="Early", owner=cast.owner, by=cast.owner, at=AT
        )
    assert not Project.objects.exists()


@pytest.mark.parametrize("key", ["", "Videos", "a--b", "-a", "a b", "é", "a" * 61, "videos-fr"])
def test_a_key_that_is_taken_or_malformed_is_refused(
    cast: Cast, project: Project, key: str
) -> None:
    request = request_in(RequestState.APPROVED, requester=cast.requester, owner=cast.owner)

    with pytest.raises(InvalidProject) as refusal:
        open_project(request=request, key=key, name="Two", owner=cast.owner, by=cast.owner, at=AT)

    assert list(refusal.value.details["fields"]) == ["key"]


def test_a_project_has_a_name_an_owner_and_a_request_of_its_own(
    cast: Cast, project: Project
) -> None:
    with pytest.raises(InvalidProject) as refusal:
        open_project(
            request=project.request, key="two", name=" ", owner=cast.annotator, by=cast.owner, at=AT
        )

    assert set(refusal.value.details["fields"]) == {"name", "request", "owner"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_projects_opened_at_once_under_one_key_one_opens() -> None:
    cast = a_cast()
    requests = [
        request_in(RequestState.APPROVED, requester=cast.requester, owner=cast.owner)
        for _ in range(2)
    ]
    together = Barrier(2)

    def attempt(position: int) -> bool:
        together.wait()
        try:
            open_project(
                request=requests[position],
                key="same",
                name="Same",
                owner=cast.owner,
                by=cast.owner,
                at=AT,
            )
        except InvalidProject as refusal:
            assert list(refusal.details["fields"]) == ["key"]
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, range(2))) == [False, True]


# --- members --------------------------------------------------------------------------------------


def _add(project: Project, user: User, cast: Cast, function: str = "annotator") -> Membership:
    return add_member(project=project, user=user, function=function, by=cast.owner, at=AT)


def test_a_member_is_added_once_and_removed(cast: Cast, project: Project) -> None:
    _add(project, cast.annotator, cast)
    with pytest.raises(AlreadyMember):
        _add(project, cast.annotator, cast)
    assert list(projects_to_label(cast.annotator)) == [project]

    def remove() -> None:
        remove_member(
            project=project, user=cast.annotator, function="annotator", by=cast.owner, at=AT
        )

    remove()
    assert not projects_to_label(cast.annotator).exists()
    with pytest.raises(NotAMember):
        remove()
    told = [event.event for event in events_of_project(project.pk)[:2]]
    assert told == ["planning.member.removed", "planning.member.added"]


def test_a_function_needs_the_role_for_it(cast: Cast, project: Project) -> None:
    with pytest.raises(RoleNotHeld):
        _add(project, cast.annotator, cast, Function.QA_LEAD)
    with pytest.raises(RoleNotHeld):
        _add(project, cast.outsider, cast)
    User.objects.filter(pk=cast.annotator.pk).update(is_active=False)
    with pytest.raises(RoleNotHeld):
        _add(project, User.objects.get(pk=cast.annotator.pk), cast)
    assert not project.memberships.exists()


@pytest.fixture
def vendors(cast: Cast) -> tuple[Vendor, Vendor]:
    ours, theirs = (
        create_vendor(key=key, name=key.title(), market="FR", by=None, at=AT)
        for key in ("ours", "theirs")
    )
    return ours, theirs


def test_a_vendor_manager_sees_only_the_people_of_their_vendor(
    cast: Cast, project: Project, vendors: tuple[Vendor, Vendor]
) -> None:
    for position, vendor in enumerate(vendors):
        _add(project, person(f"annotator{position}", Role.ANNOTATOR, vendor=vendor), cast)
    _add(project, cast.qa_lead, cast, Function.QA_LEAD)
    manager = person("vera", Role.VENDOR_MANAGER, vendor=vendors[0])

    def seen(viewer: User) -> set[str]:
        return {membership.user.name for membership in members_of(project, viewer)}

    assert seen(cast.owner) == seen(cast.qa_lead) == {"Annotator0", "Annotator1", "Quentin"}
    assert seen(manager) == {"Annotator0"}
    assert seen(cast.requester) == seen(cast.outsider) == set()
    both = person("olga", Role.PROJECT_OWNER, Role.VENDOR_MANAGER, vendor=vendors[0])
    assert seen(both) == seen(cast.owner)


def test_people_see_the_projects_of_their_markets_of_their_requests_and_of_their_work(
    cast: Cast, vendors: tuple[Vendor, Vendor]
) -> None:
    french = a_project(requester=cast.requester, owner=cast.owner, key="fr", locales={"fr-FR": 600})
    annotator = person("abel", Role.ANNOTATOR, vendor=vendors[0])
    manager = person("vera", Role.VENDOR_MANAGER, vendor=vendors[0])

    assert list(projects_visible_to(cast.owner)) == [french]
    assert list(projects_visible_to(cast.requester)) == [french]
    for user in (cast.qa_lead, manager, annotator, cast.outsider):
        assert not projects_visible_to(user).exists()
    _add(french, annotator, cast)
    _add(french, cast.qa_lead, cast, Function.QA_LEAD)
    assert list(projects_visible_to(manager)) == [french]
    assert list(projects_visible_to(cast.qa_lead)) == [french]
    assert not projects_visible_to(annotator).exists()
    assert list(projects_to_label(annotator)) == [french]


def test_a_project_is_hidden_from_some_and_closed_to_others(cast: Cast, project: Project) -> None:
    assert project_for(cast.owner, project.key, Capability.WRITE_PLAN) == project
    with pytest.raises(NotAllowed):
        project_for(cast.requester, project.key, Capability.WRITE_PLAN)
    for user in (cast.outsider, cast.annotator):
        with pytest.raises(NotVisible):
            project_for(user, project.key, Capability.VIEW_PROJECT)
