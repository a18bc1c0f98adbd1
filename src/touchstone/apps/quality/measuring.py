"""From judgments to figures: gathers the input, lets `assay` do the arithmetic, keeps both.

Alpha and audits leave gold items out: their answers are known, they are easier than the work, and
they are shown far more often.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

import assay
from assay.agreement import krippendorff_alpha
from assay.data import Labels
from assay.intervals import wilson
from assay.results import Estimate, TooLittle
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.quality.appealing.queries import STANDS
from touchstone.apps.quality.models import Audit, GoldMark, Lot, Measurement

RESAMPLES = 1000

# Why a figure may be missing, in the words of `assay`: kept as said, translated when shown.
WHY_NONE = (
    gettext_noop("no trials"),
    gettext_noop("fewer than 5 clusters of paired labels"),
    gettext_noop("paired labels are all of one class: alpha is undefined"),
)


@dataclass(frozen=True)
class Slice:
    """A project, or one locale of it."""

    project: Project
    locale_tag: str | None


def alpha(piece: Slice, *, plan: Plan, seed: int, at: datetime) -> Measurement:
    """Krippendorff's alpha over the graded judgments, resampled by query.

    Ordinal where the labels have an order, else nominal.
    """
    level: Literal["ordinal", "nominal"] = "ordinal" if _is_ordered(plan) else "nominal"
    rows = list(
        graded_work(piece).values_list("item_id", "annotator_id", "grade", "item__query_id")
    )
    labels = Labels.from_triples(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        classes=grades_of(plan),
    )
    result = krippendorff_alpha(
        labels,
        level=level,
        rng=np.random.default_rng(seed),
        clusters={row[0]: row[3] for row in rows},
        resamples=RESAMPLES,
    )
    return _measurement(
        piece,
        Measurement.Kind.ALPHA,
        result,
        method="krippendorff_alpha",
        parameters={"level": level, "resamples": RESAMPLES, "clusters": "query"},
        seed=seed,
        input_hash=labels.input_hash(),
        at=at,
    )


def gold_accuracy(piece: Slice, *, at: datetime) -> Measurement:
    """The share of marked judgments that hit their gold answer; marks taken back left out."""
    marks = GoldMark.objects.filter(STANDS, judgment__project=piece.project)
    if piece.locale_tag:
        marks = marks.filter(judgment__item__query__locale=piece.locale_tag)
    rows = list(marks.order_by("judgment_id").values_list("judgment_id", "hit"))
    return _share(piece, Measurement.Kind.GOLD_ACCURACY, rows, at)


def audit_agreement(piece: Slice, *, at: datetime) -> Measurement:
    """The share of finished audits that came to the annotator's answer."""
    audits = Audit.objects.filter(project=piece.project, done_at__isnull=False)
    if piece.locale_tag:
        audits = audits.filter(judgment__item__query__locale=piece.locale_tag)
    rows = list(audits.order_by("judgment_id").values_list("judgment_id", "agrees"))
    return _share(piece, Measurement.Kind.AUDIT_AGREEMENT, rows, at)


def graded_work(piece: Slice) -> QuerySet[Judgment]:
    """The judgments that count and gave a grade; gold items and rejected lots are left out."""
    rows = Judgment.objects.filter(
        project=piece.project,
        counts=True,
        grade__isnull=False,
        item__gold_answer=None,
    ).exclude(lot_place__lot__decision=Lot.Decision.REJECTED)
    rows = rows.order_by("submitted_at", "id")
    return rows.filter(item__query__locale=piece.locale_tag) if piece.locale_tag else rows


def grades_of(plan: Plan) -> list[int]:
    """The grades of the plan's main question, lowest first."""
    return list(parse_schema(plan.task_type.schema).grades)


def _is_ordered(plan: Plan) -> bool:
    return parse_schema(plan.task_type.schema).is_ordered


def _share(
    piece: Slice, kind: Measurement.Kind, rows: Sequence[tuple[int, bool | None]], at: datetime
) -> Measurement:
    return _measurement(
        piece,
        kind,
        wilson(sum(bool(yes) for _, yes in rows), len(rows)),
        method="share; Wilson interval",
        parameters={},
        seed=None,
        input_hash=hashlib.sha256(json.dumps(rows).encode()).hexdigest(),
        at=at,
    )


def _measurement(
    piece: Slice,
    kind: Measurement.Kind,
    result: Estimate | TooLittle,
    *,
    method: str,
    parameters: dict[str, object],
    seed: int | None,
    input_hash: str,
    at: datetime,
) -> Measurement:
    found = Measurement(
        project=piece.project,
        locale_id=piece.locale_tag,
        kind=kind,
        n=result.n,
        method=method,
        method_version=assay.__version__,
        parameters=parameters,
        seed=seed,
        input_hash=input_hash,
        at=at,
    )
    if isinstance(result, TooLittle):
        found.reason = result.reason
    else:
        found.value, found.low, found.high = result.value, result.low, result.high
        found.level = result.level
        found.diagnostics = {"warnings": list(result.warnings)}
    found.save()
    return found
