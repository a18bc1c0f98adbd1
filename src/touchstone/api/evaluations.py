"""Search systems: their run files, and two of them measured against a release."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.api.fields import In, Line, Seed, stream_of
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.datasets.queries import release_for
from touchstone.apps.evaluations import operations
from touchstone.apps.evaluations.queries import (
    evaluation_for,
    evaluations_of,
    run_for,
    runs_of,
)
from touchstone.apps.people.policies import Capability

if TYPE_CHECKING:
    from touchstone.apps.evaluations.models import (
        Comparison,
        Evaluation,
        MetricResult,
        SystemRun,
    )

router = Router()
projects = Router()


class RunOut(Schema):
    """The rankings of one search system."""

    id: int
    system: str
    file_name: str
    sha256: str
    queries: int
    lines: int
    by: str
    at: datetime


class EvaluateIn(In):
    """Two runs by id; `part` "test" takes the held-out queries only."""

    baseline: int
    candidate: int
    seed: Seed = 0
    part: Literal["all", "test"] = "all"
    relevant_from: int | None = None


class MetricOut(Schema):
    """One metric of one run with its interval; `policy` says exactly how it was computed."""

    run: int
    system: str
    metric: str
    policy: str
    value: float
    low: float
    high: float
    level: float
    n: int


class ComparisonOut(Schema):
    """The paired difference candidate − baseline in one metric."""

    metric: str
    difference: float
    low: float
    high: float
    level: float
    standard_error: float
    p_value: float
    test: str
    effect_size: float | None
    n: int


class EvaluationOut(Schema):
    """Two runs measured against one release, with everything to compute it again."""

    id: int
    project: str
    release: int
    baseline: RunOut
    candidate: RunOut
    results: list[MetricOut]
    comparisons: list[ComparisonOut]
    parameters: dict[str, Any]
    seed: int
    input_hash: str
    method_version: str
    diagnostics: dict[str, Any]
    by: str
    at: datetime


@projects.get("/{slug:key}/runs", response=Page[RunOut])
@needs(Capability.VIEW_RELEASES, scope="project")
def list_system_runs(request: ApiRequest, key: str, paging: Paging) -> dict[str, object]:
    """The run files of a project, newest first."""
    return page(runs_of(project_of(request, key)), "-id", paging, _run_out)


@projects.post("/{slug:key}/runs", response={201: RunOut})
@needs(Capability.EVALUATE, scope="project")
def upload_system_run(
    request: ApiRequest,
    key: str,
    file: Annotated[UploadedFile, File()],
    system: Annotated[Line, Form("")],
) -> RunOut:
    """Take in a TREC run file; without a `system` name it is the file's tag."""
    run = operations.upload_run(
        project=project_of(request, key),
        system=system,
        file_name=file.name or "",
        stream=stream_of(file),
        by=request.auth,
        at=request.at,
    )
    return _run_out(run)


@projects.get("/{slug:key}/evaluations", response=Page[EvaluationOut])
@needs(Capability.VIEW_RELEASES, scope="project")
def list_evaluations(request: ApiRequest, key: str, paging: Paging) -> dict[str, object]:
    """The evaluations of a project, newest first."""
    return page(evaluations_of(project_of(request, key)), "-id", paging, _evaluation_out)


@projects.post("/{slug:key}/releases/{int:version}/evaluations", response={201: EvaluationOut})
@needs(Capability.EVALUATE, scope="project")
def evaluate_release(
    request: ApiRequest, key: str, version: int, body: EvaluateIn
) -> EvaluationOut:
    """Measure two runs with nDCG@10 and P@10 against a release, and their difference."""
    project = project_of(request, key)
    made = operations.evaluate(
        release=release_for(request.auth, key, version, request.needs),
        baseline=run_for(project, body.baseline),
        candidate=run_for(project, body.candidate),
        seed=body.seed,
        part=body.part,
        relevant_from=body.relevant_from,
        by=request.auth,
        at=request.at,
    )
    return _evaluation_out(evaluation_for(request.auth, made.pk))


@router.get("/{int:evaluation}", response=EvaluationOut)
@needs(Capability.VIEW_RELEASES, scope="project")
def get_evaluation(request: ApiRequest, evaluation: int) -> EvaluationOut:
    """One evaluation with its numbers."""
    return _evaluation_out(evaluation_for(request.auth, evaluation, request.needs))


def _run_out(run: "SystemRun") -> RunOut:
    return RunOut(
        id=run.pk,
        system=run.system,
        file_name=run.file_name,
        sha256=run.sha256,
        queries=run.queries,
        lines=run.lines,
        by=run.by.name,
        at=run.at,
    )


def _evaluation_out(made: "Evaluation") -> EvaluationOut:
    return EvaluationOut(
        id=made.pk,
        project=made.release.project.key,
        release=made.release.version,
        baseline=_run_out(made.baseline),
        candidate=_run_out(made.candidate),
        results=[_metric_out(one) for one in made.results.all()],
        comparisons=[_comparison_out(one) for one in made.comparisons.all()],
        parameters=made.parameters,
        seed=made.seed,
        input_hash=made.input_hash,
        method_version=made.method_version,
        diagnostics=made.diagnostics,
        by=made.by.name,
        at=made.at,
    )


def _metric_out(one: "MetricResult") -> MetricOut:
    return MetricOut(
        run=one.run_id,
        system=one.run.system,
        metric=one.metric,
        policy=one.policy,
        value=one.value,
        low=one.low,
        high=one.high,
        level=one.level,
        n=one.n,
    )


def _comparison_out(one: "Comparison") -> ComparisonOut:
    return ComparisonOut(
        metric=one.metric,
        difference=one.difference,
        low=one.low,
        high=one.high,
        level=one.level,
        standard_error=one.standard_error,
        p_value=one.p_value,
        test=one.test,
        effect_size=one.effect_size,
        n=one.n,
    )
