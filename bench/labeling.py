"""Leasing and submitting through the whole flow, beside the same rows written by bare SQL.

The bare SQL keeps no promise: no lease, no check, no ledger. It is the floor of what the database
needs for the row of a judgment, so the ratio says what the promises cost.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from bench.timing import Figure, in_turn
from touchstone.apps.guidelines.operations import confirm_reading
from touchstone.apps.people.queries import user_by_email
from touchstone.apps.planning.queries import plan_in_force, project_by_key
from touchstone.flows.labeling import lease_work, submit_work
from touchstone.ops.demo import pilots

TASKS = 20
MOST_TIMES_BARE = 60.0

BARE = """
INSERT INTO ledger_event (at, event, subject_type, subject_id, data)
VALUES (%s, 'bench', 'bench', %s, '{"grade": 2}')
"""


def figures() -> list[Figure]:
    """Twenty tasks leased and submitted, rolled back afterwards; a bare row for each beside it."""
    project = project_by_key(pilots.FRENCH.key)
    annotator = user_by_email("annotatrice@demo.example")
    assert project is not None
    assert annotator is not None
    plan = plan_in_force(project)
    assert plan is not None
    confirm_reading(
        version=plan.guideline_version, language="fr", by=annotator, at=datetime.now(UTC)
    )

    def ours() -> None:
        with transaction.atomic():
            at = datetime.now(UTC)
            for task in lease_work(project=project, by=annotator, count=TASKS, at=at):
                submit_work(
                    assignment_id=task.assignment_id,
                    lease=task.lease,
                    answers={"outcome": "label", "values": {"grade": 2}},
                    idempotency_key=str(uuid.uuid4()),
                    seconds=5.0,
                    by=annotator,
                    at=at + timedelta(seconds=30),
                )
            transaction.set_rollback(True)

    def bare() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for _task in range(TASKS):
                cursor.execute(BARE, [datetime.now(UTC), str(uuid.uuid4())])
            transaction.set_rollback(True)

    mine, floor = in_turn(ours, bare, rounds=10)
    return [Figure("20 tasks leased and submitted", mine, "20 bare rows", floor, MOST_TIMES_BARE)]
