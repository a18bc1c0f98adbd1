"""Dynamic overlap at work: deciding on items whose work has changed, and fitting the raters anew.

The worker calls `decide_due` every second, so that an item stops, or gets one place more, within a
few seconds of the judgment that decides it; and `fit_when_grown` every minute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction

from touchstone.apps.intake.policies import RequestState
from touchstone.apps.labeling import stopping
from touchstone.apps.labeling.verdicts import verdict_of, wants_fit
from touchstone.apps.planning.queries import plans_with_dynamic_overlap
from touchstone.apps.quality.queries import standing_judgments
from touchstone.flows.labeling import WORKING
from touchstone.flows.rater_models import RaterModels

if TYPE_CHECKING:
    from datetime import datetime

    from touchstone.apps.labeling.stopping import Decided, DueWork
    from touchstone.apps.planning.models import Plan, Project

BATCH = 200
# A pause keeps the work; what was under way still comes in and is decided on.
DECIDING = WORKING | {RequestState.PAUSED}


@dataclass(frozen=True)
class Pass:
    """What one pass did: how many `verdicts`, and whether there may be `more` to decide on now."""

    verdicts: int
    more: bool


@transaction.atomic
def decide_due(*, at: datetime) -> Pass:
    """Decide on the next items that are due and that nobody holds now, `BATCH` at the most."""
    due = stopping.take_due(most=BATCH)
    verdicts = _decide(due.works, at)
    stopping.forget_due(due)
    return Pass(verdicts, more=len(due.rows) == BATCH)


def _decide(works: Iterable[DueWork], at: datetime) -> int:
    by_project: dict[int, list[DueWork]] = defaultdict(list)
    for work in works:
        if work.open_lane:  # gold and named items have an overlap of their own
            by_project[work.project_id].append(work)
    plans = plans_with_dynamic_overlap().filter(
        project__in=list(by_project), project__request__state__in=DECIDING
    )
    return sum(_decide_in_project(plan, by_project[plan.project_id], at) for plan in plans)


def _decide_in_project(plan: Plan, works: list[DueWork], at: datetime) -> int:
    models = {tag: RaterModels(fit) for tag, fit in stopping.newest_fits(plan.project).items()}
    judged = _standing(plan.project, works)
    decided = [
        found
        for work in works
        if work.locale_tag in models
        and (found := _verdict(plan, work, models[work.locale_tag], judged[work.item_id]))
    ]
    return stopping.record_decisions(project=plan.project, plan=plan, decisions=decided, at=at)


def _standing(
    project: Project, works: Iterable[DueWork]
) -> dict[int, list[tuple[int, int | None]]]:
    judged: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    rows = standing_judgments(project).filter(item__in=[work.item_id for work in works])
    for item, rater, grade in rows.values_list("item_id", "annotator_id", "grade"):
        judged[item].append((rater, grade))
    return judged


def _verdict(
    plan: Plan, work: DueWork, models: RaterModels, judged: list[tuple[int, int | None]]
) -> Decided | None:
    assert plan.stop_confidence is not None and plan.overlap_most is not None
    places = replace(work.places, void=work.places.counted - len(judged))
    posterior = models.posterior(judged)
    verdict = verdict_of(
        places,
        probability=max(posterior),
        threshold=float(plan.stop_confidence),
        overlap=plan.overlap,
        most=plan.overlap_most,
    )
    if verdict is None:
        return None
    return stopping.Decided(work, places, verdict, models.fit, posterior)


def fits_wanted() -> list[tuple[Plan, str]]:
    """The plans and locales whose raters are to be fitted (again): new, or with much more work."""
    wanted = []
    plans = plans_with_dynamic_overlap().filter(project__request__state__in=WORKING)
    for plan in plans:
        fits = stopping.newest_fits(plan.project)
        for tag, judgments in stopping.counted_by_locale(plan.project).items():
            last = fits[tag].judgments if tag in fits else None
            if wants_fit(judgments=judgments, at_last_fit=last):
                wanted.append((plan, tag))
    return wanted
