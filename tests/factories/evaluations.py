"""System runs and evaluations of a labeled project."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from assay.trec import write_run
from tests.factories.labeled import LATER, Labeled
from touchstone.apps.datasets.models import Release
from touchstone.apps.datasets.queries import qrels_of
from touchstone.apps.evaluations.models import Evaluation, SystemRun
from touchstone.apps.evaluations.operations import evaluate, upload_run


def a_system_run(scene: Labeled, system: str, rankings: Mapping[str, Sequence[str]]) -> SystemRun:
    """The rankings, uploaded as a TREC run file."""
    text = "".join(f"{line}\n" for line in write_run(rankings, system))
    return upload_run(
        project=scene.project,
        system=system,
        file_name=f"{system}.txt",
        stream=io.BytesIO(text.encode()),
        by=scene.owner,
        at=LATER,
    )


def best_and_worst(release: Release) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The documents of each query by falling and by rising grade."""
    grades = qrels_of(release)
    best = {q: sorted(docs, key=lambda d: (-docs[d], d)) for q, docs in grades.items()}
    return best, {q: docs[::-1] for q, docs in best.items()}


def an_evaluation(scene: Labeled, release: Release) -> Evaluation:
    """The best order possible against the worst."""
    best, worst = best_and_worst(release)
    return evaluate(
        release=release,
        baseline=a_system_run(scene, "worst", worst),
        candidate=a_system_run(scene, "best", best),
        seed=11,
        by=scene.owner,
        at=LATER,
    )
