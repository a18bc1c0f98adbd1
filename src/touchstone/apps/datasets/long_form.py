"""Judgments in the long form: a row for each judgment and answer, then one for each adjudication.

A release and an export give the same rows. Both stream them; memory does not grow with them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from touchstone.apps.consensus.models import ConsensusRun
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.labeling.policies import Outcome
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, PlanState, Project
from touchstone.apps.quality.models import Adjudication, Lot

Row = dict[str, Any]
Rows = QuerySet[Any, tuple[Any, ...]]
Reader = Callable[[Rows], Iterator[tuple[Any, ...]]]
ROWS_AT_ONCE = 2_000


class _Judged(NamedTuple):
    """A judgment as it is read; the fields are those of `JUDGMENT_FIELDS`."""

    pk: int
    item: str
    stratum: str
    pi: float
    pseudonym: str
    kind: str
    plan: int
    guideline: str
    major: int
    minor: int
    patch: int
    outcome: str
    reason: str
    grade: int | None
    answers: Mapping[str, Any]
    at: datetime
    late: bool
    counts: bool
    swapped: bool
    lot_decision: str | None


JUDGMENT_FIELDS = (
    "id",
    "item__key",
    "item__stratum",
    "item__inclusion_probability",
    "annotator__pseudonym",
    "annotator__kind",
    "plan_id",
    "guideline_version__guideline__key",
    "guideline_version__major",
    "guideline_version__minor",
    "guideline_version__patch",
    "outcome",
    "reason",
    "grade",
    "answers",
    "submitted_at",
    "late",
    "counts",
    "swapped",
    "lot_place__lot__decision",
)


class _Settled(NamedTuple):
    """An adjudication as it is read; the fields are those of `SETTLED_FIELDS`."""

    item: str
    stratum: str
    pi: float
    pseudonym: str | None
    grade: int
    at: datetime


SETTLED_FIELDS = (
    "item__key",
    "item__stratum",
    "item__inclusion_probability",
    "settled_by__pseudonym",
    "grade",
    "settled_at",
)


def judgments_seen_by(run: ConsensusRun) -> QuerySet[Judgment]:
    """The judgments made up to the moment of the run, whatever became of them."""
    judged = Judgment.objects.filter(project=run.project_id, submitted_at__lte=run.at)
    return _about_items(judged)


def adjudications_seen_by(run: ConsensusRun) -> QuerySet[Adjudication]:
    """The disagreements settled up to the moment of the run."""
    return Adjudication.objects.filter(project=run.project_id, settled_at__lte=run.at)


def rows_seen_by(run: ConsensusRun) -> Iterator[Row]:
    """What a release of `run` holds, by item."""
    return _rows(
        run.project_id,
        judgments_seen_by(run).order_by("item__key", "submitted_at", "id"),
        adjudications_seen_by(run),
        lambda wanted: wanted.iterator(chunk_size=ROWS_AT_ONCE),
    )


def judgments_of(project: Project) -> QuerySet[Judgment]:
    """All judgments of a project in the order they came, as an index has them: nothing is sorted
    before the first is there."""
    return _about_items(Judgment.objects.filter(project=project)).order_by("submitted_at", "id")


def _about_items(judgments: QuerySet[Judgment]) -> QuerySet[Judgment]:
    """Without what people were asked once more: that tells of them and not of the items."""
    return judgments.filter(repeat=False)


def rows_of(project: Project, read: Reader) -> Iterator[Row]:
    """All that there is at the moment at which `read` reads."""
    settled = Adjudication.objects.filter(project=project, settled_at__isnull=False)
    return _rows(project.pk, judgments_of(project), settled, read)


def _rows(
    project_id: int,
    judgments: QuerySet[Judgment],
    settled: QuerySet[Adjudication],
    read: Reader,
) -> Iterator[Row]:
    """A judgment without a label (cannot judge, escalated) has its outcome and no value.

    Comments and answers in free text stay behind: they may name somebody.
    """
    scales = _scales_of(project_id)
    for values in read(judgments.values_list(*JUDGMENT_FIELDS)):
        judged = _Judged._make(values)
        yield from _rows_of_judgment(judged, scales[judged.plan])
    newest = list(scales.values())[-1:]
    for values in read(settled.order_by("item__key").values_list(*SETTLED_FIELDS)):
        yield _row_of_adjudication(_Settled._make(values), newest[0])


@dataclass(frozen=True)
class _Scale:
    """How a plan's answers are read: its scale, its main answer, its answers in free text."""

    plan: Plan
    name: str
    main: str
    free_text: frozenset[str]


def _scales_of(project_id: int) -> dict[int, _Scale]:
    approved = (PlanState.APPROVED, PlanState.SUPERSEDED)
    plans = Plan.objects.filter(project=project_id, state__in=approved).select_related(
        "task_type", "guideline_version__guideline"
    )
    return {plan.pk: _scale(plan) for plan in plans.order_by("version")}


def _scale(plan: Plan) -> _Scale:
    schema = parse_schema(plan.task_type.schema)
    free_text = frozenset(field.key for field in schema.fields if field.kind == "text")
    return _Scale(plan, str(plan.task_type), schema.main, free_text)


def _rows_of_judgment(judged: _Judged, scale: _Scale) -> Iterator[Row]:
    values: Mapping[str, object] = (
        judged.answers.get("values", {}) if judged.outcome == Outcome.LABEL else {}
    )
    given = {
        key: value
        for key, value in values.items()
        if value is not None and key not in scale.free_text
    }
    if not given:
        yield _row(judged, scale, None, None, judged.grade)
    for key in sorted(given, key=lambda field: (field != scale.main, field)):
        grade = judged.grade if key == scale.main else None
        yield _row(judged, scale, key, _text(given[key]), grade)


def _row(
    judged: _Judged, scale: _Scale, label: str | None, value: str | None, grade: int | None
) -> Row:
    return {
        "item_id": judged.item,
        "rater_pseudonym": judged.pseudonym,
        "label": label,
        "value": value,
        "ts": judged.at,
        "guideline_version": (f"{judged.guideline} {judged.major}.{judged.minor}.{judged.patch}"),
        "scale_version": scale.name,
        "stratum": judged.stratum,
        "pi": judged.pi,
        "weight": 1 / judged.pi,
        "source": "llm" if judged.kind == User.Kind.MACHINE else "human",
        "judgment_id": str(judged.pk),
        "outcome": judged.outcome,
        "reason": judged.reason or None,
        "grade": grade,
        "late": judged.late,
        "counts": judged.counts,
        "rejected": judged.lot_decision == Lot.Decision.REJECTED,
        "swapped": judged.swapped,
    }


def _row_of_adjudication(settled: _Settled, scale: _Scale) -> Row:
    return {
        "item_id": settled.item,
        "rater_pseudonym": settled.pseudonym,
        "label": scale.main,
        "value": str(settled.grade),
        "ts": settled.at,
        "guideline_version": guideline_text(scale.plan),
        "scale_version": scale.name,
        "stratum": settled.stratum,
        "pi": settled.pi,
        "weight": 1 / settled.pi,
        "source": "adjudicated",
        "judgment_id": None,
        "outcome": Outcome.LABEL.value,
        "reason": None,
        "grade": settled.grade,
        "late": False,
        "counts": True,
        "rejected": False,
        "swapped": False,
    }


def guideline_text(plan: Plan) -> str:
    """The plan's guideline and its version, for example `relevance 1.0.0`."""
    return f"{plan.guideline_version.guideline.key} {plan.guideline_version}"


def _text(value: object) -> str:
    """An answer as text: the columns of a table have one type, the answers of a schema many."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
