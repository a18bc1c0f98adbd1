"""Reading quality: figures, queues, raters, lots. Never called on behalf of an annotator.

Callers pass a project they were allowed to see; a vendor manager's rows are narrowed to their
vendor's people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery

from assay.gold import shrink
from assay.results import TooLittle
from touchstone.apps.guidelines.policies import LabelSchema, parse_schema, presented
from touchstone.apps.items.models import Item
from touchstone.apps.labeling.models import Assignment, Judgment
from touchstone.apps.labeling.queries import RaterCounts, counted_judgments, rater_counts
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.queries import reach
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.queries import roles_on_project
from touchstone.apps.quality.appealing.queries import MARK_OVERTURNED, STANDS
from touchstone.apps.quality.consistency import SelfConsistency, self_consistency
from touchstone.apps.quality.models import (
    Adjudication,
    Audit,
    GoldAnswer,
    GoldMark,
    GoldTestTask,
    Lot,
    LotJudgment,
    Measurement,
)
from touchstone.lib import prepared
from touchstone.lib.errors import NotVisible


@dataclass(frozen=True)
class RaterRow:
    """One annotator on one project: how much, how fast, how good.

    `accuracy` is the shrunken share of gold hits with its 95 % interval; `p_below` is the chance
    that the true accuracy is below the standard. All three are None before any gold, and
    `consistency` is before any repeat.
    """

    user: User
    judgments: int
    seconds: float
    gold_trials: int
    gold_hits: int
    accuracy: float | None
    low: float | None
    high: float | None
    p_below: float | None
    consistency: SelfConsistency | None


@dataclass(frozen=True)
class BlindTask:
    """What an auditor or adjudicator sees: the item and the question, no annotator's name."""

    pk: int
    query: str
    locale: str
    direction: str
    content: Mapping[str, object]
    schema: LabelSchema
    grades: tuple[int, ...] = ()


def newest_measurements(project: Project) -> dict[tuple[str, str | None], Measurement]:
    """The newest measurement of each kind, by (kind, locale tag or None for the project)."""
    newest = (
        Measurement.objects.filter(project=project)
        .values("kind", "locale")
        .annotate(newest=Max("id"))
        .values("newest")
    )
    rows = Measurement.objects.filter(pk__in=newest)
    return {(row.kind, row.locale_id): row for row in rows}


def measurement_trend(project: Project, kind: str, most: int = 12) -> list[float]:
    """The last values of a figure for the whole project, oldest first."""
    rows = Measurement.objects.filter(
        project=project, kind=kind, locale=None, value__isnull=False
    ).order_by("-id")[:most]
    return [float(row.value) for row in reversed(rows) if row.value is not None]


def unseen_gold(
    *, project: Project, annotator: User, locale_tags: Sequence[str], count: int
) -> list[int]:
    """Up to `count` random gold items that this person never had, in work or test, by item id."""
    # Asked item by item, for there are few: never a list of everything the person ever did.
    had = Assignment.objects.filter(annotator=annotator, item=OuterRef("item")).values("pk")[:1]
    tested = GoldTestTask.objects.filter(test__user=annotator, test__project=project)
    rows = GoldAnswer.objects.filter(
        project=project, retired_at=None, item__query__locale__in=locale_tags
    )
    rows = rows.alias(had=Subquery(had)).filter(had=None)
    rows = rows.exclude(item__in=tested.values("item_id"))
    return list(rows.order_by("?").values_list("item_id", flat=True)[:count])


_GOLD_IN_USE = """
SELECT id FROM quality_goldanswer WHERE item_id = %(item)s::bigint AND retired_at IS NULL
"""


def gold_in_use(item_id: int) -> GoldAnswer | None:
    """The accepted answers of an item, if it is gold. Asked for every judgment; few items are."""
    found = prepared.first(_GOLD_IN_USE, {"item": item_id})
    return None if found is None else GoldAnswer.objects.get(pk=found[0])


def gold_among(item_ids: Sequence[int]) -> set[int]:
    """Which of these items are or were gold; machines are asked about none of them."""
    rows = GoldAnswer.objects.filter(item__in=item_ids)
    return set(rows.values_list("item_id", flat=True))


def rater_rows(project: Project, viewer: User, standard: float | None) -> list[RaterRow]:
    """Each annotator the viewer may see, busiest first, with shrunken gold accuracy."""
    counts = rater_counts(project)
    marks = _marks_by_rater(project)
    people = User.objects.select_related("vendor").in_bulk([c.annotator_id for c in counts])
    quality = _accuracies(counts, marks, standard)
    themselves = self_consistency(project)
    visible = _visible_people(project, viewer, people)
    return [
        RaterRow(
            user=people[c.annotator_id],
            judgments=c.judgments,
            seconds=c.seconds,
            gold_trials=marks.get(c.annotator_id, (0, 0))[1],
            gold_hits=marks.get(c.annotator_id, (0, 0))[0],
            **quality.get(c.annotator_id, _NO_QUALITY),
            consistency=themselves.get(c.annotator_id),
        )
        for c in counts
        if c.annotator_id in visible
    ]


_NO_QUALITY: dict[str, float | None] = {
    "accuracy": None,
    "low": None,
    "high": None,
    "p_below": None,
}


def _marks_by_rater(project: Project) -> dict[int, tuple[int, int]]:
    rows = (
        GoldMark.objects.filter(STANDS, judgment__project=project)
        .values("judgment__annotator_id")
        .annotate(trials=Count("id"), hits=Count("id", filter=Q(hit=True)))
    )
    return {row["judgment__annotator_id"]: (row["hits"], row["trials"]) for row in rows}


def _accuracies(
    counts: Sequence[RaterCounts], marks: Mapping[int, tuple[int, int]], standard: float | None
) -> dict[int, dict[str, float | None]]:
    ids = [c.annotator_id for c in counts if c.annotator_id in marks]
    if not ids:
        return {}
    shrunk = shrink([marks[i][0] for i in ids], [marks[i][1] for i in ids], standard=standard)
    if isinstance(shrunk, TooLittle):
        return {}
    return {
        rater: {
            "accuracy": float(shrunk.mean[row]),
            "low": float(shrunk.low[row]),
            "high": float(shrunk.high[row]),
            "p_below": None if shrunk.p_below is None else float(shrunk.p_below[row]),
        }
        for row, rater in enumerate(ids)
    }


def _visible_people(project: Project, viewer: User, people: Mapping[int, User]) -> set[int]:
    roles = roles_on_project(viewer, project)
    if roles - {Role.VENDOR_MANAGER, Role.REQUESTER, Role.STAKEHOLDER}:
        return set(people)
    vendors = reach(viewer, Role.VENDOR_MANAGER).vendors
    return {pk for pk, user in people.items() if user.vendor_id in vendors}


def audit_for(project: Project, pk: int) -> Audit:
    """One audit of a project.

    :raises NotVisible: there is no such audit.
    """
    found = Audit.objects.filter(project=project, pk=pk).first()
    if found is None:
        raise NotVisible("There is no such audit.")
    return found


def audit_queue(project: Project, auditor: User) -> QuerySet[Audit]:
    """The audits that wait, the auditor's own judgments left out, in a stable random order."""
    return (
        Audit.objects.filter(project=project, done_at=None)
        .exclude(judgment__annotator=auditor)
        .order_by("draw_id", "judgment__item__queue_entry__rnd")
    )


def blind_audits(project: Project, auditor: User, most: int = 20) -> list[BlindTask]:
    """The next audits as an auditor may see them: never the annotator's answer."""
    rows = audit_queue(project, auditor).select_related(
        "judgment__item__query__locale", "judgment__plan__task_type"
    )[:most]
    return [
        _blind(row.pk, row.judgment.item, parse_schema(row.judgment.plan.task_type.schema))
        for row in rows
    ]


def _blind(pk: int, item: Item, schema: LabelSchema, grades: tuple[int, ...] = ()) -> BlindTask:
    return BlindTask(
        pk=pk,
        query=item.query.text,
        locale=item.query.locale_id,
        direction=item.query.locale.direction,
        content=presented(schema, item.content, False),
        schema=schema,
        grades=grades,
    )


def adjudication_for(project: Project, pk: int) -> Adjudication:
    """One case of a project.

    :raises NotVisible: there is no such case.
    """
    found = Adjudication.objects.filter(project=project, pk=pk).first()
    if found is None:
        raise NotVisible("There is no such case.")
    return found


def adjudication_queue(project: Project, schema: LabelSchema, most: int = 20) -> list[BlindTask]:
    """The open cases, widest disagreement first, with the grades given but not by whom."""
    rows = list(
        Adjudication.objects.filter(project=project, settled_at=None)
        .select_related("item__query__locale")
        .order_by("-spread", "id")[:most]
    )
    given: dict[int, list[int]] = {}
    judged = counted_judgments(project).filter(item__in=[r.item_id for r in rows])
    for item_id, grade in judged.values_list("item_id", "grade"):
        if grade is not None:
            given.setdefault(item_id, []).append(grade)
    return [
        _blind(row.pk, row.item, schema, tuple(sorted(given.get(row.item_id, [])))) for row in rows
    ]


def gold_rows(project: Project) -> QuerySet[GoldAnswer]:
    """The gold items with how often they were answered and missed, most missed first.

    Marks that were taken back are in neither.
    """
    stand = ~Q(marks__appeal__decision__verdict=MARK_OVERTURNED)
    return (
        GoldAnswer.objects.filter(project=project)
        .select_related("item__query", "reveal", "added_by")
        .annotate(
            trials=Count("marks", filter=stand),
            misses=Count("marks", filter=stand & Q(marks__hit=False)),
        )
        .order_by("-misses", "-trials", "id")
    )


def lots_of(project: Project) -> QuerySet[Lot]:
    """The lots of a project, newest first, with their size."""
    return (
        Lot.objects.filter(project=project)
        .select_related("by")
        .annotate(size=Count("judgments"))
        .order_by("-number")
    )


def rejected_counts(lot: Lot) -> dict[int, int]:
    """How many judgments of each item a lot rejects, by item id; none if it was accepted."""
    if lot.decision != Lot.Decision.REJECTED:
        return {}
    rows = LotJudgment.objects.filter(lot=lot).values_list("judgment__item")
    return dict(rows.annotate(n=Count("id")))


def waiting_for_lot(project: Project) -> dict[str, int]:
    """How many counted judgments are in no lot yet, by locale tag."""
    rows = (
        counted_judgments(project)
        .order_by()
        .filter(lot_place=None)
        .values(tag=F("item__query__locale"))
        .annotate(n=Count("id"))
        .order_by("tag")
    )
    return {row["tag"]: row["n"] for row in rows}


def standing_judgments(project: Project) -> QuerySet[Judgment]:
    """The counted judgments that are in no rejected lot: what consensus may use."""
    return counted_judgments(project).exclude(lot_place__lot__decision=Lot.Decision.REJECTED)


def accepted_grades(project: Project) -> dict[int, list[int]]:
    """The accepted grades of the gold items in use, by item id."""
    rows = GoldAnswer.objects.filter(project=project, retired_at=None)
    return dict(rows.values_list("item_id", "accepted"))


def settled_grades(project: Project) -> dict[int, int]:
    """The experts' grades by item id."""
    rows = Adjudication.objects.filter(project=project, grade__isnull=False)
    return {
        item: grade for item, grade in rows.values_list("item_id", "grade") if grade is not None
    }


def measurements_by_project(
    projects: Sequence[Project],
) -> dict[int, dict[tuple[str, str | None], Measurement]]:
    """`newest_measurements` of many projects in one query, by project id."""
    ids = [project.pk for project in projects]
    newest = (
        Measurement.objects.filter(project__in=ids)
        .values("project", "kind", "locale")
        .annotate(newest=Max("id"))
        .values("newest")
    )
    found: dict[int, dict[tuple[str, str | None], Measurement]] = {pk: {} for pk in ids}
    for row in Measurement.objects.filter(pk__in=newest):
        found[row.project_id][(row.kind, row.locale_id)] = row
    return found


def alpha_trends(projects: Sequence[Project], most: int = 12) -> dict[int, list[float]]:
    """The last values of alpha for many projects in one query, oldest first, by project id."""
    rows = Measurement.objects.filter(
        project__in=[project.pk for project in projects],
        kind=Measurement.Kind.ALPHA,
        locale=None,
        value__isnull=False,
    ).order_by("id")
    trends: dict[int, list[float]] = {project.pk: [] for project in projects}
    for project, value in rows.values_list("project", "value"):
        trends[project].append(float(value or 0.0))
    return {project: values[-most:] for project, values in trends.items()}
