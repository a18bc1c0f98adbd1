"""How often people agree with themselves: what they said first, beside what they said later.

Consistency is not accuracy: who always gives one grade agrees with themselves always. Kappa shows
that, and gold tells who is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import OuterRef, Subquery

from assay.agreement import cohen_kappa
from assay.gold import SelfAgreement, repeat_consistency
from assay.results import Estimate
from touchstone.apps.guidelines.policies import LabelSchema, parse_schema
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.planning.models import Project

# A kappa of fewer answers says nothing.
FEWEST_FOR_KAPPA = 20

Pair = tuple[int, int, int]
"""An annotator, their first grade of an item, their second."""


@dataclass(frozen=True)
class SelfConsistency:
    """How often one annotator gave an item that was asked again the same grade.

    `share` of `repeats` with its 95 % interval (Wilson); `below` is the chance that somebody as
    consistent as the others would agree so seldom, adjusted for the number of annotators. `kappa`,
    weighted by the square of the gap where grades have an order, with its interval from 20 repeats
    on; None where there are fewer, or where one and the same grade was given throughout.
    """

    repeats: int
    agreed: int
    share: float
    low: float
    high: float
    below: float
    kappa: Estimate | None


def self_consistency(project: Project) -> dict[int, SelfConsistency]:
    """The self-consistency of each annotator who gave a grade twice, by annotator id.

    An answer without a grade is left out. Both answers are under one version of the guideline.
    """
    pairs = _pairs(project)
    if not pairs:
        return {}
    schema = _schema(project)
    found = repeat_consistency(
        [place for place in range(len(pairs)) for _answer in range(2)],
        [rater for rater, _first, _second in pairs for _answer in range(2)],
        [grade for _rater, *grades in pairs for grade in grades],
    )
    assert isinstance(found, SelfAgreement), "each pair is an item met twice"
    kappas = {
        rater: _kappa(list(own), schema) for rater, own in groupby(pairs, key=lambda pair: pair[0])
    }
    return {rater: _row(found, row, kappas[rater]) for row, rater in enumerate(found.rater_ids)}


def _pairs(project: Project) -> list[Pair]:
    """The grades that counted and those given again, by annotator, in the order of the latter."""
    counted = Judgment.objects.filter(
        item=OuterRef("item"), annotator=OuterRef("annotator"), counts=True
    )
    again = (
        Judgment.objects.filter(project=project, repeat=True, grade__isnull=False)
        .annotate(first=Subquery(counted.values("grade")[:1]))
        .filter(first__isnull=False)
        .order_by("annotator", "id")
    )
    rows = again.values_list("annotator_id", "first", "grade")
    return [(rater, first, second) for rater, first, second in rows if second is not None]


def _schema(project: Project) -> LabelSchema:
    """The scale of the newest repeat; a plan that nobody works under yet has another, perhaps."""
    newest = (
        Judgment.objects.filter(project=project, repeat=True)
        .select_related("plan__task_type")
        .latest("id")
    )
    return parse_schema(newest.plan.task_type.schema)


def _kappa(pairs: Sequence[Pair], schema: LabelSchema) -> Estimate | None:
    """From the grades of the newest scale: those of an earlier one have no place in it."""
    grades = list(schema.grades)
    known = [pair for pair in pairs if pair[1] in grades and pair[2] in grades]
    if len(known) < FEWEST_FOR_KAPPA:
        return None
    found = cohen_kappa(
        [first for _rater, first, _second in known],
        [second for _rater, _first, second in known],
        classes=grades,
        weighting="quadratic" if schema.is_ordered else "none",
    )
    return found if isinstance(found, Estimate) else None


def _row(found: SelfAgreement, row: int, kappa: Estimate | None) -> SelfConsistency:
    return SelfConsistency(
        repeats=int(found.pairs[row]),
        agreed=int(found.agreed[row]),
        share=float(found.share[row]),
        low=float(found.low[row]),
        high=float(found.high[row]),
        below=float(found.adjusted[row]),
        kappa=kappa,
    )
