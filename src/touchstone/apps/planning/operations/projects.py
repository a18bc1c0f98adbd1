"""Opening projects and putting people on them."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from touchstone.apps.intake.models import LabelingRequest, RequestState
from touchstone.apps.intake.operations import hold_request
from touchstone.apps.ledger import operations as ledger
from touchstone.apps.people.models import Role, User
from touchstone.apps.planning.models import Membership, Project
from touchstone.apps.planning.queries import MEMBER_ROLES
from touchstone.lib.errors import Refused

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
KEY_LENGTH = 60
NAME_LENGTH = 160
OWNING_ROLES = (Role.PROJECT_OWNER, Role.ADMIN)


class InvalidProject(Refused):
    """The key or the name cannot stand; `details["fields"]` says why."""

    code = "invalid_project"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(_("The project was not opened: check its key and name."), fields=fields)


class RequestNotApproved(Refused):
    """Only an accepted request is carried out."""

    code = "request_not_approved"

    def __init__(self, state: RequestState) -> None:
        super().__init__(
            _("The request is in “%(state)s”. Accept it for planning before you open a project.")
            % {"state": state.label},
            state=state.value,
        )


class AlreadyMember(Refused):
    """The person has this function on the project already."""

    code = "already_member"


class NotAMember(Refused):
    """The person does not have this function on the project."""

    code = "not_a_member"


class RoleNotHeld(Refused):
    """The person's account does not have the role that the function needs."""

    code = "role_not_held"


@transaction.atomic
def open_project(
    *, request: LabelingRequest, key: str, name: str, owner: User, by: User, at: datetime
) -> Project:
    """Start carrying out an accepted request, under a key that goes into addresses.

    :raises RequestNotApproved: the request is not accepted for planning.
    :raises InvalidProject: the key is taken or malformed, the name empty, the request has a
        project already, or `owner` is no project owner.
    """
    state = RequestState(hold_request(request.pk).state)
    if state is not RequestState.APPROVED:
        raise RequestNotApproved(state)
    if errors := _project_errors(request, key, name, owner):
        raise InvalidProject(errors)
    project = Project(request=request, key=key, name=name.strip(), owner=owner, created_at=at)
    try:
        with transaction.atomic():
            project.save()
    except IntegrityError:  # somebody took the key since it was checked
        raise InvalidProject({"key": _("Another project has this key.")}) from None
    ledger.record(
        event="planning.project.opened",
        subject=project,
        by=by,
        at=at,
        project_id=project.pk,
        request_id=project.request_id,
        owner_id=owner.pk,
    )
    return project


def _project_errors(request: LabelingRequest, key: str, name: str, owner: User) -> dict[str, str]:
    errors = {}
    if not KEY.fullmatch(key) or len(key) > KEY_LENGTH:
        errors["key"] = _("Use lower-case letters, digits and single hyphens, at most 60.")
    elif Project.objects.filter(key=key).exists():
        errors["key"] = _("Another project has this key.")
    if not name.strip() or len(name.strip()) > NAME_LENGTH or "\0" in name:
        errors["name"] = _("Give the project a name of at most 160 characters.")
    if Project.objects.filter(request=request).exists():
        errors["request"] = _("This request has a project already.")
    if not owner.is_active or not owner.grants.filter(role__in=OWNING_ROLES).exists():
        errors["owner"] = _("%(name)s is not a project owner.") % {"name": owner.name}
    return errors


@transaction.atomic
def add_member(
    *, project: Project, user: User, function: Membership.Function | str, by: User, at: datetime
) -> Membership:
    """Put a person on a project for a function that their account has the role for.

    :raises RoleNotHeld: the account is closed or lacks the role.
    :raises AlreadyMember: the person has this function here.
    """
    function = Membership.Function(function)
    role = MEMBER_ROLES[function]
    if not user.is_active or not user.grants.filter(role=role).exists():
        raise RoleNotHeld(
            _("%(name)s does not have the role “%(role)s”. Give it to them first.")
            % {"name": user.name, "role": Role(role).label},
            role=role.value,
        )
    membership, is_new = Membership.objects.get_or_create(
        project=project, user=user, function=function, defaults={"added_at": at}
    )
    if not is_new:
        raise AlreadyMember(
            _("%(name)s is on this project already as “%(function)s”.")
            % {"name": user.name, "function": function.label}
        )
    ledger.record(
        event="planning.member.added",
        subject=membership,
        by=by,
        at=at,
        project_id=project.pk,
        request_id=project.request_id,
        user_id=user.pk,
        function=function,
    )
    return membership


@transaction.atomic
def remove_member(
    *, project: Project, user: User, function: Membership.Function | str, by: User, at: datetime
) -> None:
    """Take a person off a project; the judgments they made stay.

    :raises NotAMember: the person does not have this function here.
    """
    function = Membership.Function(function)
    found = project.memberships.select_for_update().filter(user=user, function=function).first()
    if found is None:
        raise NotAMember(
            _("%(name)s is not on this project as “%(function)s”.")
            % {"name": user.name, "function": function.label}
        )
    ledger.record(
        event="planning.member.removed",
        subject=found,
        by=by,
        at=at,
        project_id=project.pk,
        request_id=project.request_id,
        user_id=user.pk,
        function=function,
    )
    found.delete()
