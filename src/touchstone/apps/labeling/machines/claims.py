"""The statements of a machine's lease, which takes none of an item's places; and its run's lock.

No queue entry is locked or changed: however many machines work, the people's queue does not notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from touchstone.apps.labeling.claims import Claim, Claimed

_CLAIM = """
INSERT INTO labeling_assignment AS mine (
    item_id, project_id, annotator_id, plan_id, guideline_version_id,
    state, leased_at, leased_until, in_overlap
)
SELECT entry.item_id, %(project)s, %(annotator)s, %(plan)s, %(guideline_version)s,
       'leased', %(at)s, %(until)s, false
FROM labeling_queueentry AS entry
WHERE entry.project_id = %(project)s AND entry.lane = 0 AND entry.item_id = ANY(%(items)s)
ON CONFLICT (item_id, annotator_id, repeat) DO UPDATE
    SET state = 'leased', lease = gen_random_uuid(), leased_at = EXCLUDED.leased_at,
        leased_until = EXCLUDED.leased_until, ended_at = NULL, plan_id = EXCLUDED.plan_id,
        guideline_version_id = EXCLUDED.guideline_version_id
    WHERE mine.state IN ('expired', 'released') AND NOT mine.in_overlap
RETURNING mine.id, mine.item_id, mine.lease, mine.leased_until
"""


def claim_for_machine(claim: Claim, *, item_ids: Sequence[int]) -> list[Claimed]:
    """Claim those of `item_ids` in the open lane that this machine has not judged and not in hand.

    In the order of `item_ids`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "project": claim.project_id,
                "annotator": claim.annotator_id,
                "plan": claim.plan_id,
                "guideline_version": claim.guideline_version_id,
                "at": claim.at,
                "until": claim.until,
                "items": list(item_ids),
            },
        )
        claimed = {row[1]: Claimed(*row) for row in cursor.fetchall()}
    return [claimed[item] for item in item_ids if item in claimed]


@contextmanager
def alone(project_id: int, annotator_id: int) -> Iterator[bool]:
    """Hold the right to run a machine on a project; False when another process holds it.

    The database lets go of it when the process that holds it dies.
    """
    name = f"touchstone.machine:{project_id}:{annotator_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
