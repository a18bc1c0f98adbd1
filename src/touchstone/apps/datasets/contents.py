"""The rows of a release, read from the database as a stream; memory does not grow with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from assay.results import TooLittle
from assay.splitting import split_by_group
from touchstone.apps.consensus.models import ConsensusLabel, ConsensusRun
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.items.models import Query
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.labeling.policies import Outcome
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, PlanState
from touchstone.apps.quality.models import Adjudication, GoldAnswer, Lot

Row = dict[str, Any]
ROWS_AT_ONCE = 2_000

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


def test_queries(run: ConsensusRun, *, test_share: float, seed: int) -> frozenset[str]:
    """The keys of the queries held out for testing; a query is never on both sides.

    None are when no part is held out, or when all queries fall on one side.
    """
    labeled = ConsensusLabel.objects.filter(run=run, item__query=OuterRef("pk"))
    keys = list(
        Query.objects.filter(Exists(labeled), project=run.project_id)
        .order_by("key")
        .values_list("key", flat=True)
    )
    if not keys or test_share == 0:
        return frozenset()
    split = split_by_group(keys, test_share=test_share, seed=seed)
    if isinstance(split, TooLittle):
        return frozenset()
    return frozenset(keys[position] for position in split.test.tolist())


def consensus_rows(run: ConsensusRun, held_out: frozenset[str]) -> Iterator[Row]:
    """One row for each labeled item, by query, document and item."""
    gold = GoldAnswer.objects.filter(item=OuterRef("item"))
    labels = (
        ConsensusLabel.objects.filter(run=run)
        .select_related("item__query")
        .annotate(is_gold=Exists(gold))
        .order_by("item__query__key", "item__document_key", "item__key")
    )
    for label in labels.iterator(chunk_size=ROWS_AT_ONCE):
        yield _consensus_row(label, held_out)


def _consensus_row(label: Any, held_out: frozenset[str]) -> Row:
    item = label.item
    return {
        "item_id": item.key,
        "query_id": item.query.key,
        "query": item.query.text,
        "document_id": item.document_key,
        "locale": item.query.locale_id,
        "label": label.label,
        "probability": label.probability,
        "posterior": list(label.posterior),
        "majority": label.majority,
        "majority_share": label.majority_share,
        "judgments": label.judgments,
        "source": label.source,
        "stratum": item.stratum,
        "pi": item.inclusion_probability,
        "weight": 1 / item.inclusion_probability,
        "split": "test" if item.query.key in held_out else "train",
        "is_gold": label.is_gold,
    }


def judgments_seen_by(run: ConsensusRun) -> QuerySet[Judgment]:
    """The judgments made up to the moment of the run, whatever became of them."""
    return Judgment.objects.filter(project=run.project_id, submitted_at__lte=run.at)


def adjudications_seen_by(run: ConsensusRun) -> QuerySet[Adjudication]:
    """The disagreements settled up to the moment of the run."""
    return Adjudication.objects.filter(project=run.project_id, settled_at__lte=run.at)


def judgment_rows(run: ConsensusRun) -> Iterator[Row]:
    """The long form: one row for each judgment and answer, then one for each adjudication.

    A judgment without a label (cannot judge, escalated) has its outcome and no value. Comments
    and answers in free text stay behind: they may name somebody.
    """
    scales = _scales_of(run)
    judgments = (
        judgments_seen_by(run)
        .order_by("item__key", "submitted_at", "id")
        .values_list(*JUDGMENT_FIELDS, named=True)
    )
    for judgment in judgments.iterator(chunk_size=ROWS_AT_ONCE):
        yield from _rows_of_judgment(judgment, scales[judgment.plan_id])
    settled = adjudications_seen_by(run).select_related("item", "settled_by").order_by("item__key")
    newest = list(scales.values())[-1:]
    for adjudication in settled.iterator(chunk_size=ROWS_AT_ONCE):
        yield _row_of_adjudication(adjudication, newest[0])


@dataclass(frozen=True)
class _Scale:
    """How a plan's answers are read: its scale, its main answer, its answers in free text."""

    plan: Plan
    name: str
    main: str
    free_text: frozenset[str]


def _scales_of(run: ConsensusRun) -> dict[int, _Scale]:
    approved = (PlanState.APPROVED, PlanState.SUPERSEDED)
    plans = Plan.objects.filter(project=run.project_id, state__in=approved).select_related(
        "task_type", "guideline_version__guideline"
    )
    return {plan.pk: _scale(plan) for plan in plans.order_by("version")}


def _scale(plan: Plan) -> _Scale:
    schema = parse_schema(plan.task_type.schema)
    free_text = frozenset(field.key for field in schema.fields if field.kind == "text")
    return _Scale(plan, str(plan.task_type), schema.main, free_text)


def _rows_of_judgment(judgment: Any, scale: _Scale) -> Iterator[Row]:
    values: Mapping[str, object] = (
        judgment.answers.get("values", {}) if judgment.outcome == Outcome.LABEL else {}
    )
    given = {
        key: value
        for key, value in values.items()
        if value is not None and key not in scale.free_text
    }
    make = _row_maker(judgment, scale)
    if not given:
        yield make(None, None, judgment.grade)
    for key in sorted(given, key=lambda field: (field != scale.main, field)):
        yield make(key, _text(given[key]), judgment.grade if key == scale.main else None)


def _row_maker(judgment: Any, scale: _Scale) -> Callable[[str | None, str | None, int | None], Row]:
    def make(label: str | None, value: str | None, grade: int | None) -> Row:
        return {
            "item_id": judgment.item__key,
            "rater_pseudonym": judgment.annotator__pseudonym,
            "label": label,
            "value": value,
            "ts": judgment.submitted_at,
            "guideline_version": (
                f"{judgment.guideline_version__guideline__key} "
                f"{judgment.guideline_version__major}.{judgment.guideline_version__minor}"
                f".{judgment.guideline_version__patch}"
            ),
            "scale_version": scale.name,
            "stratum": judgment.item__stratum,
            "pi": judgment.item__inclusion_probability,
            "weight": 1 / judgment.item__inclusion_probability,
            "source": "llm" if judgment.annotator__kind == User.Kind.MACHINE else "human",
            "judgment_id": str(judgment.id),
            "outcome": judgment.outcome,
            "reason": judgment.reason or None,
            "grade": grade,
            "late": judgment.late,
            "counts": judgment.counts,
            "rejected": judgment.lot_place__lot__decision == Lot.Decision.REJECTED,
            "swapped": judgment.swapped,
        }

    return make


def _row_of_adjudication(adjudication: Adjudication, scale: _Scale) -> Row:
    item, expert = adjudication.item, adjudication.settled_by
    return {
        "item_id": item.key,
        "rater_pseudonym": None if expert is None else expert.pseudonym,
        "label": scale.main,
        "value": str(adjudication.grade),
        "ts": adjudication.settled_at,
        "guideline_version": guideline_text(scale.plan),
        "scale_version": scale.name,
        "stratum": item.stratum,
        "pi": item.inclusion_probability,
        "weight": 1 / item.inclusion_probability,
        "source": "adjudicated",
        "judgment_id": None,
        "outcome": Outcome.LABEL.value,
        "reason": None,
        "grade": adjudication.grade,
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
