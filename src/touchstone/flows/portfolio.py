"""All projects that a person may see, five lights each, worst first.

Gathers the figures of every project together, in a number of queries that does not grow with the
number of projects, and lets `lights` judge them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from touchstone.apps.economics.queries import accepted_by_project, spent_by_project
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.intake.queries import delivered_dates
from touchstone.apps.labeling.queries import Pace, paces
from touchstone.apps.planning.queries import (
    annotator_counts,
    plans_in_force,
    projects_visible_to,
)
from touchstone.apps.quality.queries import alpha_trends, measurements_by_project
from touchstone.apps.risks.queries import RiskTotals, totals_by_project
from touchstone.flows import lights
from touchstone.flows.lights import Level, Light

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project
    from touchstone.apps.quality.models import Measurement

DONE = frozenset(
    {
        RequestState.DELIVERED,
        RequestState.ACCEPTED,
        RequestState.ROI_REVIEWED,
        RequestState.CLOSED,
    }
)
# What nobody can hurry any more; shown last.
OVER = DONE | {RequestState.DECLINED, RequestState.CANCELLED}


@dataclass(frozen=True)
class ProjectCard:
    """A project with its five lights, in the order quality, schedule, cost, capacity, risk.

    `plan` is the one in force, `pace` what the lights of schedule and capacity were judged by.
    """

    project: Project
    state: RequestState
    lights: tuple[Light, ...]
    share_done: float
    pace: Pace
    plan: Plan | None

    @property
    def worst(self) -> Light:
        """The light that needs hands first."""
        return lights.worst(self.lights)


@dataclass(frozen=True)
class _Figures:
    """Everything the lights need, by project id."""

    plans: dict[int, Plan]
    paces: dict[int, Pace]
    measurements: dict[int, dict[tuple[str, str | None], Measurement]]
    trends: dict[int, list[float]]
    spent: dict[int, int]
    accepted: dict[int, int]
    annotators: dict[int, int]
    risks: dict[int, RiskTotals]
    delivered: dict[int, datetime]


def portfolio(*, user: User, at: datetime) -> list[ProjectCard]:
    """The projects that `user` may see, those that need hands first."""
    projects = list(
        projects_visible_to(user).select_related("request__requester", "request__currency", "owner")
    )
    cards = cards_of(projects, at)
    return sorted(cards, key=_urgency)


def cards_of(projects: Sequence[Project], at: datetime) -> list[ProjectCard]:
    """The cards of some projects that the caller was allowed to see."""
    plans = plans_in_force(projects)
    currencies = {
        each.pk: plans[each.pk].currency_id if each.pk in plans else each.request.currency_id
        for each in projects
    }
    figures = _Figures(
        plans=plans,
        paces=paces(projects),
        measurements=measurements_by_project(projects),
        trends=alpha_trends(projects),
        spent=spent_by_project(projects, currencies=currencies),
        accepted=accepted_by_project(projects),
        annotators=annotator_counts(projects),
        risks=totals_by_project(projects, at.date(), currencies=currencies),
        delivered=delivered_dates([project.request_id for project in projects]),
    )
    return [_card(project, figures, at) for project in projects]


def project_card(*, project: Project, at: datetime) -> ProjectCard:
    """The card of one project that the caller was allowed to see."""
    return cards_of([project], at)[0]


def _urgency(card: ProjectCard) -> tuple[int, int, str, str]:
    """What is over last; then by the worst light, by how many are red, by name."""
    red = sum(light.level is Level.BAD for light in card.lights)
    over = len(lights.ORDER) if card.state in OVER else 0
    return (over + lights.ORDER[card.worst.level], -red, card.project.name, card.project.key)


def _card(project: Project, figures: _Figures, at: datetime) -> ProjectCard:
    state = RequestState(project.request.state)
    pace, plan = figures.paces[project.pk], figures.plans.get(project.pk)
    return ProjectCard(
        project=project,
        state=state,
        lights=_planned(project, plan, figures, state, at) if plan else _unplanned(),
        share_done=pace.done / pace.wanted if pace.wanted else 0.0,
        pace=pace,
        plan=plan,
    )


def _unplanned() -> tuple[Light, ...]:
    names = ("quality", "schedule", "cost", "capacity", "risk")
    return tuple(lights.no_plan(name) for name in names)


def _planned(
    project: Project, plan: Plan, figures: _Figures, state: RequestState, at: datetime
) -> tuple[Light, ...]:
    pace = figures.paces[project.pk]
    accepted = figures.accepted.get(project.pk, 0)
    delivered = figures.delivered.get(project.request_id) if state in DONE else None
    return (
        lights.quality(_gates(plan, figures.measurements[project.pk]), figures.trends[project.pk]),
        lights.schedule(
            lights.Schedule(
                wanted=pace.wanted,
                done=pace.done,
                by_day=pace.by_day,
                start=plan.start_date,
                end=plan.end_date,
                finished=delivered.date() if delivered else None,
            ),
            at.date(),
        ),
        lights.cost(
            lights.Money(
                spent=figures.spent.get(project.pk, 0),
                budget=plan.budget_minor_units,
                share_accepted=accepted / pace.wanted if pace.wanted else 0.0,
            )
        ),
        lights.capacity(
            lights.Crew(
                annotators=figures.annotators.get(project.pk, 0),
                overlap=plan.overlap_most or plan.overlap,
                per_hour=3600 / pace.seconds if pace.seconds else None,
                standard_per_hour=float(plan.speed_standard),
            ),
            finished=state in DONE,
        ),
        lights.risk(_exposure(figures.risks.get(project.pk), plan)),
    )


def _gates(plan: Plan, measured: dict[tuple[str, str | None], Measurement]) -> list[lights.Gate]:
    gates = []
    for row in plan.locales.all():
        standards = {
            "alpha": float(row.alpha_lower_bound),
            "gold_accuracy": float(row.gold_accuracy),
        }
        for kind, standard in standards.items():
            found = measured.get((kind, row.locale_id))
            value, low = (found.value, found.low) if found else (None, None)
            gates.append(lights.Gate(row.locale_id, kind, value, low, standard))
    return gates


def _exposure(totals: RiskTotals | None, plan: Plan) -> lights.Exposure:
    if totals is None:
        return lights.Exposure(0, 0.0, plan.budget_minor_units, 0, 0)
    return lights.Exposure(
        open=totals.open,
        expected_loss=totals.expected_loss,
        budget=plan.budget_minor_units,
        overdue=totals.overdue,
        occurred=totals.occurred,
    )
