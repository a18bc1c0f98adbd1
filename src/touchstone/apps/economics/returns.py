"""Estimating what a project's labels returned."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

import numpy as np
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

import assay
from assay.economics import Normal, ReturnOnInvestment, return_on_investment
from assay.results import plain
from touchstone.apps.economics.models import CostEvent, ReturnEstimate
from touchstone.apps.economics.policies import DRAWS, POINTS, SEED_MASK, Assumptions
from touchstone.apps.evaluations.models import Comparison, Evaluation
from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.lib.errors import Refused


class NothingToReturn(Refused):
    """A part of the chain from cost to value is missing; nothing was estimated."""

    code = "nothing_to_return"


class InvalidAssumptions(Refused):
    """An assumption cannot be; `details["field"]` names it."""

    code = "invalid_assumptions"


@transaction.atomic
def estimate_return(
    *,
    evaluation: Evaluation,
    metric: str,
    assumptions: Assumptions,
    seed: int,
    by: User,
    at: datetime,
) -> ReturnEstimate:
    """Estimate the return on all that the project has cost so far, as a range.

    value = measured difference in points × online points per offline point × the request's value
    per point × share attributed to the labels, if launched; all but the launch and the share are
    uncertain. Return = (value − cost) / cost.

    :raises NothingToReturn: the project has no cost, or the evaluation has no such metric.
    :raises InvalidAssumptions: an assumption is out of range.
    """
    project = evaluation.release.project
    compared, cost = _compared(evaluation, metric), _cost(project)
    wrong = assumptions.wrong_field()
    if wrong is not None:
        raise InvalidAssumptions(
            _("The assumption %(field)s is out of range.") % {"field": wrong}, field=wrong
        )
    found = _simulated(compared, project.request, assumptions, cost, seed)
    estimate = _stored(evaluation, compared, assumptions, found, seed, by, at)
    record(
        event="economics.return.estimated",
        subject=estimate,
        by=by,
        at=at,
        project_id=project.pk,
        metric=metric,
        p_positive=estimate.p_positive,
    )
    return estimate


def _compared(evaluation: Evaluation, metric: str) -> Comparison:
    found = evaluation.comparisons.filter(metric=metric).first()
    if found is None:
        raise NothingToReturn(
            _("The evaluation does not compare the systems in %(metric)s.") % {"metric": metric}
        )
    return found


def _cost(project: Project) -> int:
    spent: int | None = CostEvent.objects.filter(project=project).aggregate(
        spent=Sum("project_minor_units")
    )["spent"]
    if not spent or spent <= 0:
        raise NothingToReturn(
            _("The project has no cost yet, so it has no return. Accept a lot or post a cost.")
        )
    return spent


def _simulated(
    compared: Comparison,
    request: LabelingRequest,
    assumptions: Assumptions,
    cost: int,
    seed: int,
) -> ReturnOnInvestment:
    value = float(request.value_per_point_minor_units)
    return return_on_investment(
        uplift=Normal(compared.difference * POINTS, compared.standard_error * POINTS),
        slope=Normal(assumptions.slope_mean, assumptions.slope_sd),
        value_per_point=Normal(value, value * assumptions.value_sd_share),
        p_launch=assumptions.p_launch,
        attribution=assumptions.attribution,
        cost=float(cost),
        rng=np.random.default_rng(seed & SEED_MASK),
        draws=DRAWS,
    )


def _stored(
    evaluation: Evaluation,
    compared: Comparison,
    assumptions: Assumptions,
    found: ReturnOnInvestment,
    seed: int,
    by: User,
    at: datetime,
) -> ReturnEstimate:
    request = evaluation.release.project.request
    return ReturnEstimate.objects.create(
        project=evaluation.release.project,
        evaluation=evaluation,
        metric=compared.metric,
        difference=compared.difference,
        standard_error=compared.standard_error,
        currency=request.currency,
        value_per_point_minor_units=request.value_per_point_minor_units,
        value_source=request.value_source,
        cost_minor_units=int(found.cost),
        parameters={
            "assumptions": assumptions.as_dict(),
            "draws": DRAWS,
            "points": POINTS,
            "evpi_minor_units": round(found.evpi),
            "net": plain(found.net),
            "warnings": list(found.warnings),
        },
        p_positive=found.p_roi_positive,
        roi_mean=found.roi.mean,
        roi_p10=found.roi.p10,
        roi_p50=found.roi.p50,
        roi_p90=found.roi.p90,
        value_p10_minor_units=round(found.value.p10),
        value_p50_minor_units=round(found.value.p50),
        value_p90_minor_units=round(found.value.p90),
        method=found.method[:60],
        method_version=assay.__version__,
        seed=seed,
        input_hash=_input_hash(evaluation, compared, assumptions, found.cost),
        by=by,
        at=at,
    )


def _input_hash(
    evaluation: Evaluation, compared: Comparison, assumptions: Assumptions, cost: float
) -> str:
    request = evaluation.release.project.request
    given = {
        "evaluation": evaluation.input_hash,
        "metric": compared.metric,
        "difference": compared.difference,
        "standard_error": compared.standard_error,
        "value_per_point": request.value_per_point_minor_units,
        "currency": request.currency_id,
        "cost": cost,
        "assumptions": assumptions.as_dict(),
    }
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
