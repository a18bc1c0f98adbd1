"""Taking in system runs, and measuring two of them against a release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

import assay
from assay.results import TooLittle
from touchstone.apps.datasets.models import Release
from touchstone.apps.datasets.policies import QRELS, QRELS_TEST
from touchstone.apps.datasets.queries import qrels_of
from touchstone.apps.evaluations import policies
from touchstone.apps.evaluations.measuring import Measured, diagnosed, measure
from touchstone.apps.evaluations.models import (
    Comparison,
    Evaluation,
    MetricResult,
    Ranking,
    SystemRun,
)
from touchstone.apps.evaluations.queries import rankings_of
from touchstone.apps.evaluations.run_files import RunFile, read_run
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.lib.errors import Refused

PARTS: Mapping[str, str] = {"all": QRELS, "test": QRELS_TEST}
RANKINGS_AT_ONCE = 200


class UnknownQueries(Refused):
    """A run answers queries that the release does not have; nothing was evaluated."""

    code = "unknown_queries"


class SameRun(Refused):
    """A system cannot be compared with itself."""

    code = "same_run"


class ForeignRun(Refused):
    """A system run belongs to another project."""

    code = "foreign_run"


class NothingToEvaluate(Refused):
    """The release has too few queries for an interval, or no such part."""

    code = "nothing_to_evaluate"


class InvalidThreshold(Refused):
    """The lowest relevant grade is not on the scale."""

    code = "invalid_threshold"


@transaction.atomic
def upload_run(
    *, project: Project, system: str, file_name: str, stream: BinaryIO, by: User, at: datetime
) -> SystemRun:
    """Take in a TREC run file; without a `system` name it is the file's tag.

    The same file for the same system again gives the run that is there.

    :raises InvalidRun: the file is not a TREC run; the message names the line.
    """
    read = read_run(stream)
    system = (system.strip() or read.tag)[:120]
    run, added = SystemRun.objects.get_or_create(
        project=project,
        system=system,
        sha256=read.sha256,
        defaults={
            "file_name": file_name[:200],
            "queries": len(read.rankings),
            "lines": read.lines,
            "by": by,
            "at": at,
        },
    )
    if added:
        _store_rankings(run, read)
        record(
            event="evaluations.run.uploaded",
            subject=run,
            by=by,
            at=at,
            project_id=project.pk,
            system=system,
            sha256=read.sha256,
        )
    return run


def _store_rankings(run: SystemRun, read: RunFile) -> None:
    Ranking.objects.bulk_create(
        (
            Ranking(run=run, query_key=query, documents=documents)
            for query, documents in read.rankings.items()
        ),
        batch_size=RANKINGS_AT_ONCE,
    )


@transaction.atomic
def evaluate(
    *,
    release: Release,
    baseline: SystemRun,
    candidate: SystemRun,
    seed: int,
    by: User,
    at: datetime,
    part: str = "all",
    relevant_from: int | None = None,
) -> Evaluation:
    """Measure two runs with nDCG@10 and P@10 against a release, and the difference between them.

    `part` is "all" or "test" (the queries held out). A query that a run does not answer counts 0;
    a document without a grade counts as not relevant; both are reported in `diagnostics`.

    :raises UnknownQueries: a run answers queries that are not in the release.
    :raises SameRun: both are the same run.
    :raises ForeignRun: a run is another project's.
    :raises NothingToEvaluate: fewer than five queries, or an unknown part.
    :raises InvalidThreshold: `relevant_from` is not on the scale.
    """
    _refuse_wrong_runs(release, baseline, candidate)
    settings = policies.Settings(part, _threshold(release, relevant_from))
    everything = qrels_of(release)
    runs = {run.pk: rankings_of(run) for run in (baseline, candidate)}
    for run in (baseline, candidate):
        _refuse_unknown(run, runs[run.pk], everything)
    qrels = _part(release, part, everything)
    first, second = (_within(runs[run.pk], qrels) for run in (baseline, candidate))
    measured = measure(qrels, first, second, relevant_from=settings.relevant_from, seed=seed)
    if isinstance(measured, TooLittle):
        raise NothingToEvaluate(
            _("There are too few queries for an interval: at least five are needed."),
            reason=measured.reason,
        )
    evaluation = Evaluation.objects.create(
        release=release,
        baseline=baseline,
        candidate=candidate,
        parameters=settings.as_dict(),
        seed=seed,
        input_hash=_input_hash(release, baseline, candidate, settings),
        method_version=assay.__version__,
        diagnostics=_diagnostics(qrels, first, second),
        by=by,
        at=at,
    )
    for each in measured:
        _store(evaluation, each)
    record(
        event="evaluations.evaluation.made",
        subject=evaluation,
        by=by,
        at=at,
        project_id=release.project_id,
        release=release.version,
        baseline=baseline.system,
        candidate=candidate.system,
    )
    return evaluation


def _refuse_wrong_runs(release: Release, baseline: SystemRun, candidate: SystemRun) -> None:
    if baseline.pk == candidate.pk:
        raise SameRun(_("Choose two different runs to compare."))
    if {baseline.project_id, candidate.project_id} != {release.project_id}:
        raise ForeignRun(_("Both runs must belong to the project of the release."))


def _threshold(release: Release, asked: int | None) -> int:
    highest = max(release.run.classes)
    chosen = policies.threshold(asked, highest)
    if chosen is None:
        raise InvalidThreshold(
            _("The lowest relevant grade must lie between 1 and %(highest)d.")
            % {"highest": highest}
        )
    return chosen


def _refuse_unknown(
    run: SystemRun, rankings: Mapping[str, list[str]], qrels: Mapping[str, object]
) -> None:
    unknown = sorted(set(rankings) - set(qrels))
    if unknown:
        raise UnknownQueries(
            _(
                "The run %(system)s answers %(total)d queries that this release does not have, "
                "nothing was evaluated: %(queries)s. Remove them from the file, or take the "
                "release that they belong to."
            )
            % {
                "system": run.system,
                "total": len(unknown),
                "queries": ", ".join(unknown[: policies.SHOWN])
                + (" …" if len(unknown) > policies.SHOWN else ""),
            },
            queries=unknown[: policies.SHOWN],
            total=len(unknown),
        )


def _part(
    release: Release, part: str, everything: dict[str, dict[str, int]]
) -> dict[str, dict[str, int]]:
    if part not in PARTS:
        raise NothingToEvaluate(_("A release has the parts “all” and “test”."))
    qrels = everything if part == "all" else qrels_of(release, PARTS[part])
    if not qrels:
        raise NothingToEvaluate(_("This release holds out no queries for testing."))
    return qrels


def _within(rankings: Mapping[str, list[str]], qrels: Mapping[str, object]) -> dict[str, list[str]]:
    return {query: documents for query, documents in rankings.items() if query in qrels}


def _input_hash(
    release: Release, baseline: SystemRun, candidate: SystemRun, settings: policies.Settings
) -> str:
    given = {
        "release": release.checksum,
        "baseline": baseline.sha256,
        "candidate": candidate.sha256,
        "settings": settings.as_dict(),
    }
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()


def _diagnostics(
    qrels: Mapping[str, Mapping[str, int]],
    baseline: Mapping[str, list[str]],
    candidate: Mapping[str, list[str]],
) -> dict[str, object]:
    first, second = diagnosed(qrels, baseline), diagnosed(qrels, candidate)
    apart = abs(first.judged_at_10 - second.judged_at_10)
    return {
        "queries": len(qrels),
        "baseline": first.as_dict(),
        "candidate": second.as_dict(),
        "judged_apart": apart > policies.NOTABLE_DIFFERENCE,
    }


def _store(evaluation: Evaluation, measured: Measured) -> None:
    for run, result, mean in (
        (evaluation.baseline, measured.baseline, measured.baseline_mean),
        (evaluation.candidate, measured.candidate, measured.candidate_mean),
    ):
        MetricResult.objects.create(
            evaluation=evaluation,
            run=run,
            metric=measured.metric,
            policy=result.metric,
            value=mean.value,
            low=mean.low,
            high=mean.high,
            level=mean.level,
            n=mean.n,
            per_query=result.by_query(),
        )
    difference = measured.test.difference
    Comparison.objects.create(
        evaluation=evaluation,
        metric=measured.metric,
        difference=difference.value,
        low=difference.low,
        high=difference.high,
        level=difference.level,
        standard_error=measured.standard_error,
        p_value=measured.test.p_value,
        test=measured.test.method,
        effect_size=measured.effect,
        n=measured.test.n,
    )
