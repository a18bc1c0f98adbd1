"""Reading projects and plans. Everything a person may see goes through `projects_visible_to`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from hashlib import sha256

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from touchstone.apps.intake.models import LabelingRequest, RequestLocale
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.policies import CAPABILITIES, Capability, allowed
from touchstone.apps.people.queries import reach, reaches_of
from touchstone.apps.planning.drafts import PlanDraft, PlanLocaleDraft, PlanRiskDraft
from touchstone.apps.planning.models import (
    Membership,
    Plan,
    PlanLocale,
    PlanRisk,
    PlanState,
    Project,
)
from touchstone.apps.planning.policies import Capacity, PlanCost, capacity_of, cost_of
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
        return Q(pk__isnull=False)  # an empty Q would vanish beside `|` and show nothing
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
    """The roles in which `user` stands to `project`; read once for what `project_for` gave."""
    known: tuple[int, frozenset[Role]] | None = project.__dict__.get("_roles")
    if known is not None and known[0] == user.pk:
        return known[1]
    return _read_roles(user, project)


def _read_roles(user: User, project: Project) -> frozenset[Role]:
    held = reaches_of(user)
    roles = _market_roles(user, project)
    if (held.keys() & set(MEMBER_ROLES.values())) - roles:
        roles |= _member_roles(user, project)
    if Role.REQUESTER in held and project.request.requester_id == user.pk:
        roles.add(Role.REQUESTER)
    vendors = reach(user, Role.VENDOR_MANAGER).vendors
    if vendors and project.memberships.filter(user__vendor__in=vendors).exists():
        roles.add(Role.VENDOR_MANAGER)
    return frozenset(roles)


def _market_roles(user: User, project: Project) -> set[Role]:
    held = [role for role in MARKET_ROLES if role in reaches_of(user)]
    if not held:
        return set()
    return {role for role in held if _covers(user, role, _markets_of(project.request))}


def _markets_of(request: LabelingRequest) -> set[str]:
    """The markets of a request's locales; from memory for what `project_for` gave."""
    if "locales" in getattr(request, "_prefetched_objects_cache", ()):
        return {wanted.locale.market_id for wanted in request.locales.all()}
    return set(request.locales.values_list("locale__market_id", flat=True))


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
        .prefetch_related(
            Prefetch("request__locales", RequestLocale.objects.select_related("locale"))
        )
        .filter(key=key)
        .first()
    )
    if project is None:
        raise NotVisible(_("There is no such project."))
    roles = _read_roles(user, project)
    if not allowed(roles, capability):
        raise NotAllowed(_("Your role does not allow this."))
    project.__dict__["_roles"] = (user.pk, roles)
    return project


def project_by_key(key: str) -> Project | None:
    """The project with this key, for operators' programs; surfaces ask `project_for`."""
    return Project.objects.select_related("request", "owner").filter(key=key).first()


def harm_class_of(project_id: int) -> str:
    """How harmful the items of a project may be; it does not change once there is a project."""
    rows = Project.objects.filter(pk=project_id)
    return str(rows.values_list("request__harm_class", flat=True).get())


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


# --- what a plan says ---------------------------------------------------------------------------


def plans_of(project: Project) -> QuerySet[Plan]:
    """Every version of a project's plan, newest first, with who wrote and decided it."""
    return project.plans.order_by("-version").select_related(
        "task_type", "guideline_version__guideline", "currency", "submitted_by", "decided_by"
    )


def plan_version(project: Project, version: int) -> Plan:
    """One version of a project's plan.

    :raises NotVisible: the project has no such version.
    """
    plan = plans_of(project).filter(version=version).first()
    if plan is None:
        raise NotVisible(_("There is no such plan."))
    return plan


def draft_of(plan: Plan) -> PlanDraft:
    """What `plan` says, as the plain values it was made from; for forms and the next version."""
    return PlanDraft(
        guideline_version=plan.guideline_version_id,
        sample_method=plan.sample_method,
        sample_note=plan.sample_note,
        overlap=plan.overlap,
        overlap_most=plan.overlap_most,
        stop_confidence=plan.stop_confidence,
        gold_rate=plan.gold_rate,
        lease_minutes=plan.lease_minutes,
        quiz_required=plan.quiz_required,
        gold_test_size=plan.gold_test_size,
        qualification_days=plan.qualification_days,
        repeat_rate=plan.repeat_rate,
        speed_standard=plan.speed_standard,
        start_date=plan.start_date,
        end_date=plan.end_date,
        currency=plan.currency_id,
        budget_minor_units=plan.budget_minor_units,
        change_note=plan.change_note,
        locales=_locale_drafts(plan),
        risks=tuple(map(_risk_draft, plan.risks.order_by("pk"))),
    )


def _locale_drafts(plan: Plan) -> tuple[PlanLocaleDraft, ...]:
    named = list(plan.vendors.order_by("vendor__key").values_list("locale_id", "vendor__key"))
    return tuple(_locale_draft(terms, named) for terms in plan.locales.order_by("locale"))


def _locale_draft(terms: PlanLocale, named: list[tuple[str, str]]) -> PlanLocaleDraft:
    return PlanLocaleDraft(
        locale=terms.locale_id,
        sample_size=terms.sample_size,
        alpha_lower_bound=terms.alpha_lower_bound,
        gold_accuracy=terms.gold_accuracy,
        price_per_judgment=terms.price_per_judgment,
        price_per_audit=terms.price_per_audit,
        price_per_adjudication=terms.price_per_adjudication,
        vendors=tuple(key for tag, key in named if tag == terms.locale_id),
    )


def _risk_draft(risk: PlanRisk) -> PlanRiskDraft:
    return PlanRiskDraft(
        cause=risk.cause,
        event=risk.event,
        consequence=risk.consequence,
        probability=risk.probability,
        loss_low_minor_units=risk.loss_low_minor_units,
        loss_high_minor_units=risk.loss_high_minor_units,
        treatment=risk.treatment,
        trigger=risk.trigger,
    )


def plan_content(plan: Plan) -> dict[str, object]:
    """What the approval of `plan` binds, in a canonical form that JSON can carry.

    Read from the database, numbers as text without trailing zeros, so that the same plan always
    gives the same bytes. The names of guideline and task type are written out: the content must
    mean the same on another machine.
    """
    stored = Plan.objects.select_related("project", "task_type", "guideline_version__guideline")
    plan = stored.get(pk=plan.pk)
    guideline = plan.guideline_version.guideline
    content = {name: _canonical(value) for name, value in asdict(draft_of(plan)).items()}
    if plan.stop_confidence is None:  # so that plans from before it keep their hash
        del content["overlap_most"], content["stop_confidence"]
    if not plan.asks_qualification:  # the same
        for name in ("quiz_required", "gold_test_size", "qualification_days"):
            del content[name]
    if not plan.repeat_rate:  # the same
        del content["repeat_rate"]
    return {
        **content,
        "project": plan.project.key,
        "version": plan.version,
        "task_type": str(plan.task_type),
        "guideline_version": f"{guideline.key} {plan.guideline_version}",
    }


def _canonical(value: object) -> object:
    match value:
        case Decimal():
            return f"{value.normalize():f}"
        case date():
            return value.isoformat()
        case dict():
            return {name: _canonical(part) for name, part in value.items()}
        case list() | tuple():
            return [_canonical(part) for part in value]
    return value


def content_hash(plan: Plan) -> str:
    """The SHA-256 of `plan_content` as JSON with sorted keys and no spaces."""
    text = json.dumps(plan_content(plan), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def plan_cost(plan: Plan) -> PlanCost:
    """The expected cost of `plan` in minor units of its currency; `policies.cost_of` says how."""
    return cost_of(
        draft_of(plan).locales,
        overlap=plan.overlap,
        gold_rate=plan.gold_rate,
        repeat_rate=plan.repeat_rate,
        digits=plan.currency.digits,
    )


def plans_with_dynamic_overlap() -> QuerySet[Plan]:
    """The plans in force that stop collecting when an item is sure, with project and request."""
    return Plan.objects.filter(
        state=PlanState.APPROVED, stop_confidence__isnull=False
    ).select_related("project__request", "task_type")


def planned_items(plan: Plan) -> int:
    """How many items `plan` samples in all its locales."""
    return sum(plan.locales.values_list("sample_size", flat=True))


def capacity_needed(plan: Plan) -> Capacity:
    """The judgments of `plan`, gold and repeats included, and the hours at its speed standard."""
    return capacity_of(plan_cost(plan), speed_standard=plan.speed_standard)


# --- people -------------------------------------------------------------------------------------


def members_of(project: Project, viewer: User) -> QuerySet[Membership]:
    """The members of `project` that `viewer` may see.

    Whoever sees them only as a vendor manager sees the people of their own vendors; whoever may
    not see people sees themselves at most.
    """
    members = project.memberships.select_related("user__vendor").order_by("user__name", "pk")
    roles = roles_on_project(viewer, project)
    if allowed(roles - {Role.VENDOR_MANAGER}, Capability.VIEW_PEOPLE):
        return members
    shown = Q(user=viewer)
    if allowed(roles, Capability.VIEW_PEOPLE):
        shown |= Q(user__vendor__in=reach(viewer, Role.VENDOR_MANAGER).vendors)
    return members.filter(shown)


def projects_of_requests(requests: Iterable[LabelingRequest]) -> dict[int, str]:
    """The key of the project of each request that has one, by the request's number."""
    found = Project.objects.filter(request__in=[request.pk for request in requests])
    return dict(found.values_list("request__number", "key"))


def plans_in_force(projects: Sequence[Project]) -> dict[int, Plan]:
    """The approved plans of many projects with their locales, in two queries, by project id."""
    plans = (
        Plan.objects.filter(project__in=projects, state=PlanState.APPROVED)
        .select_related("currency", "guideline_version")
        .prefetch_related("locales")
    )
    return {plan.project_id: plan for plan in plans}


def budget_currencies(projects: Sequence[Project]) -> dict[int, str]:
    """The currency in which each project counts its money, by project id.

    That of the plan in force, or of the request before there is one.
    """
    plans = Plan.objects.filter(project__in=projects, state=PlanState.APPROVED)
    planned = dict(plans.values_list("project_id", "currency_id"))
    return {each.pk: planned.get(each.pk, each.request.currency_id) for each in projects}


def annotator_counts(projects: Sequence[Project]) -> dict[int, int]:
    """How many annotators each of many projects has, machines left out, by project id."""
    rows = (
        Membership.objects.filter(
            project__in=projects,
            function=Membership.Function.ANNOTATOR,
            user__is_active=True,
            user__kind=User.Kind.HUMAN,
        )
        .values_list("project")
        .annotate(n=Count("id"))
    )
    return dict(rows)
