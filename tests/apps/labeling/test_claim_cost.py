"""What claiming and submitting cost: flat, however long the queue and the person's history.

Counted in pages and not in milliseconds, so that a busy machine does not matter.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories.labeled import AT, LOCALE
from tests.factories.labeling import Floor, an_open_project, submit
from touchstone.apps.items.models import ImportBatch, Query
from touchstone.apps.labeling.operations import enqueue
from touchstone.apps.people.models import User

pytestmark = pytest.mark.slow

ITEMS = 20_000
MOST_PAGES = 100
ADD_ITEMS = """
INSERT INTO items_item (
    project_id, batch_id, query_id, key, document_key, content, inclusion_probability, stratum
)
SELECT %(project)s, %(batch)s, %(query)s, 'i' || n, 'd' || n, '{}', 1, ''
FROM generate_series(1, %(items)s) AS n
"""
# Every other item was judged by this person and still wants judgments from others.
ADD_HISTORY = """
WITH judged AS (
    INSERT INTO labeling_assignment (
        item_id, project_id, annotator_id, plan_id, guideline_version_id,
        state, leased_at, leased_until, ended_at
    )
    SELECT item_id, project_id, %(annotator)s, %(plan)s, %(version)s,
           'submitted', %(at)s, %(at)s::timestamptz + interval '1 minute', %(at)s
    FROM labeling_queueentry WHERE item_id %% 2 = 0
    RETURNING item_id
)
UPDATE labeling_queueentry AS entry SET taken = 1
FROM judged WHERE judged.item_id = entry.item_id
"""


@pytest.fixture
def floor(db: None) -> Floor:
    """A long queue."""
    return a_long_queue()


def a_long_queue(items: int = ITEMS) -> Floor:
    floor = an_open_project(0)
    batch = ImportBatch.objects.create(
        project=floor.project, file_name="items.csv", file_format="csv", sha256="0" * 64,
        rows=items, added=items, by=floor.owner, at=AT,
    )  # fmt: skip
    query = Query.objects.create(project=floor.project, key="q", text="q", locale_id=LOCALE)
    with connection.cursor() as cursor:
        cursor.execute(
            ADD_ITEMS,
            {"project": floor.project.pk, "batch": batch.pk, "query": query.pk, "items": items},
        )
    opened = enqueue(
        project=floor.project, batch_id=batch.pk, need=3, overlaps={}, directed=[],
        by=floor.owner, at=AT,
    )  # fmt: skip
    assert opened == items
    return floor


def with_history(floor: Floor) -> User:
    veteran = floor.hire()
    with connection.cursor() as cursor:
        cursor.execute(
            ADD_HISTORY,
            {
                "annotator": veteran.pk,
                "plan": floor.plan.pk,
                "version": floor.plan.guideline_version_id,
                "at": AT,
            },
        )
        assert cursor.rowcount > 0
    return veteran


def pages_of_a_claim(floor: Floor, person: User) -> int:
    """The pages that claiming one task touches."""
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        assert len(floor.lease(person)) == 1
        transaction.set_rollback(True)
    (claim, *_rest) = [q["sql"] for q in captured if "WITH candidate" in q["sql"]]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {claim}")
        (found,) = cursor.fetchone()
        transaction.set_rollback(True)
    plan = found if isinstance(found, list) else json.loads(found)
    return pages_of(plan[0]["Plan"])


def pages_of(node: dict[str, Any]) -> int:
    """Pages of the claim, and of the count that no other part of the statement reads."""
    (count,) = [part for part in node["Plans"] if part.get("Subplan Name") == "CTE counted"]
    return sum(part["Shared Hit Blocks"] + part["Shared Read Blocks"] for part in (node, count))


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE labeling_queueentry, labeling_assignment, items_item")


def plans_of(captured: CaptureQueriesContext, start: str) -> list[str]:
    """How the planner goes about each captured statement that begins so."""
    plans = []
    for statement in [q["sql"] for q in captured if q["sql"].startswith(start)]:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return plans


def test_a_newcomer_claims_at_a_flat_price(floor: Floor) -> None:
    analyze()

    assert 0 < pages_of_a_claim(floor, floor.annotators[0]) <= MOST_PAGES


def test_so_does_somebody_who_has_judged_half_of_it(floor: Floor) -> None:
    veteran = with_history(floor)
    analyze()

    assert 0 < pages_of_a_claim(floor, veteran) <= MOST_PAGES


def test_a_submission_scans_nothing_while_statistics_are_of_an_empty_queue(db: None) -> None:
    """A table that was counted when it was empty looks empty: a scan of it then looks cheap."""
    with transaction.atomic():
        with_history(a_long_queue(2_000))
        transaction.set_rollback(True)
    analyze()
    floor = a_long_queue(2_000)
    with_history(floor)
    task = floor.task(floor.annotators[0])

    with CaptureQueriesContext(connection) as captured:
        submit(task, floor.annotators[0])

    plans = plans_of(captured, "SELECT")
    assert len(plans) >= 3
    for plan in plans:
        for reading in re.findall(r"Scan .* on (?:labeling|items)_.*\n(.*)", plan):
            assert "Index Cond" in reading, plan
        assert "Join Filter" not in plan, plan
