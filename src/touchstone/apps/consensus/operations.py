"""Running consensus: Dawid–Skene with majority vote beside it, adjudications on top."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

import assay
from assay.consensus import dawid_skene, majority_vote
from assay.consensus.result import ConsensusResult
from assay.data import Labels
from assay.results import TooLittle, plain
from touchstone.apps.consensus.models import ConsensusLabel, ConsensusRun
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.labeling.models import Outcome
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.queries import plan_in_force
from touchstone.apps.quality.operations import NoPlanInForce
from touchstone.apps.quality.queries import settled_grades, standing_judgments
from touchstone.lib.errors import Refused
from touchstone.lib.statistics import count_anew

PRIOR_STRENGTH = 5.0


class NothingToAggregate(Refused):
    """There are too few judgments for a consensus."""

    code = "nothing_to_aggregate"


@transaction.atomic
def run_consensus(
    *, project: Project, by: User, at: datetime, prior_strength: float = PRIOR_STRENGTH
) -> ConsensusRun:
    """Estimate the true label of every judged item; the run keeps what is needed to repeat it.

    Gold answers are not used: they stay an independent check. The fit starts from the majority
    vote and draws nothing at random, so there is no seed.

    :raises NothingToAggregate: there is too little to fit.
    :raises NoPlanInForce: the project has no approved plan.
    """
    labels = _labels(project)
    fit, vote = dawid_skene(labels, prior_strength=prior_strength), majority_vote(labels)
    if isinstance(fit, TooLittle) or isinstance(vote, TooLittle):
        raise NothingToAggregate(
            _("There is nothing to aggregate yet: no item has grades from two people.")
            if labels.n_labels
            else _("There is nothing to aggregate yet: no item has a judgment with a grade."),
            reason=fit.reason if isinstance(fit, TooLittle) else "",
        )
    run = _store_run(project, labels, fit, by, at)
    _store_labels(run, fit, vote, settled_grades(project))
    record(
        event="consensus.run.finished",
        subject=run,
        by=by,
        at=at,
        project_id=project.pk,
        method=run.method,
        items=run.items,
        input_hash=run.input_hash,
    )
    return run


def _labels(project: Project) -> Labels:
    plan = plan_in_force(project)
    if plan is None:
        raise NoPlanInForce(_("The project has no approved plan."))
    rows = list(
        standing_judgments(project).values_list("item_id", "annotator_id", "grade", "outcome")
    )
    return Labels.from_triples(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] if row[3] == Outcome.LABEL else row[3] for row in rows],
        classes=list(parse_schema(plan.task_type.schema).grades),
        abstain=[Outcome.CANNOT_JUDGE.value, Outcome.ESCALATE.value],
    )


def _store_run(
    project: Project, labels: Labels, fit: ConsensusResult, by: User, at: datetime
) -> ConsensusRun:
    return ConsensusRun.objects.create(
        project=project,
        method=fit.method,
        method_version=assay.__version__,
        parameters=plain(fit.parameters),
        seed=None,
        input_hash=fit.input_hash,
        classes=list(labels.classes),
        judgments=labels.n_labels,
        abstentions=labels.abstentions,
        items=labels.n_items,
        raters=labels.n_raters,
        diagnostics={
            "iterations": fit.n_iter,
            "converged": fit.converged,
            "log_likelihood": fit.log_likelihood,
            "warnings": list(fit.warnings),
            "class_prior": plain(fit.class_prior),
            "unlabeled_items": len(labels.unlabeled_items),
        },
        by=by,
        at=at,
    )


def _store_labels(
    run: ConsensusRun, fit: ConsensusResult, vote: ConsensusResult, settled: Mapping[int, int]
) -> None:
    ConsensusLabel.objects.bulk_create(
        (_label(run, fit, vote, row, settled) for row in range(len(fit.item_ids))),
        batch_size=2000,
    )
    count_anew(ConsensusLabel, rows=len(fit.item_ids))


def _label(
    run: ConsensusRun,
    fit: ConsensusResult,
    vote: ConsensusResult,
    row: int,
    settled: Mapping[int, int],
) -> ConsensusLabel:
    """One row; `probability` is always the model's for the label given, an expert's included."""
    item_id = fit.item_ids[row]
    label = settled.get(item_id, fit.classes[fit.labels[row]])
    source = ConsensusLabel.Source
    return ConsensusLabel(
        run=run,
        item_id=item_id,
        label=label,
        probability=float(fit.posterior[row, fit.classes.index(label)]),
        posterior=[float(p) for p in fit.posterior[row]],
        majority=vote.classes[vote.labels[row]],
        majority_share=float(vote.p_top[row]),
        judgments=int(vote.votes[row]),
        source=source.ADJUDICATED if item_id in settled else source.HUMAN,
    )
