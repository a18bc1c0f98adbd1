"""What a task shows of its item, read without the ORM: some of it comes along with the claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from touchstone.lib import prepared

SHOWN = """
SELECT query.text, query.locale_id, locale.direction, item.content::text
FROM items_item AS item
JOIN items_query AS query ON query.id = item.query_id
JOIN markets_locale AS locale ON locale.tag = query.locale_id
"""
_SHOWN_OF_ITEMS = f"""
SELECT wanted.id, shown.* FROM unnest(%(items)s::bigint[]) AS wanted(id),
       LATERAL ({SHOWN} WHERE item.id = wanted.id OFFSET 0) AS shown
"""


@dataclass(frozen=True)
class Shown:
    """An item as a task shows it, its content in JSON and before its sides are turned."""

    query: str
    locale: str
    direction: str
    content: str


def shown_of(item_ids: Sequence[int]) -> dict[int, Shown]:
    """What tasks about these items show, by item id."""
    if not item_ids:
        return {}
    rows = prepared.rows(_SHOWN_OF_ITEMS, {"items": list(item_ids)})
    return {item: Shown(*shown) for item, *shown in rows}
