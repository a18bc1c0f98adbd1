"""Reading projects and plans. Everything a person may see goes through `projects_visible_to`."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from touchstone.apps.intake.models import RequestLocale
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.policies import CAPABILITIES, Capability, allowed
from touchstone.apps.people.queries import reach, reaches_of
from touchstone.apps.planning.models import Membership, Plan, PlanState, Project
from touchstone.lib.errors import NotAllowed, NotVisible

MARKET_ROLES = (Role.ADMIN, Role.PROJECT_OWNER, Role.QA_LEAD, Role.STAKEHOLDER)
MEMBER_ROLES = {
    Membership.Function.ANNOTATOR: Role.ANNOTATOR,
    Membership.Function.QA_LEAD: Role.QA_LEAD,
    Membership.Function.STAKEHOLDER: Role.STAKEHOLDER,
}


def projects_visible_to(user: User) -> QuerySet[Project]:
    """The projects whose console pages `user` may know of.

    Annotators know projects through the workbench only (`projects_to_label`).
    """
    return Project.objects.filter(
        _in_markets(user) | _as_requester(user) | _as_member(user) | _through_vendor(user)
    )


def _in_markets(user: User) -> Q:
    reaches = [reach(user, role) for role in MARKET_ROLES]
    if any(r.everywhere for r in reaches):
        return Q()
    markets = frozenset[str]().union(*(r.markets for r in reaches))
    touched = RequestLocale.objects.filter(locale__market__in=markets).values("request_id")
    return Q(request_id__in=touched)


def _as_requester(user: User) -> Q:
    return Q(request__requester=user) if Role.REQUESTER in reaches_of(user) else Q(pk__in=[])


def _as_member(user: User) -> Q:
    functions = [
        function
        for function, role in MEMBER_ROLES.items()
        if role in reaches_of(user) and Capability.VIEW_PROJECT in CAPABILITIES[role]
    ]
    joined = Membership.objects.filter(user=user, function__in=functions)
    return Q(pk__in=joined.values("project_id"))


def _through_vendor(user: User) -> Q:
    vendors = reach(user, Role.VENDOR_MANAGER).vendors
    joined = Membership.objects.filter(user__vendor__in=vendors)
    return Q(pk__in=joined.values("project_id"))


def projects_to_label(user: User) -> QuerySet[Project]:
    """The projects on which `user` is an annotator."""
    if Role.ANNOTATOR not in reaches_of(user):
        return Project.objects.none()
    joined = Membership.objects.filter(user=user, function=Membership.Function.ANNOTATOR)
    return Project.objects.filter(pk__in=joined.values("project_id"))


def roles_on_project(user: User, project: Project) -> frozenset[Role]:
    """The roles in which `user` stands to `project`."""
    held = reaches_of(user)
    markets = set(project.request.locales.values_list("locale__market_id", flat=True))
    roles = {
        role for role in MARKET_ROLES if role in held and _covers(user, role, markets)
    } | _member_roles(user, project)
    if Role.REQUESTER in held and project.request.requester_id == user.pk:
        roles.add(Role.REQUESTER)
    vendors = reach(user, Role.VENDOR_MANAGER).vendors
    if vendors and project.memberships.filter(user__vendor__in=vendors).exists():
        roles.add(Role.VENDOR_MANAGER)
    return frozenset(roles)


def _covers(user: User, role: Role, markets: set[str]) -> bool:
    return reach(user, role).everywhere or bool(reach(user, role).markets & markets)


def _member_roles(user: User, project: Project) -> set[Role]:
    functions = project.memberships.filter(user=user).values_list("function", flat=True)
    held = reaches_of(user)
    return {
        role
        for function, role in MEMBER_ROLES.items()
        if role in held and function.value in set(functions)
    }


def project_for(user: User, key: str, capability: Capability) -> Project:
    """The project that `user` names, if they may know of it and have `capability` on it.

    :raises NotVisible: there is no such project for this person.
    :raises NotAllowed: they may see it but not do this.
    """
    seen = projects_to_label(user) if capability is Capability.LABEL else projects_visible_to(user)
    project = (
        seen.select_related("request__requester", "request__currency", "owner")
        .filter(key=key)
        .first()
    )
    if project is None:
        raise NotVisible(_("There is no such project."))
    if not allowed(roles_on_project(user, project), capability):
        raise NotAllowed(_("Your role does not allow this."))
    return project


def plan_in_force(project: Project) -> Plan | None:
    """The approved plan of a project, if it has one."""
    return (
        project.plans.filter(state=PlanState.APPROVED)
        .select_related("task_type", "guideline_version__guideline", "currency")
        .first()
    )


def newest_plan(project: Project) -> Plan | None:
    """The plan with the highest version, whatever its state."""
    return (
        project.plans.order_by("-version")
        .select_related("task_type", "guideline_version__guideline", "currency")
        .first()
    )
