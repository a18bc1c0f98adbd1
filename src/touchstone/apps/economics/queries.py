"""Reading costs and returns. A vendor manager sees only their vendor's lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max, QuerySet, Sum
from django.utils.translation import gettext as _

from assay.economics import cost_per_effective_label
from touchstone.apps.economics.models import CostEvent, ReturnEstimate
from touchstone.apps.economics.policies import QualityClass, Work
from touchstone.apps.markets.models import Currency
from touchstone.apps.markets.queries import NoExchangeRate, convert
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.policies import CAPABILITIES, Capability
from touchstone.apps.people.queries import reach
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.queries import budget_currencies, plan_in_force, roles_on_project
from touchstone.apps.quality.queries import newest_measurements


@dataclass(frozen=True)
class CostShare:
    """One part of the costs: its key and name for people, its money and units of work."""

    key: str
    name: str
    minor_units: int
    quantity: int


@dataclass(frozen=True)
class CostSummary:
    """What a project has cost, in minor units of `currency`, as far as the viewer may see.

    `whole` is false when only one vendor's lines are shown; then there is no budget and no unit
    cost. `unit_cost_minor_units` is all costs for each accepted judgment that is not gold;
    `effective_cost_minor_units` divides it by (2a − 1)² with a = `accuracy`, the newest measured
    gold accuracy. Where one is missing, `reason` says why.
    """

    currency: Currency
    whole: bool
    total_minor_units: int
    budget_minor_units: int | None
    by_class: tuple[CostShare, ...]
    by_work: tuple[CostShare, ...]
    by_locale: tuple[CostShare, ...]
    by_vendor: tuple[CostShare, ...]
    accepted_judgments: int
    unit_cost_minor_units: float | None
    accuracy: float | None
    effective_cost_minor_units: float | None
    reason: str

    @property
    def budget_share(self) -> float | None:
        """The share of the budget that is spent."""
        if not self.budget_minor_units:
            return None
        return self.total_minor_units / self.budget_minor_units


def costs_of(project: Project, viewer: User) -> QuerySet[CostEvent]:
    """The cost lines of a project that `viewer` may see, newest first."""
    return (
        _lines(project, viewer, whole=_sees_all(project, viewer))
        .select_related("currency", "vendor", "locale", "lot", "plan", "exchange_rate", "by")
        .order_by("-id")
    )


def _lines(project: Project, viewer: User, *, whole: bool) -> QuerySet[CostEvent]:
    lines = CostEvent.objects.filter(project=project)
    if whole:
        return lines
    return lines.filter(vendor__in=reach(viewer, Role.VENDOR_MANAGER).vendors)


def _sees_all(project: Project, viewer: User) -> bool:
    others = roles_on_project(viewer, project) - {Role.VENDOR_MANAGER}
    return any(Capability.VIEW_VALUE in CAPABILITIES[role] for role in others)


def cost_summary(project: Project, viewer: User) -> CostSummary:
    """All costs of a project that `viewer` may see, cut in each way that people ask for."""
    whole = _sees_all(project, viewer)
    cells = _cells(_lines(project, viewer, whole=whole))
    total, accepted = sum(cell.minor_units for cell in cells), _accepted(cells)
    accuracy = _accuracy(project) if whole else None
    unit, effective, reason = _unit_costs(total, accepted, accuracy, whole)
    return CostSummary(
        currency=project.request.currency,
        whole=whole,
        total_minor_units=total,
        budget_minor_units=_budget(project) if whole else None,
        by_class=_shares(cells, lambda c: (c.quality_class, QualityClass(c.quality_class).label)),
        by_work=_shares(cells, lambda c: (c.work, Work(c.work).label)),
        by_locale=_shares(cells, lambda c: (c.locale or "", c.locale or _("No locale"))),
        by_vendor=_shares(cells, lambda c: (c.vendor or "", c.vendor_name or _("No vendor"))),
        accepted_judgments=accepted,
        unit_cost_minor_units=unit,
        accuracy=accuracy,
        effective_cost_minor_units=effective,
        reason=reason,
    )


@dataclass(frozen=True)
class _Cell:
    """The costs that share a class, a kind of work, a locale and a vendor."""

    quality_class: str
    work: str
    locale: str | None
    vendor: str | None
    vendor_name: str | None
    minor_units: int
    quantity: int


def _cells(lines: QuerySet[CostEvent]) -> list[_Cell]:
    """Read all cuts at once: there are few cells, however many lines."""
    rows = (
        lines.order_by()
        .values_list("quality_class", "work", "locale", "vendor__key", "vendor__name")
        .annotate(money=Sum("project_minor_units"), units=Sum("quantity"))
    )
    return [_Cell(*row) for row in rows]


def _accepted(cells: Sequence[_Cell]) -> int:
    return sum(
        cell.quantity
        for cell in cells
        if cell.work == Work.JUDGMENT and cell.quality_class == QualityClass.PRODUCTION
    )


def _shares(
    cells: Sequence[_Cell], part: Callable[[_Cell], tuple[str, object]]
) -> tuple[CostShare, ...]:
    """The cells summed by one of their parts, given as key and name; the dearest first."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for cell in cells:
        key, name = part(cell)
        money, units = sums.get((key, str(name)), (0, 0))
        sums[key, str(name)] = (money + cell.minor_units, units + cell.quantity)
    shares = (CostShare(key, name, *summed) for (key, name), summed in sums.items())
    return tuple(sorted(shares, key=lambda share: (-share.minor_units, share.key)))


def _accuracy(project: Project) -> float | None:
    found = newest_measurements(project).get(("gold_accuracy", None))
    return None if found is None else found.value


def _unit_costs(
    total: int, accepted: int, accuracy: float | None, whole: bool
) -> tuple[float | None, float | None, str]:
    if not whole:
        return None, None, _("Only your vendor's lines are shown.")
    if not accepted:
        return None, None, _("No judgment has been accepted yet.")
    unit = total / accepted
    if accuracy is None:
        return unit, None, _("Gold accuracy has not been measured yet.")
    if accuracy <= 0.5 or unit < 0:
        return unit, None, _("At this accuracy a label tells nothing.")
    return unit, cost_per_effective_label(unit, accuracy), ""


def _budget(project: Project) -> int | None:
    """The budget of the plan in force; None without a plan, or without a rate on its first day."""
    plan = plan_in_force(project)
    if plan is None:
        return None
    ours = project.request.currency_id
    try:
        return convert(plan.budget_minor_units, plan.currency_id, ours, plan.start_date)
    except NoExchangeRate:
        return None


def returns_of(project: Project) -> QuerySet[ReturnEstimate]:
    """The estimates of a project's return, newest first."""
    return ReturnEstimate.objects.filter(project=project).select_related(
        "currency", "by", "evaluation__release", "evaluation__baseline", "evaluation__candidate"
    )


def newest_return(project: Project) -> ReturnEstimate | None:
    """The last estimate of a project's return, if there is one."""
    return returns_of(project).first()


def accepted_by_project(projects: Sequence[Project]) -> dict[int, int]:
    """How many judgments of each project were accepted and paid for, gold left out, by id."""
    rows = CostEvent.objects.filter(
        project__in=[project.pk for project in projects],
        work=Work.JUDGMENT,
        quality_class=QualityClass.PRODUCTION,
    )
    return dict(rows.order_by().values_list("project").annotate(n=Sum("quantity")))


def spent_by_project(
    projects: Sequence[Project], *, currencies: Mapping[int, str] | None = None
) -> dict[int, int]:
    """What each project has cost so far, by project id.

    In minor units of the currency of its budget (`planning.queries.budget_currencies`), so that
    the two can be compared; a caller who knows these `currencies` saves a query.

    :raises NoExchangeRate: a cost in another currency has no rate to it.
    """
    budgets = currencies or budget_currencies(projects)
    owners = {project.pk: project for project in projects}
    spent = dict.fromkeys(owners, 0)
    rows = (
        CostEvent.objects.filter(project__in=owners)
        .values("project", "currency")
        .annotate(
            own=Sum("amount_minor_units"), ours=Sum("project_minor_units"), last=Max("at__date")
        )
        .order_by("project")
    )
    for row in rows:
        key, budgeted = row["project"], budgets[row["project"]]
        ours = owners[key].request.currency_id
        spent[key] += (
            row["own"]
            if row["currency"] == budgeted
            else convert(row["ours"], ours, budgeted, row["last"])
        )
    return spent
