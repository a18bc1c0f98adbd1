"""What claiming and submitting cost: flat, however long the queue and the person's history.

Counted in pages and not in milliseconds, so that a busy machine does not matter.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories.labeled import AT, LOCALE
from tests.factories.labeling import Floor, an_open_project, submit
from touchstone.apps.items.models import ImportBatch, Query
from touchstone.apps.labeling import claims, repeats
from touchstone.apps.labeling.desk import desk_of, has_open_work
from touchstone.apps.labeling.models import Assignment, QueueEntry
from touchstone.apps.people.models import User

pytestmark = pytest.mark.slow

MOST_PAGES = 100
# Everything that the tail looks at: an entry and the person's own work on it, on both sides.
MOST_PAGES_OF_THE_TAIL = 2 * (claims.LOOKED_AT + claims.LOOKED_AT_LAST) * 6
# What lies far enough back, item by item: its entry, what was judged, whether it was asked again.
MOST_PAGES_OF_ASKING_AGAIN = 100 + repeats.LOOKED_AT * 12
# Past the import: nothing counts the tables on the way.
ADD_ITEMS = """
WITH item AS (
    INSERT INTO items_item (
        project_id, batch_id, query_id, key, document_key, content, inclusion_probability, stratum
    )
    SELECT %(project)s, %(batch)s, %(query)s, 'long' || n, 'd' || n, '{}', 1, ''
    FROM generate_series(1, %(items)s) AS n
    RETURNING id
)
INSERT INTO labeling_queueentry (item_id, project_id, locale_tag, lane, need, taken)
SELECT id, %(project)s, %(locale)s, 0, 3, 0 FROM item
"""
# This person judged the items whose number leaves no rest, one a second; they still want others'
# judgments.
ADD_HISTORY = """
WITH judged AS (
    INSERT INTO labeling_assignment (
        item_id, project_id, annotator_id, plan_id, guideline_version_id,
        state, leased_at, leased_until, ended_at
    )
    SELECT item_id, project_id, %(annotator)s, %(plan)s, %(version)s,
           'submitted', %(at)s, %(at)s::timestamptz + interval '1 minute',
           %(at)s::timestamptz - make_interval(secs => row_number() OVER ())
    FROM labeling_queueentry WHERE item_id %% %(one_in)s = 0
    RETURNING item_id
)
UPDATE labeling_queueentry AS entry SET taken = 1
FROM judged WHERE judged.item_id = entry.item_id
"""


def fill(floor: Floor, items: int) -> None:
    batch = ImportBatch.objects.create(
        project=floor.project, file_name="items.csv", file_format="csv", sha256="0" * 64,
        rows=items, added=items, by=floor.owner, at=AT,
    )  # fmt: skip
    query = Query.objects.create(project=floor.project, key="q", text="q", locale_id=LOCALE)
    values = {
        "project": floor.project.pk, "batch": batch.pk, "query": query.pk, "items": items,
        "locale": LOCALE,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ADD_ITEMS, values)
        assert cursor.rowcount == items


def with_history(floor: Floor, *, one_in: int = 2) -> User:
    veteran = floor.hire()
    values = {
        "annotator": veteran.pk, "plan": floor.plan.pk, "at": AT, "one_in": one_in,
        "version": floor.plan.guideline_version_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ADD_HISTORY, values)
        assert cursor.rowcount > 0
    return veteran


def pages_of(act: Callable[[], object], mark: str) -> int:
    """The pages that the statements of `act` touch whose text has `mark` in it."""
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        act()
        transaction.set_rollback(True)
    statements = [q["sql"] for q in captured if mark in q["sql"]]
    assert statements
    return sum(pages_of_one(statement) for statement in statements)


def pages_of_one(statement: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
        (found,) = cursor.fetchone()
        transaction.set_rollback(True)
    plan = found if isinstance(found, list) else json.loads(found)
    return sum(own_pages(part) for part in roots(plan[0]["Plan"]))


def roots(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The statement itself, and its parts that write and that no other part reads."""
    return [node, *(part for part in node.get("Plans", ()) if part["Node Type"] == "ModifyTable")]


def own_pages(node: dict[str, Any]) -> int:
    return int(node["Shared Hit Blocks"] + node["Shared Read Blocks"])


def pages_of_a_claim(floor: Floor, person: User) -> int:
    """The pages of claiming one task, with the ledger's row and what the task shows."""

    def lease() -> None:
        assert len(floor.lease(person)) == 1

    return pages_of(lease, "labeling_claim")


def pages_of_a_submit(floor: Floor, person: User) -> int:
    """The pages of holding a task, and of keeping the answers of it."""
    task = floor.task(person)
    held = Assignment.objects.get(pk=task.assignment_id)
    pages = pages_of(lambda: submit(task, person), "labeling_hold")
    pages += pages_of(lambda: submit(task, person), "INSERT INTO labeling_judgment")
    held.refresh_from_db()
    assert held.state == "leased", "rolled back"
    return pages


def count_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE labeling_queueentry, labeling_assignment, items_item")


def pages_of_asking(floor: Floor, person: User) -> int:
    """The pages of finding out what there is for a person and what they hold."""
    return pages_of(
        lambda: desk_of(key=floor.project.key, annotator=person, at=AT), "intake_labelingrequest"
    )


def pages_of_finding_what_to_ask_again(floor: Floor, person: User) -> int:
    """The pages of finding what somebody may be asked about once more."""
    given = {"project": floor.project, "plan": floor.plan, "locale_tags": [LOCALE]}

    def find() -> None:
        found = repeats.repeatable(annotator=person, at=AT + timedelta(days=1), **given)
        assert found == [], "they have assignments only"

    return pages_of(find, "again.repeat")


COSTS = (pages_of_asking, pages_of_a_claim, pages_of_a_submit)


def costs(floor: Floor, people: dict[str, User]) -> dict[str, int]:
    return {f"{c.__name__} {name}": c(floor, who) for name, who in people.items() for c in COSTS}


@pytest.mark.parametrize("emptied", [False, True], ids=["small before", "emptied before"])
def test_asking_claiming_and_submitting_is_flat_whatever_statistics_say(
    db: None, emptied: bool
) -> None:
    """200,000 items; the tables were counted, and the plans made and kept, when there were ten.

    The worst is when a queue that was rolled back had left them empty: the planner then takes
    every table for empty, however large it has become.
    """
    floor = an_open_project(10, annotators=1)
    if emptied:
        with transaction.atomic():
            fill(floor, 2_000)
            with_history(floor)
            transaction.set_rollback(True)
    count_tables()
    for _each in range(10):
        desk_of(key=floor.project.key, annotator=floor.annotators[0], at=AT)
        submit(floor.task(floor.annotators[0]), floor.annotators[0])
    fill(floor, 200_000)
    people = {"newcomer": floor.hire(), "veteran of half of it": with_history(floor)}

    stale = costs(floor, people)
    count_tables()
    fresh = costs(floor, people)

    assert all(0 < pages <= MOST_PAGES for pages in stale.values()), stale
    assert all(0 < pages <= MOST_PAGES for pages in fresh.values()), fresh
    veteran = people["veteran of half of it"]
    again = pages_of_finding_what_to_ask_again(floor, veteran)
    assert repeats.LOOKED_AT < again <= MOST_PAGES_OF_ASKING_AGAIN


def test_the_search_of_somebody_who_has_done_everything_is_bounded(db: None) -> None:
    floor = an_open_project(0)
    fill(floor, 5_000)
    veteran = with_history(floor, one_in=1)
    count_tables()

    pages = pages_of(lambda: floor.lease(veteran, 5), "labeling_claim")

    assert floor.lease(veteran, 5) == []
    assert claims.LOOKED_AT_LAST < pages <= MOST_PAGES_OF_THE_TAIL


@pytest.mark.parametrize("probe", [0.0, 0.999])
def test_what_is_left_is_found_wherever_it_lies(
    db: None, monkeypatch: pytest.MonkeyPatch, probe: float
) -> None:
    """All but ten side by side of 1,000 are done: more than the first look of a claim passes."""
    floor = an_open_project(0)
    fill(floor, 1_000)
    veteran = with_history(floor, one_in=1)
    left = QueueEntry.objects.order_by("rnd").values_list("item", flat=True)[480:490]
    Assignment.objects.filter(item__in=list(left)).update(state="released")
    monkeypatch.setattr(random, "random", lambda: probe)

    assert has_open_work(floor.project, veteran, [LOCALE])
    assert {task.item_id for task in floor.lease(veteran, 20)} == set(left)
