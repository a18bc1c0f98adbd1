"""How soon items are served: an owner's word on a project, on a locale, or on single items."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from touchstone.apps.items.models import Item
from touchstone.apps.labeling.models import QueueEntry
from touchstone.apps.labeling.policies import Tier
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.lib.errors import Refused

NAMED_IN_A_REFUSAL = 10

# In the order in which every writer locks entries.
_PRIORITISE = """
WITH chosen AS MATERIALIZED (
    SELECT item_id FROM labeling_queueentry
    WHERE project_id = %(project)s AND lane = 0 AND tier <> %(tier)s
      AND (%(locale)s::text IS NULL OR locale_tag = %(locale)s)
      AND (%(items)s::bigint[] IS NULL OR item_id = ANY (%(items)s::bigint[]))
    ORDER BY item_id
    FOR UPDATE
)
UPDATE labeling_queueentry AS entry SET tier = %(tier)s
FROM chosen WHERE entry.item_id = chosen.item_id
"""


class UnknownItems(Refused):
    """Items were named that the project does not have; nothing was changed."""

    code = "unknown_items"


class NothingQueued(Refused):
    """The project has no items in this locale; nothing was changed."""

    code = "nothing_queued"


@transaction.atomic
def prioritise(
    *,
    project: Project,
    tier: Tier,
    locale_tag: str | None = None,
    item_keys: Collection[str] | None = None,
    by: User,
    at: datetime,
) -> int:
    """Serve items sooner or later than the others; returns how many moved.

    Those of one locale, or those named, or else all. What is leased already stays leased. Gold is
    not moved: it is never served in its turn.

    :raises UnknownItems: the project does not have some of them.
    :raises NothingQueued: the project has nothing in this locale.
    """
    items = None if item_keys is None else _ids(project, item_keys)
    queued = QueueEntry.objects.filter(project=project)
    if locale_tag is not None and not queued.filter(locale_tag=locale_tag).exists():
        raise NothingQueued(
            _("The project has no items in %(locale)s.") % {"locale": locale_tag}, locale=locale_tag
        )
    values = {"project": project.pk, "tier": int(tier), "locale": locale_tag, "items": items}
    with connection.cursor() as cursor:
        cursor.execute(_PRIORITISE, values)
        moved = int(cursor.rowcount)
    record(
        event="labeling.items.prioritised",
        subject=project,
        by=by,
        at=at,
        project_id=project.pk,
        tier=tier.name.lower(),
        locale=locale_tag,
        items=moved,
    )
    return moved


def _ids(project: Project, keys: Collection[str]) -> list[int]:
    found = dict(Item.objects.filter(project=project, key__in=keys).values_list("key", "pk"))
    unknown = sorted(set(keys) - found.keys())
    if unknown:
        named = ", ".join(unknown[:NAMED_IN_A_REFUSAL])
        raise UnknownItems(
            _("The project does not have: %(items)s. Nothing was changed.") % {"items": named},
            items=unknown[:NAMED_IN_A_REFUSAL],
        )
    return sorted(found.values())
