"""Freezing a release, and the requester's decision on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from assay.trec import write_qrels
from touchstone.apps.consensus.models import ConsensusRun
from touchstone.apps.datasets import policies as names
from touchstone.apps.datasets.card import CardFacts, card_markdown, card_of
from touchstone.apps.datasets.chunks import ChunkWriter
from touchstone.apps.datasets.contents import consensus_rows, test_queries
from touchstone.apps.datasets.long_form import Row, judgments_seen_by, rows_seen_by
from touchstone.apps.datasets.models import Release, ReleaseDecision
from touchstone.apps.datasets.tables import CONSENSUS_COLUMNS, JUDGMENT_COLUMNS, TableWriter
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.planning.queries import plan_in_force
from touchstone.lib.errors import Refused


class EmptyRelease(Refused):
    """There is nothing to deliver; nothing was frozen."""

    code = "empty_release"


class ForeignRun(Refused):
    """The consensus run belongs to another project."""

    code = "foreign_run"


class InvalidSplit(Refused):
    """The share of queries held out for testing is not one."""

    code = "invalid_split"


class AlreadyDecided(Refused):
    """The release was accepted or returned before; that decision stands."""

    code = "already_decided"


class InvalidDecision(Refused):
    """Neither accepted nor returned with a reason."""

    code = "invalid_decision"


@transaction.atomic
def freeze_release(
    *,
    project: Project,
    run: ConsensusRun | None,
    test_share: Decimal,
    split_seed: int,
    note: str,
    by: User,
    at: datetime,
    licence: str = "",
) -> Release:
    """Write a consensus run and its judgments to files that never change.

    The same run frozen again with the same parameters and `at` gives the same bytes under the
    next version number. Raters appear under their pseudonyms only.

    :raises EmptyRelease: no consensus run, none of its items has a label, or no plan is in force.
    :raises ForeignRun: `run` is another project's.
    :raises InvalidSplit: `test_share` is not in [0, 1).
    """
    run, plan = _ready(project, run, test_share)
    Project.objects.select_for_update(no_key=True).get(
        pk=project.pk
    )  # one version number at a time
    held_out = test_queries(run, test_share=float(test_share), seed=split_seed)
    facts = CardFacts(
        run=run,
        plan=plan,
        test_share=test_share,
        split_seed=split_seed,
        held_out=held_out,
        note=note,
        licence=licence,
        at=at,
    )
    writers, card = _write_files(facts)
    release = Release.objects.create(
        project=project,
        version=_next_version(project),
        run=run,
        plan=plan,
        note=note,
        test_share=test_share,
        split_seed=split_seed,
        items=run.labels.count(),
        judgments=judgments_seen_by(run).count(),
        card=card,
        checksum=names.content_digest(w.finish() for w in writers if w.name != names.SUMS),
        by=by,
        at=at,
    )
    for writer in writers:
        writer.keep(release)
    record(
        event="datasets.release.frozen",
        subject=release,
        by=by,
        at=at,
        project_id=project.pk,
        version=release.version,
        run=run.pk,
        checksum=release.checksum,
    )
    return release


def _ready(
    project: Project, run: ConsensusRun | None, test_share: Decimal
) -> tuple[ConsensusRun, Plan]:
    if not names.valid_share(test_share):
        raise InvalidSplit(_("The share of queries for testing must be at least 0 and below 1."))
    if run is None:
        raise EmptyRelease(
            _("There is no consensus to deliver yet. Run consensus first; nothing was frozen.")
        )
    if run.project_id != project.pk:
        raise ForeignRun(_("This consensus run belongs to another project; nothing was frozen."))
    plan = plan_in_force(project)
    if plan is None:
        raise EmptyRelease(
            _("The project has no approved plan, so there is nothing to deliver against.")
        )
    if not run.labels.exists():
        raise EmptyRelease(
            _("No item has a label yet. Collect judgments, run consensus, then freeze a release.")
        )
    return run, plan


def _next_version(project: Project) -> int:
    newest: int | None = project.releases.aggregate(newest=Max("version"))["newest"]
    return (newest or 0) + 1


def _write_files(facts: CardFacts) -> tuple[list[ChunkWriter], dict[str, object]]:
    """Write every file; those that describe the others come last."""
    with ExitStack() as open_tables:
        data = _write_consensus(facts, open_tables) + _write_judgments(facts, open_tables)
    card = card_of(facts, [writer.finish() for writer in data])
    written = [
        *data,
        _write_text(names.CARD_JSON, _pretty_json(card)),
        _write_text(names.CARD_MD, card_markdown(card)),
    ]
    sums = names.sums_text(writer.finish() for writer in written)
    return [*written, _write_text(names.SUMS, sums)], card


def _write_consensus(facts: CardFacts, open_tables: ExitStack) -> list[ChunkWriter]:
    lines, parquet = ChunkWriter(names.CONSENSUS_JSONL), ChunkWriter(names.CONSENSUS_PARQUET)
    qrels, train, test = (
        ChunkWriter(name) for name in (names.QRELS, names.QRELS_TRAIN, names.QRELS_TEST)
    )
    table = TableWriter(CONSENSUS_COLUMNS, lines, parquet)
    open_tables.callback(table.close)
    for pair in _pairs(consensus_rows(facts.run, facts.held_out), table):
        line = _qrels_line(pair)
        qrels.write(line)
        (test if pair["split"] == "test" else train).write(line)
    return [qrels, train, test, lines, parquet]


def _pairs(rows: Iterator[Row], table: TableWriter) -> Iterator[Row]:
    """Put every row in `table`; give one for each query and document, as qrels want.

    Where a pair was labeled as several items, the surest label speaks for it.
    """
    for _pair, same in groupby(rows, key=lambda row: (row["query_id"], row["document_id"])):
        surest: Row = {"probability": -1.0}
        for row in same:
            table.add(row)
            if row["probability"] > surest["probability"]:
                surest = row
        yield surest


def _qrels_line(row: Mapping[str, object]) -> bytes:
    query, document = names.trec_id(str(row["query_id"])), names.trec_id(str(row["document_id"]))
    (line,) = write_qrels({query: {document: int(str(row["label"]))}})
    return f"{line}\n".encode()


def _write_judgments(facts: CardFacts, open_tables: ExitStack) -> list[ChunkWriter]:
    lines, parquet = ChunkWriter(names.JUDGMENTS_JSONL), ChunkWriter(names.JUDGMENTS_PARQUET)
    table = TableWriter(JUDGMENT_COLUMNS, lines, parquet)
    open_tables.callback(table.close)
    for row in rows_seen_by(facts.run):
        table.add(row)
    return [lines, parquet]


def _write_text(name: str, text: str) -> ChunkWriter:
    writer = ChunkWriter(name)
    writer.write(text.encode())
    return writer


def _pretty_json(card: Mapping[str, object]) -> str:
    return json.dumps(card, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


@transaction.atomic
def decide_release(
    *, release: Release, decision: str, reason: str, by: User, at: datetime
) -> ReleaseDecision:
    """Accept a release or return it with a reason; once and for all.

    :raises AlreadyDecided: it was decided before.
    :raises InvalidDecision: an unknown decision, or a return without a reason.
    """
    Project.objects.select_for_update(no_key=True).get(pk=release.project_id)
    if ReleaseDecision.objects.filter(release=release).exists():
        raise AlreadyDecided(
            _("This release was decided before; that decision stands. Freeze a new one instead.")
        )
    if decision not in names.Decision.values:
        raise InvalidDecision(_("A release is either accepted or returned."))
    reason = reason.strip()
    if decision == names.Decision.RETURNED and not reason:
        raise InvalidDecision(
            _("Say why the release is returned: the team works from your reason.")
        )
    decided = ReleaseDecision.objects.create(
        release=release, decision=decision, reason=reason, by=by, at=at
    )
    record(
        event=f"datasets.release.{decision}",
        subject=release,
        by=by,
        at=at,
        project_id=release.project_id,
        version=release.version,
        reason=reason,
    )
    return decided
