"""Writing quality: gold, marks, audits, adjudication, measurements, lots."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.policies import InvalidAnswers, parse_schema, validate_answers
from touchstone.apps.items.models import Item
from touchstone.apps.labeling.models import Assignment, AssignmentState, Judgment
from touchstone.apps.labeling.queries import counted_judgments
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.queries import plan_in_force
from touchstone.apps.quality import measuring
from touchstone.apps.quality.appealing.queries import STANDS
from touchstone.apps.quality.models import (
    Adjudication,
    Audit,
    AuditDraw,
    GoldAnswer,
    GoldMark,
    Lot,
    LotJudgment,
    Measurement,
)
from touchstone.apps.quality.policies import agrees, disagreement, is_hit
from touchstone.apps.quality.queries import gold_in_use
from touchstone.lib.errors import NotAllowed, Refused
from touchstone.lib.statistics import count_anew
from touchstone.lib.transactions import in_transaction


class UnknownItems(Refused):
    """Gold was given for items that the project does not have."""

    code = "unknown_items"


class AlreadyDone(Refused):
    """Somebody settled this already; their answer is kept."""

    code = "already_done"


class NothingToDraw(Refused):
    """There is nothing left that could be drawn."""

    code = "nothing_to_draw"


class EmptyLot(Refused):
    """There are no judgments waiting to be accepted."""

    code = "empty_lot"


class ReasonMissing(Refused):
    """A decision needs a reason."""

    code = "reason_missing"


class NoPlanInForce(Refused):
    """The project has no approved plan."""

    code = "no_plan_in_force"


class OwnWork(NotAllowed):
    """Nobody audits their own work."""

    code = "own_work"


@transaction.atomic
def add_gold(
    *, project: Project, answers: Mapping[str, Sequence[int]], by: User, at: datetime
) -> int:
    """Record the accepted grades of gold items, by item key; returns how many.

    :raises UnknownItems: a key is not one of the project's items; nothing was recorded.
    """
    items = dict(Item.objects.filter(project=project, key__in=answers).values_list("key", "pk"))
    unknown = sorted(set(answers) - set(items))
    if unknown:
        raise UnknownItems(
            _("The project has no items with these keys: %(keys)s.")
            % {"keys": ", ".join(unknown[:10])},
            keys=unknown[:10],
        )
    GoldAnswer.objects.bulk_create(
        GoldAnswer(
            item_id=items[key],
            project=project,
            accepted=sorted(set(accepted)),
            added_by=by,
            added_at=at,
        )
        for key, accepted in answers.items()
    )
    record(
        event="quality.gold.added",
        subject=project,
        by=by,
        at=at,
        project_id=project.pk,
        items=len(answers),
    )
    return len(answers)


@in_transaction
def mark_gold(*, judgment: Judgment, at: datetime) -> GoldMark | None:
    """Mark a judgment on a gold item; None for other items, abstentions and uncounted work.

    "Cannot judge" is an answer and not a wrong grade: it is neither hit nor miss.
    """
    if judgment.grade is None or not judgment.counts:
        return None
    gold = gold_in_use(judgment.item_id)
    if gold is None:
        return None
    mark, made = GoldMark.objects.get_or_create(
        judgment=judgment,
        defaults={
            "gold": gold,
            "accepted": gold.accepted,
            "hit": is_hit(judgment.grade, gold.accepted),
            "at": at,
        },
    )
    if made:
        record(
            event="quality.gold.marked",
            subject=mark,
            by=None,
            at=at,
            project_id=judgment.project_id,
            hit=mark.hit,
        )
    return mark


@transaction.atomic
def draw_audits(*, project: Project, size: int, seed: int, by: User, at: datetime) -> AuditDraw:
    """Draw `size` judgments at random for blind audit, from the graded work not yet drawn.

    :raises NothingToDraw: every graded judgment has been drawn, or there is none.
    """
    _lock(project)
    piece = measuring.Slice(project, None)
    waiting = sorted(
        measuring.graded_work(piece).filter(audit=None).order_by().values_list("pk", flat=True)
    )
    if not waiting or size < 1:
        raise NothingToDraw(_("There is no graded work left to draw for an audit."))
    drawn = random.Random(seed).sample(waiting, min(size, len(waiting)))
    draw = AuditDraw.objects.create(
        project=project, seed=seed, size=len(drawn), population=len(waiting), by=by, at=at
    )
    Audit.objects.bulk_create(
        Audit(
            draw=draw,
            project=project,
            judgment_id=judgment,
            inclusion_probability=len(drawn) / len(waiting),
        )
        for judgment in drawn
    )
    record(
        event="quality.audits.drawn",
        subject=draw,
        by=by,
        at=at,
        project_id=project.pk,
        size=len(drawn),
        population=len(waiting),
    )
    return draw


@transaction.atomic
def submit_audit(*, audit: Audit, answers: Mapping[str, object], by: User, at: datetime) -> Audit:
    """Record an auditor's blind answers and whether they agree with the annotator's.

    :raises OwnWork: the auditor made the judgment.
    :raises AlreadyDone: the audit is finished.
    :raises InvalidAnswers: the answers do not fit the schema.
    """
    audit = Audit.objects.select_for_update().get(pk=audit.pk)
    judgment = Judgment.objects.select_related("plan__task_type", "item__query").get(
        pk=audit.judgment_id
    )
    if judgment.annotator_id == by.pk:
        raise OwnWork(_("Nobody audits their own work. Leave it to another auditor."))
    if audit.done_at is not None:
        raise AlreadyDone(_("This audit is finished already. The first answer is kept."))
    answered = validate_answers(
        parse_schema(judgment.plan.task_type.schema),
        answers,
        query=judgment.item.query.text,
        content=judgment.item.content,
    )
    audit.auditor, audit.done_at = by, at
    audit.outcome, audit.grade = answered.outcome, answered.grade
    audit.reason, audit.comment = answered.reason, answered.comment
    audit.agrees = agrees(
        outcome=judgment.outcome,
        grade=judgment.grade,
        audited_outcome=answered.outcome,
        audited=answered.grade,
    )
    audit.save()
    record(
        event="quality.audit.submitted",
        subject=audit,
        by=by,
        at=at,
        project_id=audit.project_id,
        agrees=audit.agrees,
    )
    return audit


@transaction.atomic
def open_adjudications(*, project: Project, by: User, at: datetime) -> int:
    """Open a case for each finished item whose grades settle nothing; returns how many.

    A place that is only leased is taken too, so an item with a live lease is not finished.
    """
    _lock(project)
    grades: dict[int, list[int]] = defaultdict(list)
    leased = Assignment.objects.filter(
        project=project, state=AssignmentState.LEASED, in_overlap=True
    )
    finished = (
        measuring.graded_work(measuring.Slice(project, None))
        .filter(item__adjudication=None, item__queue_entry__taken=F("item__queue_entry__need"))
        .exclude(item__in=leased.values("item_id"))
    )
    for item_id, grade in finished.order_by().values_list("item_id", "grade"):
        if grade is not None:
            grades[item_id].append(grade)
    cases = [
        Adjudication(item_id=item_id, project=project, opened_at=at, spread=spread)
        for item_id, given in sorted(grades.items())
        if (spread := disagreement(given)) is not None
    ]
    Adjudication.objects.bulk_create(cases)
    record(
        event="quality.adjudications.opened",
        subject=project,
        by=by,
        at=at,
        project_id=project.pk,
        cases=len(cases),
    )
    return len(cases)


@transaction.atomic
def settle(
    *, adjudication: Adjudication, grade: int, rationale: str, by: User, at: datetime
) -> Adjudication:
    """Settle a disagreement with an expert's grade and the reason for it.

    :raises AlreadyDone: the case is settled.
    :raises ReasonMissing: there is no rationale.
    :raises InvalidAnswers: the grade is outside the scale.
    :raises NoPlanInForce: the project has no approved plan, and so no scale.
    """
    adjudication = Adjudication.objects.select_for_update().get(pk=adjudication.pk)
    if adjudication.settled_at is not None:
        raise AlreadyDone(_("This case is settled already. The first decision is kept."))
    if not rationale.strip():
        raise ReasonMissing(_("Say why: the annotators learn from the rationale."))
    plan = plan_in_force(adjudication.project)
    if plan is None:
        raise NoPlanInForce(_("The project has no approved plan."))
    schema = parse_schema(plan.task_type.schema)
    if grade not in schema.grades:
        raise InvalidAnswers(
            _("Nothing was decided: %(given)s is a grade outside the scale (%(known)s).")
            % {"given": grade, "known": ", ".join(map(str, schema.grades))},
            field=schema.main,
        )
    adjudication.grade, adjudication.rationale = grade, rationale.strip()
    adjudication.settled_by, adjudication.settled_at = by, at
    adjudication.save()
    record(
        event="quality.adjudication.settled",
        subject=adjudication,
        by=by,
        at=at,
        project_id=adjudication.project_id,
        grade=grade,
    )
    return adjudication


@transaction.atomic
def measure(*, project: Project, by: User, at: datetime, seed: int = 0) -> list[Measurement]:
    """Measure alpha, gold accuracy and audit agreement, for the project and for each locale.

    :raises NoPlanInForce: there is no approved plan to measure against.
    """
    plan = plan_in_force(project)
    if plan is None:
        raise NoPlanInForce(_("The project has no approved plan to measure against."))
    tags = plan.locales.order_by("locale").values_list("locale_id", flat=True)
    found: list[Measurement] = []
    for piece in [measuring.Slice(project, tag) for tag in (None, *tags)]:
        found.append(measuring.alpha(piece, plan=plan, seed=seed, at=at))
        found.append(measuring.gold_accuracy(piece, at=at))
        found.append(measuring.audit_agreement(piece, at=at))
    record(
        event="quality.project.measured",
        subject=project,
        by=by,
        at=at,
        project_id=project.pk,
        measurements=len(found),
    )
    return found


@transaction.atomic
def decide_lot(
    *, project: Project, locale_tag: str, decision: str, reason: str, by: User, at: datetime
) -> Lot:
    """Accept or reject together all counted judgments of a locale that are in no lot yet.

    :raises EmptyLot: none are waiting.
    :raises ReasonMissing: a rejection without a reason.
    """
    _lock(project)
    if decision == Lot.Decision.REJECTED and not reason.strip():
        raise ReasonMissing(_("Say why the lot is rejected: the vendor must be able to act on it."))
    waiting = counted_judgments(project).filter(item__query__locale=locale_tag, lot_place=None)
    judgments = list(waiting.values_list("pk", flat=True))
    if not judgments:
        raise EmptyLot(_("No judgments are waiting to be accepted."))
    lot = Lot.objects.create(
        project=project,
        locale_id=locale_tag,
        number=1 + (project.lots.aggregate(most=Max("number"))["most"] or 0),
        decision=decision,
        reason=reason.strip(),
        evidence=_evidence(judgments),
        by=by,
        at=at,
    )
    LotJudgment.objects.bulk_create(
        (LotJudgment(lot=lot, judgment_id=pk) for pk in judgments), batch_size=5000
    )
    count_anew(LotJudgment, rows=len(judgments))
    record(
        event=f"quality.lot.{decision}",
        subject=lot,
        by=by,
        at=at,
        project_id=project.pk,
        judgments=len(judgments),
        locale=locale_tag,
    )
    return lot


def _evidence(judgments: Sequence[int]) -> dict[str, int]:
    marks = GoldMark.objects.filter(STANDS, judgment__in=judgments)
    audits = Audit.objects.filter(judgment__in=judgments, done_at__isnull=False)
    return {
        "judgments": len(judgments),
        "gold_marks": marks.count(),
        "gold_hits": marks.filter(hit=True).count(),
        "audits": audits.count(),
        "audits_agreeing": audits.filter(agrees=True).count(),
    }


def _lock(project: Project) -> None:
    """Two draws or lots of one project wait for each other, so that no judgment is in both."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
