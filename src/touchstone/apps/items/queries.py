"""Reading items. Callers come with a project they may see (`planning.queries.project_for`)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil

from django.db.models import Count, Q, QuerySet

from touchstone.apps.items.models import ImportBatch, Item, Query
from touchstone.apps.planning.models import Project

PAGE_SIZE = 50
MOST_PAGE_SIZE = 500


@dataclass(frozen=True)
class ItemsPage:
    """One page of a project's items, in the order they came in."""

    items: tuple[Item, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class ItemCounts:
    """How many items and queries a project has, and how the items are spread.

    `by_stratum` has an empty name for items without a stratum.
    """

    items: int
    queries: int
    by_locale: dict[str, int]
    by_stratum: dict[str, int]


def items_page(
    project: Project,
    *,
    search: str = "",
    locale_tag: str = "",
    stratum: str | None = None,
    batch_id: int | None = None,
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> ItemsPage:
    """The items whose key or query text holds `search`, filtered, with their queries.

    A page beyond the last is the last: somebody may have followed an old address.
    """
    found = _filtered(project, search, locale_tag, stratum, batch_id)
    size = min(max(page_size, 1), MOST_PAGE_SIZE)
    total = found.count()
    pages = max(1, ceil(total / size))
    page = min(max(page, 1), pages)
    rows = found.select_related("query").order_by("pk")[(page - 1) * size : page * size]
    return ItemsPage(tuple(rows), total, page, pages)


def _filtered(
    project: Project, search: str, locale_tag: str, stratum: str | None, batch_id: int | None
) -> QuerySet[Item]:
    found = Item.objects.filter(project=project)
    wanted = search.replace("\0", "").strip()
    if wanted:
        found = found.filter(Q(key__icontains=wanted) | Q(query__text__icontains=wanted))
    if locale_tag:
        found = found.filter(query__locale=locale_tag.replace("\0", ""))
    if stratum is not None:
        found = found.filter(stratum=stratum.replace("\0", ""))
    if batch_id is not None:
        found = found.filter(batch=batch_id)
    return found


def item_counts(project: Project) -> ItemCounts:
    """Items by locale and by stratum, in two queries."""
    by_locale: dict[str, int] = {}
    by_stratum: dict[str, int] = {}
    cells = (
        Item.objects.filter(project=project)
        .values_list("query__locale", "stratum")
        .annotate(items=Count("pk"))
        .order_by("query__locale", "stratum")
    )
    for tag, stratum, items in cells:
        by_locale[tag] = by_locale.get(tag, 0) + items
        by_stratum[stratum] = by_stratum.get(stratum, 0) + items
    queries = Query.objects.filter(project=project).count()
    return ItemCounts(sum(by_locale.values()), queries, by_locale, dict(sorted(by_stratum.items())))


def batches_of(project: Project) -> QuerySet[ImportBatch]:
    """The files taken in, newest first, with who sent them."""
    return ImportBatch.objects.filter(project=project).select_related("by")


def preview(project: Project, count: int = 10) -> tuple[Item, ...]:
    """The project's first items."""
    rows = Item.objects.filter(project=project).select_related("query").order_by("pk")
    return tuple(rows[:count])


def item_ids_by_key(project: Project) -> dict[str, int]:
    """The items of a project by their key."""
    return dict(Item.objects.filter(project=project).values_list("key", "pk"))


def locales_of_items(item_ids: Collection[int]) -> list[str]:
    """The locales in which some items lie, each once, by tag."""
    rows = Item.objects.filter(pk__in=item_ids).order_by("query__locale")
    return list(rows.values_list("query__locale", flat=True).distinct())
