"""Reading work: what an annotator has in hand, how far a project is, the judgments that count.

Callers pass a project they were allowed to see. Nothing here tells gold from work.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from touchstone.apps.guidelines.policies import LabelSchema, is_swapped, presented
from touchstone.apps.guidelines.queries import schema_of
from touchstone.apps.labeling.claims import Claimed
from touchstone.apps.labeling.models import Assignment, AssignmentState, Judgment, QueueEntry
from touchstone.apps.labeling.policies import Lane
from touchstone.apps.labeling.showing import Shown, shown_of
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.working import frozen_plan


@dataclass(frozen=True)
class LeasedTask:
    """What an annotator gets to see of one assignment; the same fields for every item.

    `item_id` is for callers in the house and goes to no screen.
    """

    assignment_id: UUID
    item_id: int
    lease: UUID
    leased_until: datetime
    query: str
    locale: str
    direction: str
    content: Mapping[str, object]


@dataclass(frozen=True)
class Progress:
    """How far a project is; `wanted` and `done` count judgments of the open lane."""

    items: int
    items_done: int
    wanted: int
    done: int
    leased: int
    late: int

    @property
    def share(self) -> float:
        """Between 0 and 1; 0 for an empty project."""
        return self.done / self.wanted if self.wanted else 0.0


@dataclass(frozen=True)
class RaterCounts:
    """One annotator's share of a project; `seconds` is the mean active time a judgment."""

    annotator_id: int
    judgments: int
    labels: int
    seconds: float


def tasks_of(claimed: Sequence[Claimed], schemas: Mapping[UUID, LabelSchema]) -> list[LeasedTask]:
    """The tasks behind some claims, in their order; `schemas` by assignment.

    The content is what the person is shown: some see the two sides of a pair exchanged.
    """
    missing = shown_of([c.item_id for c in claimed if c.shown is None])
    return [_task(c, schemas[c.assignment_id], c.shown or missing[c.item_id]) for c in claimed]


def _task(claimed: Claimed, schema: LabelSchema, shown: Shown) -> LeasedTask:
    swapped = is_swapped(schema, claimed.assignment_id)
    return LeasedTask(
        assignment_id=claimed.assignment_id,
        item_id=claimed.item_id,
        lease=claimed.lease,
        leased_until=claimed.leased_until,
        query=shown.query,
        locale=shown.locale,
        direction=shown.direction,
        content=presented(schema, json.loads(shown.content), swapped),
    )


@lru_cache(maxsize=1_000)
def schema_of_plan(plan_id: int) -> LabelSchema:
    """The label schema of a plan that work is leased under; such a plan is frozen."""
    return schema_of(frozen_plan(plan_id).task_type)


def tasks_in_hand(*, project: Project, annotator: User, at: datetime) -> list[LeasedTask]:
    """The live leases of a person, oldest first: what a reloaded screen goes on with."""
    live = Assignment.objects.filter(
        project=project,
        annotator=annotator,
        state=AssignmentState.LEASED,
        leased_until__gt=at,
    ).order_by("leased_at", "id")
    # A task goes on under the plan that it was leased under.
    return tasks_of(
        [Claimed(a.pk, a.item_id, a.lease, a.leased_until) for a in live],
        {a.pk: schema_of_plan(a.plan_id) for a in live},
    )


def with_leases_run_out(at: datetime) -> QuerySet[Project]:
    """The projects that have leases to end: one look at an index for each project there is."""
    over = Assignment.objects.filter(
        project=OuterRef("pk"), state=AssignmentState.LEASED, leased_until__lte=at
    )
    return Project.objects.filter(Exists(over))


def progress_of(project: Project) -> Progress:
    """How far the open lane of a project is."""
    open_lane = QueueEntry.objects.filter(project=project, lane=Lane.OPEN)
    queue = open_lane.aggregate(items=Count("item"), wanted=Sum("need"), taken=Sum("taken"))
    leased = Assignment.objects.filter(
        project=project,
        state=AssignmentState.LEASED,
        in_overlap=True,
        item__queue_entry__lane=Lane.OPEN,
    ).count()
    counted = Judgment.objects.filter(
        project=project, counts=True, item__queue_entry__lane=Lane.OPEN
    )
    per_item = open_lane.annotate(
        done=Count("item__judgments", filter=Q(item__judgments__counts=True))
    )
    return Progress(
        items=queue["items"],
        items_done=per_item.filter(done__gte=F("need")).count(),
        wanted=queue["wanted"] or 0,
        done=counted.count(),
        leased=leased,
        late=Judgment.objects.filter(
            project=project, late=True, assignment__in_overlap=True
        ).count(),
    )


def counted_judgments(project: Project) -> QuerySet[Judgment]:
    """The judgments that fill a place, in the order they were submitted."""
    return Judgment.objects.filter(project=project, counts=True).order_by("submitted_at", "id")


def judgments_by_day(project: Project) -> list[tuple[date, int]]:
    """How many counted judgments came in on each UTC day that had any."""
    rows = (
        counted_judgments(project)
        .order_by()
        .annotate(day=TruncDate("submitted_at"))
        .values("day")
        .annotate(n=Count("id"))
        .order_by("day")
    )
    return [(row["day"], row["n"]) for row in rows]


def rater_counts(project: Project) -> list[RaterCounts]:
    """Judgments, labels and mean seconds of each annotator, busiest first."""
    rows = (
        counted_judgments(project)
        .order_by()
        .values("annotator_id")
        .annotate(
            judgments=Count("id"),
            labels=Count("id", filter=Q(grade__isnull=False)),
            seconds=Avg("seconds"),
        )
        .order_by("-judgments", "annotator_id")
    )
    return [RaterCounts(**row) for row in rows]


def open_places(project: Project, annotator: User, locale_tags: Sequence[str]) -> int:
    """How many open items still want a judgment from this person; for the list of projects."""
    return _open_to(project, annotator, locale_tags).count()


def _open_to(project: Project, annotator: User, locale_tags: Sequence[str]) -> QuerySet[QueueEntry]:
    mine = Assignment.objects.filter(annotator=annotator, project=project).exclude(
        state__in=[AssignmentState.EXPIRED, AssignmentState.RELEASED]
    )
    return QueueEntry.objects.filter(
        project=project, lane=Lane.OPEN, locale_tag__in=locale_tags, taken__lt=F("need")
    ).exclude(item__in=mine.values("item_id"))


def last_judgments(project: Project, annotator: User, most: int) -> QuerySet[Judgment]:
    """The last `most` judgments of a person on a project, with what they were about.

    They are found by when the tasks ended, along the index of a person's work. Answers that came
    late belong to tasks that ran out, of which most have none: hence a few tasks more.
    """
    ended = Assignment.objects.filter(
        annotator=annotator,
        project=project,
        state__in=[AssignmentState.SUBMITTED, AssignmentState.EXPIRED],
    ).order_by("-ended_at")
    tasks = list(ended.values_list("pk", flat=True)[: 4 * most])
    of_tasks = Judgment.objects.filter(assignment__in=tasks, annotator=annotator).order_by("-pk")
    return Judgment.objects.filter(
        pk__in=list(of_tasks.values_list("pk", flat=True)[:most])
    ).select_related("item__query__locale", "guideline_version__guideline")


def judged_today(project: Project, annotator: User, since: datetime) -> int:
    """How many judgments a person submitted since `since`."""
    return Judgment.objects.filter(
        project=project, annotator=annotator, submitted_at__gte=since
    ).count()


def judged_by_project(
    projects: Sequence[Project], annotator: User, since: datetime
) -> dict[int, int]:
    """How many judgments a person submitted since `since`, by project id."""
    rows = Judgment.objects.filter(
        project__in=projects, annotator=annotator, submitted_at__gte=since
    )
    return dict(rows.values_list("project").annotate(n=Count("id")))


def judged_by_day(annotator: User, since: datetime) -> dict[date, int]:
    """How many judgments a person submitted on each day since `since`, by their own calendar."""
    rows = Judgment.objects.filter(annotator=annotator, submitted_at__gte=since)
    by_day = rows.annotate(day=TruncDate("submitted_at", tzinfo=since.tzinfo)).values_list("day")
    return dict(by_day.annotate(n=Count("id")))


def in_hand_by_project(
    projects: Sequence[Project], annotator: User, at: datetime
) -> dict[int, int]:
    """How many tasks a person holds, by project id."""
    live = Assignment.objects.filter(
        project__in=projects,
        annotator=annotator,
        state=AssignmentState.LEASED,
        leased_until__gt=at,
    )
    return dict(live.values_list("project").annotate(n=Count("id")))


def in_chunks(rows: QuerySet[Judgment]) -> Iterator[Judgment]:
    """Rows one after the other without holding them all in memory."""
    return rows.iterator(chunk_size=2000)


@dataclass(frozen=True)
class Pace:
    """How a project moves: `done` of `wanted`, the mean `seconds` a judgment, done by day."""

    wanted: int
    done: int
    seconds: float | None
    by_day: tuple[tuple[date, int], ...]


def paces(projects: Sequence[Project]) -> dict[int, Pace]:
    """The pace of many projects in three queries, by project id."""
    ids = [project.pk for project in projects]
    wanted = dict(
        QueueEntry.objects.filter(project__in=ids, lane=Lane.OPEN)
        .values_list("project")
        .annotate(n=Sum("need"))
    )
    days: dict[int, list[tuple[date, int]]] = {}
    seconds: dict[int, float] = {}
    counted = Judgment.objects.filter(
        project__in=ids, counts=True, item__queue_entry__lane=Lane.OPEN
    )
    by_day = counted.annotate(day=TruncDate("submitted_at")).values_list("project", "day")
    for project, day, n in by_day.annotate(n=Count("id")).order_by("project", "day"):
        days.setdefault(project, []).append((day, n))
    for project, mean in counted.values_list("project").annotate(mean=Avg("seconds")):
        seconds[project] = mean
    return {
        pk: Pace(
            wanted=wanted.get(pk, 0),
            done=sum(n for _day, n in days.get(pk, [])),
            seconds=seconds.get(pk),
            by_day=tuple(days.get(pk, [])),
        )
        for pk in ids
    }


def stored_judgments(project: Project) -> set[tuple[str, int | None]]:
    """Every judgment of a project by its idempotency key and grade; for reconciliation."""
    rows = Judgment.objects.filter(project=project)
    return set(rows.values_list("idempotency_key", "grade"))


def overlap_faults(project: Project) -> int:
    """How many items have more places taken, or more counted judgments, than they want.

    The constraints make this 0; it is counted from the rows so that the claim can be checked.
    """
    counted = Count("item__judgments", filter=Q(item__judgments__counts=True), distinct=True)
    people = Count(
        "item__judgments__annotator", filter=Q(item__judgments__counts=True), distinct=True
    )
    entries = QueueEntry.objects.filter(project=project).annotate(counted=counted, people=people)
    return entries.filter(
        Q(counted__gt=F("need")) | Q(taken__gt=F("need")) | ~Q(counted=F("people"))
    ).count()
