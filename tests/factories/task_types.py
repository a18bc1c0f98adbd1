"""An open project of any task type, with items whose content is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.factories.labeling import Floor, an_open_project, fill
from touchstone.apps.guidelines.models import TaskType
from touchstone.apps.guidelines.seeds import SEEDS

Content = Mapping[str, object]


def a_floor_of(schema: Mapping[str, Any] | str, items: Mapping[str, Content], **gold: str) -> Floor:
    """A live project under `schema` (or the seed of that key), with `items` by their keys.

    `gold` gives the accepted grades of an item, `"1|2"`.
    """
    floor = an_open_project(0)
    asked = _seeded(schema) if isinstance(schema, str) else schema
    TaskType.objects.filter(pk=floor.plan.task_type_id).update(schema=asked)
    floor.plan.refresh_from_db()
    fill(floor, [_row(key, content, gold.get(key, "")) for key, content in items.items()])
    return floor


def _seeded(key: str) -> dict[str, Any]:
    return next(seed.schema() for seed in SEEDS if seed.key == key)


def _row(key: str, content: Content, gold: str) -> dict[str, object]:
    cells = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in content.items()
    }
    return {
        "item_id": key,
        "query_id": f"q-{key}",
        "query": f"query {key}",
        "document_id": f"d-{key}",
        "locale": "en-US",
        "gold": gold,
        **cells,
    }
