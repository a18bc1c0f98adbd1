"""Quality figures, and the acceptance of work in lots."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from ninja import Router, Schema

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.api.fields import In, Line, Seed, Tag, Text
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.labeling.stopping import decisions_of
from touchstone.apps.people.policies import Capability
from touchstone.apps.quality.operations import measure
from touchstone.apps.quality.queries import (
    lots_of,
    newest_measurements,
    rater_rows,
    waiting_for_lot,
)
from touchstone.apps.quality.queues import queue_sizes
from touchstone.flows import acceptance

if TYPE_CHECKING:
    from touchstone.apps.labeling.models import StopDecision
    from touchstone.apps.quality.models import Lot, Measurement
    from touchstone.apps.quality.queries import RaterRow

router = Router()


class MeasurementOut(Schema):
    """A figure with its interval, or the reason why there is none; and how it was computed.

    `locale` is empty for the whole project.
    """

    kind: str
    locale: str | None
    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    reason: str
    method: str
    method_version: str
    parameters: dict[str, Any]
    seed: int | None
    input_hash: str
    at: datetime


class QueuesOut(Schema):
    """How much waits for the QA lead, and how many judgments of each locale wait for a lot."""

    audits_open: int
    audits_done: int
    audits_agreeing: int
    cases_open: int
    cases_settled: int
    waiting_for_lot: dict[str, int]


class AnnotatorOut(Schema):
    """How good one annotator is, by their pseudonym; what cannot be known yet is null.

    `accuracy` is the share of gold hits, drawn towards the project's mean, with its interval.
    `self_agreement` is how often an item that they were asked about once more got the same grade,
    of `repeats`, with its interval. `self_kappa` is the same corrected for chance, with its
    interval, from 20 repeats on. `self_agreement_p` is the chance that somebody as consistent as
    the others would agree so seldom.
    """

    annotator: str
    judgments: int
    gold_trials: int
    gold_hits: int
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    repeats: int
    self_agreement: float | None
    self_agreement_low: float | None
    self_agreement_high: float | None
    self_agreement_p: float | None
    self_kappa: float | None
    self_kappa_low: float | None
    self_kappa_high: float | None


class QualityOut(Schema):
    """The newest figure of each kind and locale, the queues, and the annotators you may see."""

    measurements: list[MeasurementOut]
    queues: QueuesOut
    annotators: list[AnnotatorOut]


class MeasureIn(In):
    """The seed of the bootstrap."""

    seed: Seed = 0


class LotIn(In):
    """The decision on all judgments of a locale that are in no lot yet."""

    locale: Tag
    decision: Literal["accepted", "rejected"]
    reason: Text = ""


class LotOut(Schema):
    """Judgments accepted or rejected together."""

    number: int
    locale: str
    decision: str
    reason: str
    evidence: dict[str, Any]
    by: str
    at: datetime


class StopDecisionOut(Schema):
    """Why an item got the judgments it got, under a dynamic overlap.

    `verdict` is `stop` (sure enough), `more` (one more wanted) or `most` (unsure, and at the most).
    `posterior` follows `classes`; it is what the `judgments` that stood said by the fit `fit`.
    """

    item: str
    verdict: str
    judgments: int
    classes: list[int]
    posterior: list[float]
    probability: float
    threshold: float
    need_before: int
    need_after: int
    plan_version: int
    fit: int
    fit_method: str
    fit_input_hash: str
    fit_exponent: float
    at: datetime


@router.get("/{slug:key}/quality", response=QualityOut)
@needs(Capability.VIEW_QUALITY, scope="project")
def get_quality(request: ApiRequest, key: str) -> QualityOut:
    """The newest figures."""
    project = project_of(request, key)
    sizes = queue_sizes(project)
    return QualityOut(
        measurements=[_measurement_out(one) for one in newest_measurements(project).values()],
        queues=QueuesOut(
            audits_open=sizes.audits_open,
            audits_done=sizes.audits_done,
            audits_agreeing=sizes.audits_agreeing,
            cases_open=sizes.cases_open,
            cases_settled=sizes.cases_settled,
            waiting_for_lot=waiting_for_lot(project),
        ),
        annotators=[_annotator_out(row) for row in rater_rows(project, request.auth, None)],
    )


@router.post("/{slug:key}/quality", response={201: list[MeasurementOut]})
@needs(Capability.RUN_QUALITY, scope="project")
def measure_quality(request: ApiRequest, key: str, body: MeasureIn) -> list[MeasurementOut]:
    """Measure alpha, gold accuracy and audit agreement now."""
    project = project_of(request, key)
    found = measure(project=project, by=request.auth, at=request.at, seed=body.seed)
    return [_measurement_out(one) for one in found]


@router.get("/{slug:key}/lots", response=Page[LotOut])
@needs(Capability.VIEW_QUALITY, scope="project")
def list_lots(request: ApiRequest, key: str, paging: Paging) -> dict[str, object]:
    """The lots, newest first."""
    return page(lots_of(project_of(request, key)), "-number", paging, _lot_out)


@router.post("/{slug:key}/lots", response={201: LotOut})
@needs(Capability.RUN_QUALITY, scope="project")
def decide_lot(request: ApiRequest, key: str, body: LotIn) -> LotOut:
    """Accept or reject the work of a locale; what is accepted lands in the cost ledger."""
    lot = acceptance.decide_lot(
        project=project_of(request, key),
        locale_tag=body.locale,
        decision=body.decision,
        reason=body.reason,
        by=request.auth,
        at=request.at,
    )
    return _lot_out(lot)


@router.get("/{slug:key}/stop-decisions", response=Page[StopDecisionOut])
@needs(Capability.RUN_QUALITY, scope="project")
def list_stop_decisions(
    request: ApiRequest, key: str, item: Line, paging: Paging
) -> dict[str, object]:
    """What was decided about an item under dynamic overlap, by its key, oldest first."""
    rows = decisions_of(project_of(request, key), item_key=item)
    return page(rows, "id", paging, _decision_out)


def _decision_out(row: "StopDecision") -> StopDecisionOut:
    return StopDecisionOut(
        item=row.item.key,
        verdict=row.verdict,
        judgments=row.judgments,
        classes=row.fit.classes,
        posterior=row.posterior,
        probability=row.probability,
        threshold=float(row.threshold),
        need_before=row.need_before,
        need_after=row.need_after,
        plan_version=row.plan.version,
        fit=row.fit_id,
        fit_method=row.fit.method,
        fit_input_hash=row.fit.input_hash,
        fit_exponent=row.fit.exponent,
        at=row.at,
    )


def _annotator_out(row: "RaterRow") -> AnnotatorOut:
    again = row.consistency
    kappa = again and again.kappa
    return AnnotatorOut(
        annotator=row.user.pseudonym,
        judgments=row.judgments,
        gold_trials=row.gold_trials,
        gold_hits=row.gold_hits,
        accuracy=row.accuracy,
        accuracy_low=row.low,
        accuracy_high=row.high,
        repeats=again.repeats if again else 0,
        self_agreement=again.share if again else None,
        self_agreement_low=again.low if again else None,
        self_agreement_high=again.high if again else None,
        self_agreement_p=again.below if again else None,
        self_kappa=kappa.value if kappa else None,
        self_kappa_low=kappa.low if kappa else None,
        self_kappa_high=kappa.high if kappa else None,
    )


def _measurement_out(one: "Measurement") -> MeasurementOut:
    return MeasurementOut(
        kind=one.kind,
        locale=one.locale_id,
        value=one.value,
        low=one.low,
        high=one.high,
        level=one.level,
        n=one.n,
        reason=one.reason,
        method=one.method,
        method_version=one.method_version,
        parameters=one.parameters,
        seed=one.seed,
        input_hash=one.input_hash,
        at=one.at,
    )


def _lot_out(lot: "Lot") -> LotOut:
    return LotOut(
        number=lot.number,
        locale=lot.locale_id,
        decision=lot.decision,
        reason=lot.reason,
        evidence=lot.evidence,
        by=lot.by.name,
        at=lot.at,
    )
