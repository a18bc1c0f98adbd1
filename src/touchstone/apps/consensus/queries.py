"""Reading consensus runs. Callers pass a project they were allowed to see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from touchstone.apps.consensus.models import ConsensusLabel, ConsensusRun
from touchstone.apps.planning.models import Project


@dataclass(frozen=True)
class GoldCheck:
    """How often a run's labels are among the accepted answers of the gold items it labeled."""

    items: int
    consensus_hits: int
    majority_hits: int


@dataclass(frozen=True)
class LabelCounts:
    """A run's labels by grade, and how many of them the majority vote would not have given."""

    by_grade: dict[int, int]
    differing: int


def newest_run(project: Project) -> ConsensusRun | None:
    """The latest run of a project, if any."""
    return ConsensusRun.objects.filter(project=project).select_related("by").first()


def runs_of(project: Project) -> QuerySet[ConsensusRun]:
    """All runs of a project, newest first."""
    return ConsensusRun.objects.filter(project=project).select_related("by")


def labels_of(run: ConsensusRun) -> QuerySet[ConsensusLabel]:
    """The labels of a run with their items and queries, in the order of the items' keys."""
    return run.labels.select_related("item__query").order_by("item__query__key", "item__key")


def label_counts(run: ConsensusRun) -> LabelCounts:
    """How many items got each grade, and on how many consensus and majority vote differ."""
    rows = (
        run.labels.values("label")
        .annotate(n=Count("id"), other=Count("id", filter=~Q(label=F("majority"))))
        .order_by("label")
    )
    found = {row["label"]: (row["n"], row["other"]) for row in rows}
    return LabelCounts(
        by_grade={label: n for label, (n, _other) in found.items()},
        differing=sum(other for _n, other in found.values()),
    )


def gold_check(run: ConsensusRun) -> GoldCheck:
    """Compare a run with the gold answers, which it never saw."""
    gold = run.labels.filter(
        item__gold_answer__project=run.project_id, item__gold_answer__retired_at=None
    )
    rows = list(gold.values_list("label", "majority", "item__gold_answer__accepted"))
    return GoldCheck(
        items=len(rows),
        consensus_hits=sum(label in accepted for label, _, accepted in rows),
        majority_hits=sum(majority in accepted for _, majority, accepted in rows),
    )


def iterate(run: ConsensusRun) -> Iterator[ConsensusLabel]:
    """The labels of a run one after the other, for files."""
    return labels_of(run).iterator(chunk_size=2000)
