"""The statements that must be exact and quick: claiming items, ending leases, wanting more.

Every writer locks an item's queue entry before its assignments, so that claims, submits and
expiries never wait for each other in a circle. `ADR exact-overlap` gives the measurements behind
the shape of the claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

# The candidate's own row is locked and its count re-read before it is taken, and the count rises
# only for assignments that were really made: overlap is exact whatever runs beside it.
# `random()` stands in a scalar sub-select: inline it is volatile and becomes a filter over the
# whole index instead of a bound on it. The anti-join is a scalar sub-select too: NOT EXISTS flips
# to a scan of the annotator's whole history.
_CLAIM = """
WITH candidate AS (
    SELECT entry.item_id
    FROM labeling_queueentry AS entry
    WHERE entry.project_id = %(project)s
      AND entry.taken < entry.need
      AND {which}
      AND (
          SELECT 1 FROM labeling_assignment AS held
          WHERE held.item_id = entry.item_id
            AND held.annotator_id = %(annotator)s
            AND held.state NOT IN ('expired', 'released')
      ) IS NULL
    ORDER BY entry.rnd
    LIMIT %(count)s
    FOR UPDATE OF entry SKIP LOCKED
), claimed AS (
    INSERT INTO labeling_assignment AS mine (
        item_id, project_id, annotator_id, plan_id, guideline_version_id,
        state, leased_at, leased_until
    )
    SELECT item_id, %(project)s, %(annotator)s, %(plan)s, %(guideline_version)s,
           'leased', %(at)s, %(until)s
    FROM candidate
    ON CONFLICT (item_id, annotator_id) DO UPDATE
        SET state = 'leased', lease = gen_random_uuid(), leased_at = EXCLUDED.leased_at,
            leased_until = EXCLUDED.leased_until, ended_at = NULL, plan_id = EXCLUDED.plan_id,
            guideline_version_id = EXCLUDED.guideline_version_id
        WHERE mine.state IN ('expired', 'released')
    RETURNING mine.id, mine.item_id, mine.lease, mine.leased_until
), counted AS (
    UPDATE labeling_queueentry AS entry SET taken = entry.taken + 1
    FROM claimed WHERE entry.item_id = claimed.item_id
)
SELECT id, item_id, lease, leased_until FROM claimed
"""

_OPEN_LANE = "entry.locale_tag = %(locale)s AND entry.lane = 0"
_FROM_A_RANDOM_POINT = _CLAIM.format(
    which=f"{_OPEN_LANE} AND entry.rnd >= (SELECT %(probe)s::double precision)"
)
_BEFORE_THAT_POINT = _CLAIM.format(
    which=f"{_OPEN_LANE} AND entry.rnd < (SELECT %(probe)s::double precision)"
)
_NAMED_ITEMS = _CLAIM.format(which="entry.item_id = ANY(%(items)s)")

_EXPIRE = """
WITH due AS (
    SELECT id, item_id FROM labeling_assignment
    WHERE project_id = %(project)s AND state = 'leased' AND leased_until <= %(at)s
    ORDER BY leased_until
    LIMIT 1000
), entry AS (
    SELECT item_id FROM labeling_queueentry
    WHERE item_id IN (SELECT item_id FROM due)
    ORDER BY item_id
    FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE labeling_assignment AS lost SET state = 'expired', ended_at = %(at)s
    FROM due JOIN entry USING (item_id)
    WHERE lost.id = due.id AND lost.state = 'leased' AND lost.leased_until <= %(at)s
    RETURNING lost.item_id
)
UPDATE labeling_queueentry AS entry SET taken = entry.taken - lost.places
FROM (SELECT item_id, count(*) AS places FROM ended GROUP BY item_id) AS lost
WHERE entry.item_id = lost.item_id
RETURNING lost.places
"""

_WANT_MORE = """
WITH asked AS (
    SELECT entry.item_id, more.places
    FROM labeling_queueentry AS entry
    JOIN unnest(%(items)s::bigint[], %(places)s::int[]) AS more(item_id, places)
         ON more.item_id = entry.item_id
    WHERE entry.project_id = %(project)s
    ORDER BY entry.item_id
    FOR UPDATE OF entry
)
UPDATE labeling_queueentry AS entry SET need = entry.need + asked.places
FROM asked WHERE entry.item_id = asked.item_id
"""


Parameter = int | float | str | datetime | list[int]


@dataclass(frozen=True)
class Claim:
    """Who claims, under which plan, and for how long the lease holds."""

    project_id: int
    annotator_id: int
    plan_id: int
    guideline_version_id: int
    at: datetime
    until: datetime


@dataclass(frozen=True)
class Claimed:
    """One assignment as it was made."""

    assignment_id: UUID
    item_id: int
    lease: UUID
    leased_until: datetime


def claim_open(claim: Claim, *, locale_tag: str, count: int, probe: float) -> list[Claimed]:
    """Claim up to `count` items of the open lane in one locale, from a random point round once."""
    found = _run(_FROM_A_RANDOM_POINT, claim, locale=locale_tag, count=count, probe=probe)
    missing = count - len(found)
    if missing > 0:
        found += _run(_BEFORE_THAT_POINT, claim, locale=locale_tag, count=missing, probe=probe)
    return found


def claim_items(claim: Claim, *, item_ids: Sequence[int]) -> list[Claimed]:
    """Claim those of `item_ids`, in either lane, that still want a judgment from this person."""
    return _run(_NAMED_ITEMS, claim, items=list(item_ids), count=len(item_ids))


def end_expired(*, project_id: int, at: datetime) -> int:
    """End the leases that ran out by `at` and give their places back; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE, {"project": project_id, "at": at})
        return sum(int(places) for (places,) in cursor.fetchall())


def want_more(*, project_id: int, places: Mapping[int, int]) -> int:
    """Raise how many judgments some items want, by item id; returns how many items there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WANT_MORE,
            {"project": project_id, "items": list(places), "places": list(places.values())},
        )
        return int(cursor.rowcount)


def _run(statement: str, claim: Claim, **more: Parameter) -> list[Claimed]:
    parameters: dict[str, Parameter] = {
        "project": claim.project_id,
        "annotator": claim.annotator_id,
        "plan": claim.plan_id,
        "guideline_version": claim.guideline_version_id,
        "at": claim.at,
        "until": claim.until,
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Claimed(*row) for row in cursor.fetchall()]
