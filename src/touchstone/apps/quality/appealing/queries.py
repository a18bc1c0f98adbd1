"""Reading revealed gold: one's own answers to it, the appeals, the marks that stand.

Nothing here says anything of gold that was not revealed, not even how much of it there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from assay.intervals import wilson
from assay.results import TooLittle
from touchstone.apps.guidelines.policies import LabelSchema, parse_schema, presented
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.apps.quality.appealing.models import Appeal, AppealDecision
from touchstone.apps.quality.models import GoldAnswer, GoldMark
from touchstone.lib.errors import NotVisible

MOST_SHOWN = 200
MARK_OVERTURNED = AppealDecision.Verdict.OVERTURNED
STANDS = ~Q(appeal__decision__verdict=MARK_OVERTURNED)
"""Which marks count: all but those that were taken back."""


@dataclass(frozen=True)
class AppealState:
    """One's own appeal: why, and what was decided if it is."""

    reason: str
    at: datetime
    verdict: str
    decided_because: str
    decided_at: datetime | None


@dataclass(frozen=True)
class RevealedAnswer:
    """One answer of one's own to gold that was revealed; grades in the scale of `schema`.

    `number` is the judgment's: that of the mark would tell how many marks there are. `stands` is
    false where the mark was taken back.
    """

    number: int
    project: str
    query: str
    locale: str
    direction: str
    content: Mapping[str, object]
    schema: LabelSchema
    given: int
    right_ones: tuple[int, ...]
    right: bool
    explanation: str
    answered_at: datetime
    revealed_at: datetime
    appeal: AppealState | None
    stands: bool


@dataclass(frozen=True)
class Share:
    """How many of `n` answers to revealed gold were right; the interval is Wilson's, 95 %."""

    right: int
    n: int
    value: float | None
    low: float | None
    high: float | None


def revealed_answers(user: User) -> list[RevealedAnswer]:
    """Somebody's own answers to revealed gold, the last revealed first."""
    rows = (
        _revealed(user)
        .select_related(
            "gold__reveal",
            "appeal__decision",
            "judgment__project",
            "judgment__plan__task_type",
            "judgment__item__query__locale",
        )
        .order_by("-gold__reveal__at", "-pk")
    )
    return [_answer(row) for row in rows[:MOST_SHOWN]]


def _revealed(user: User) -> QuerySet[GoldMark]:
    return GoldMark.objects.filter(judgment__annotator=user, gold__reveal__isnull=False)


def _answer(mark: GoldMark) -> RevealedAnswer:
    judgment, appeal = mark.judgment, _appeal(mark)
    item, schema = judgment.item, parse_schema(judgment.plan.task_type.schema)
    return RevealedAnswer(
        number=judgment.pk,
        project=judgment.project.name,
        query=item.query.text,
        locale=item.query.locale_id,
        direction=item.query.locale.direction,
        content=presented(schema, item.content, swapped=False),
        schema=schema,
        given=judgment.grade or 0,
        right_ones=tuple(mark.accepted),
        right=mark.hit,
        explanation=mark.gold.reveal.explanation,
        answered_at=judgment.submitted_at,
        revealed_at=mark.gold.reveal.at,
        appeal=appeal,
        stands=appeal is None or appeal.verdict != MARK_OVERTURNED,
    )


def _appeal(mark: GoldMark) -> AppealState | None:
    appeal: Appeal | None = getattr(mark, "appeal", None)
    if appeal is None:
        return None
    decided: AppealDecision | None = getattr(appeal, "decision", None)
    return AppealState(
        reason=appeal.reason,
        at=appeal.at,
        verdict=decided.verdict if decided else "",
        decided_because=decided.reason if decided else "",
        decided_at=decided.at if decided else None,
    )


def revealed_share(user: User) -> Share:
    """How much of the revealed gold somebody had right; marks taken back are left out."""
    found = (
        _revealed(user)
        .filter(STANDS)
        .aggregate(n=Count("pk"), right=Count("pk", filter=Q(hit=True)))
    )
    interval = wilson(found["right"], found["n"])
    if isinstance(interval, TooLittle):
        return Share(found["right"], found["n"], None, None, None)
    return Share(found["right"], found["n"], interval.value, interval.low, interval.high)


def decided_since(user: User, since: datetime) -> int:
    """How many of somebody's own appeals were decided since then."""
    return AppealDecision.objects.filter(appeal__by=user, at__gte=since).count()


def gold_of(project: Project, pk: int) -> GoldAnswer:
    """One gold item of a project.

    :raises NotVisible: there is no such gold item.
    """
    found = GoldAnswer.objects.filter(project=project, pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such gold item."))
    return found


def appeals_of(project: Project) -> QuerySet[Appeal]:
    """The appeals on a project, the open ones first and of those the oldest."""
    return (
        Appeal.objects.filter(mark__gold__project=project)
        .select_related(
            "by",
            "decision__by",
            "mark__gold__reveal",
            "mark__gold__added_by",
            "mark__judgment__item__query__locale",
            "mark__judgment__plan__task_type",
        )
        .annotate(decided=Count("decision"))
        .order_by("decided", "pk")
    )


def open_appeals(project: Project) -> int:
    """How many appeals on a project wait for a decision."""
    return Appeal.objects.filter(mark__gold__project=project, decision=None).count()


def appeal_of(project: Project, pk: int) -> Appeal:
    """One appeal on a project.

    :raises NotVisible: there is no such appeal.
    """
    found = Appeal.objects.filter(mark__gold__project=project, pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such appeal."))
    return found
