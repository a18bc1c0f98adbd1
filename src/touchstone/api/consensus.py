"""Consensus runs: the estimated true labels, with everything needed to compute them again."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.api.fields import In
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.consensus import operations
from touchstone.apps.consensus.operations import PRIOR_STRENGTH
from touchstone.apps.consensus.queries import label_counts, runs_of
from touchstone.apps.people.policies import Capability

if TYPE_CHECKING:
    from touchstone.apps.consensus.models import ConsensusRun

router = Router()


class ConsensusIn(In):
    """How strongly the confusion of each rater is drawn to that of all."""

    prior_strength: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = PRIOR_STRENGTH


class ConsensusOut(Schema):
    """One run; `labels` counts the items by the grade they got."""

    id: int
    method: str
    method_version: str
    parameters: dict[str, Any]
    seed: int | None
    input_hash: str
    classes: list[int]
    judgments: int
    abstentions: int
    items: int
    raters: int
    diagnostics: dict[str, Any]
    labels: dict[int, int]
    differs_from_majority: int
    by: str
    at: datetime


@router.get("/{slug:key}/consensus", response=Page[ConsensusOut])
@needs(Capability.VIEW_QUALITY, scope="project")
def list_consensus_runs(request: ApiRequest, key: str, paging: Paging) -> dict[str, object]:
    """The runs of a project, newest first."""
    return page(runs_of(project_of(request, key)), "-id", paging, _run_out)


@router.post("/{slug:key}/consensus", response={201: ConsensusOut})
@needs(Capability.RUN_CONSENSUS, scope="project")
def run_consensus(request: ApiRequest, key: str, body: ConsensusIn) -> ConsensusOut:
    """Estimate the true label of every judged item from the judgments that stand now."""
    run = operations.run_consensus(
        project=project_of(request, key),
        prior_strength=body.prior_strength,
        by=request.auth,
        at=request.at,
    )
    return _run_out(run)


def _run_out(run: "ConsensusRun") -> ConsensusOut:
    counts = label_counts(run)
    return ConsensusOut(
        id=run.pk,
        method=run.method,
        method_version=run.method_version,
        parameters=run.parameters,
        seed=run.seed,
        input_hash=run.input_hash,
        classes=run.classes,
        judgments=run.judgments,
        abstentions=run.abstentions,
        items=run.items,
        raters=run.raters,
        diagnostics=run.diagnostics,
        labels=counts.by_grade,
        differs_from_majority=counts.differing,
        by=run.by.name,
        at=run.at,
    )
