"""Writing dynamic overlap: which items are due, what was decided, what is known of the raters.

Whoever decides locks the queue entries first, like every writer of the queue, and passes over
those that somebody else holds: they stay due. ADR dynamic-overlap tells why it works this way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from touchstone.apps.labeling.models import DueItem, Judgment, RaterFit, StopDecision
from touchstone.apps.labeling.policies import Lane
from touchstone.apps.labeling.verdicts import Places, Verdict, needed_after
from touchstone.apps.ledger.operations import record
from touchstone.apps.planning.models import Plan, Project

_TAKE = """
SELECT id, item_id FROM labeling_dueitem ORDER BY swept, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""
# By a list of keys, and not by a join: statistics older than the queue cannot turn it into a scan.
_LOCK = """
SELECT item_id, project_id, locale_tag, lane, need, taken FROM labeling_queueentry
WHERE item_id = ANY(%(items)s)
ORDER BY item_id
FOR UPDATE SKIP LOCKED
"""
_SET_NEED = """
UPDATE labeling_queueentry AS entry SET need = decided.need
FROM unnest(%(items)s::bigint[], %(needs)s::int[]) AS decided(item_id, need)
WHERE entry.item_id = decided.item_id AND entry.need <> decided.need
"""
# Work from before there was a fit, and open items that the new fit may be sure of.
_SWEEP = """
INSERT INTO labeling_dueitem (item_id, swept)
SELECT entry.item_id, true
FROM labeling_queueentry AS entry
WHERE entry.project_id = %(project)s AND entry.locale_tag = %(locale)s AND entry.lane = %(lane)s
  AND EXISTS (
      SELECT 1 FROM labeling_judgment AS judged
      WHERE judged.item_id = entry.item_id AND judged.counts
  )
  AND NOT EXISTS (
      SELECT 1 FROM labeling_stopdecision AS decided
      WHERE decided.item_id = entry.item_id AND decided.verdict IN ('stop', 'most')
  )
"""


@dataclass(frozen=True)
class DueWork:
    """An item that is due, its queue entry locked; `places.void` is not known here and 0."""

    item_id: int
    project_id: int
    locale_tag: str
    open_lane: bool
    places: Places


@dataclass(frozen=True)
class Due:
    """What one pass takes on: the `rows` it will delete and the work behind them."""

    rows: tuple[int, ...]
    works: tuple[DueWork, ...]


@dataclass(frozen=True)
class Decided:
    """A verdict on an item and what it was found on."""

    work: DueWork
    places: Places
    verdict: Verdict
    fit: RaterFit
    posterior: tuple[float, ...]


def take_due(*, most: int) -> Due:
    """Up to `most` due items with their entries locked, those of fresh work first.

    Within a transaction of the caller's, who then calls `forget_due`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"most": most})
        due = cursor.fetchall()
        if not due:
            return Due((), ())
        cursor.execute(_LOCK, {"items": sorted({item for _row, item in due})})
        entries = {row[0]: row for row in cursor.fetchall()}
    # Counted after the lock: whoever submits holds it too, so the answers and `taken` agree.
    counted = _counted(entries)
    return Due(
        tuple(row for row, item in due if item in entries),
        tuple(_work(row, counted.get(item, 0)) for item, row in entries.items()),
    )


def _counted(items: Collection[int]) -> dict[int, int]:
    counted: dict[int, int] = {}
    rows = Judgment.objects.filter(item__in=list(items), counts=True).order_by()
    for item in rows.values_list("item_id", flat=True):
        counted[item] = counted.get(item, 0) + 1
    return counted


def _work(row: tuple[Any, ...], counted: int) -> DueWork:
    item, project, locale, lane, need, taken = row
    return DueWork(item, project, locale, lane == Lane.OPEN, Places(need, taken, counted))


def forget_due(due: Due) -> None:
    """The items were decided on; what happens to them from now on makes them due again."""
    DueItem.objects.filter(pk__in=due.rows).delete()


@transaction.atomic
def record_decisions(
    *, project: Project, plan: Plan, decisions: Sequence[Decided], at: datetime
) -> int:
    """Keep what was decided about items whose entries the caller has locked; set what they want.

    Places that are taken stay: a stop wants no fewer than that. Returns how many were decided.
    """
    needs = [needed_after(each.verdict, each.places) for each in decisions]
    StopDecision.objects.bulk_create(
        _row(project, plan, each, need, at) for each, need in zip(decisions, needs, strict=True)
    )
    with connection.cursor() as cursor:
        items = [each.work.item_id for each in decisions]
        cursor.execute(_SET_NEED, {"items": items, "needs": needs})
    if decisions:
        record(
            event="labeling.items.decided",
            subject=project,
            by=None,
            at=at,
            project_id=project.pk,
            **{v.value: sum(each.verdict == v for each in decisions) for v in Verdict},
        )
    return len(decisions)


def _row(project: Project, plan: Plan, each: Decided, need: int, at: datetime) -> StopDecision:
    assert plan.stop_confidence is not None
    return StopDecision(
        item_id=each.work.item_id,
        project=project,
        plan=plan,
        fit=each.fit,
        verdict=each.verdict,
        judgments=each.places.standing,
        posterior=list(each.posterior),
        probability=max(each.posterior),
        threshold=plan.stop_confidence,
        need_before=each.places.need,
        need_after=need,
        at=at,
    )


@transaction.atomic
def keep_fit(
    *,
    project: Project,
    locale_tag: str,
    fitted: Mapping[str, Any],
    at: datetime,
) -> RaterFit:
    """Keep a fit of a locale's raters, and make due what was not settled without it.

    `fitted` holds the fields of `RaterFit` that the calculation gives.
    """
    fit = RaterFit.objects.create(project=project, locale_tag=locale_tag, at=at, **fitted)
    with connection.cursor() as cursor:
        cursor.execute(
            _SWEEP, {"project": project.pk, "locale": locale_tag, "lane": Lane.OPEN.value}
        )
        due = int(cursor.rowcount)
    record(
        event="labeling.raters.fitted",
        subject=fit,
        by=None,
        at=at,
        project_id=project.pk,
        locale=locale_tag,
        judgments=fit.judgments,
        items_due=due,
    )
    return fit


def newest_fits(project: Project) -> dict[str, RaterFit]:
    """The newest fit of each locale of a project, by its tag; `model` is read when asked for."""
    rows = RaterFit.objects.filter(project=project).order_by("locale_tag", "-id").defer("model")
    return {fit.locale_tag: fit for fit in rows.distinct("locale_tag")}


def counted_by_locale(project: Project) -> dict[str, int]:
    """How many judgments count in each locale of a project, gold among them."""
    rows = Judgment.objects.filter(project=project, counts=True).order_by()
    return dict(rows.values_list("item__query__locale").annotate(n=Count("id")))


def decisions_of(project: Project, *, item_key: str) -> QuerySet[StopDecision]:
    """What was decided about one item, oldest first, with the fit behind each decision."""
    return (
        StopDecision.objects.filter(project=project, item__key=item_key)
        .select_related("fit", "plan", "item")
        .defer("fit__model")
        .order_by("id")
    )
