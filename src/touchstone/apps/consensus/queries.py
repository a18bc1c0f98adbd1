"""Reading consensus runs. Callers pass a project they were allowed to see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet

from touchstone.apps.consensus.models import ConsensusLabel, ConsensusRun
from touchstone.apps.planning.models import Project
from touchstone.apps.quality.models import GoldAnswer


@dataclass(frozen=True)
class GoldCheck:
    """How often a run's labels are among the accepted answers of the gold items it labeled."""

    items: int
    consensus_hits: int
    majority_hits: int


def newest_run(project: Project) -> ConsensusRun | None:
    """The latest run of a project, if any."""
    return ConsensusRun.objects.filter(project=project).select_related("by").first()


def runs_of(project: Project) -> QuerySet[ConsensusRun]:
    """All runs of a project, newest first."""
    return ConsensusRun.objects.filter(project=project).select_related("by")


def labels_of(run: ConsensusRun) -> QuerySet[ConsensusLabel]:
    """The labels of a run with their items and queries, in the order of the items' keys."""
    return run.labels.select_related("item__query").order_by("item__query__key", "item__key")


def label_counts(run: ConsensusRun) -> dict[int, int]:
    """How many items got each grade."""
    rows = run.labels.values("label").annotate(n=Count("id")).order_by("label")
    return {row["label"]: row["n"] for row in rows}


def disagreements_with_majority(run: ConsensusRun) -> int:
    """On how many items consensus and majority vote differ."""
    return run.labels.exclude(label=F("majority")).count()


def gold_check(run: ConsensusRun) -> GoldCheck:
    """Compare a run with the gold answers, which it never saw."""
    accepted = {
        row.item_id: set(row.accepted)
        for row in GoldAnswer.objects.filter(project_id=run.project_id, retired_at=None)
    }
    rows = list(run.labels.filter(item__in=accepted).values_list("item_id", "label", "majority"))
    return GoldCheck(
        items=len(rows),
        consensus_hits=sum(label in accepted[item] for item, label, _ in rows),
        majority_hits=sum(majority in accepted[item] for item, _, majority in rows),
    )


def iterate(run: ConsensusRun) -> Iterator[ConsensusLabel]:
    """The labels of a run one after the other, for files."""
    return labels_of(run).iterator(chunk_size=2000)
