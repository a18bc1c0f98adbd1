"""The statements that must be exact and quick: claiming items, ending leases, wanting more.

Every writer locks an item's queue entry before its assignments, so that claims, submits and
expiries never wait for each other in a circle. `ADR exact-overlap` gives the measurements behind
the shape of the claim; the claim itself is a function of the database (migration
`claim_by_priority`, which says why).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from touchstone.apps.labeling.showing import SHOWN, Shown
from touchstone.apps.ledger.operations import APPEND
from touchstone.lib import prepared

# How many open items a claim looks at on either side of the random point, in each tier and locale.
# Of somebody who has done nearly all that is left, these may all be done; before they are told that
# there is nothing, the claim looks once more and further. In a longer queue than that the next
# claim looks elsewhere.
LOOKED_AT = 100
LOOKED_AT_LAST = 2_000

# What was claimed goes into the ledger and comes back with what its tasks show, in one round trip.
_NOTED_AND_SHOWN = f"""
noted AS (
    {APPEND}
    SELECT %(at)s::timestamptz, %(annotator)s::bigint, %(event)s::text, 'planning.project',
           %(project)s::bigint::text, %(project)s::bigint, NULL::bigint,
           jsonb_build_object('items', count(*))
    FROM claimed HAVING count(*) > 0
)
SELECT claimed.id, claimed.item_id, claimed.lease, shown.*
FROM claimed, LATERAL ({SHOWN} WHERE item.id = claimed.item_id OFFSET 0) AS shown
"""

_CLAIM_OPEN = f"""
WITH claimed AS MATERIALIZED (
    SELECT claimed_id AS id, claimed_item AS item_id, claimed_lease AS lease FROM labeling_claim(
        %(project)s::bigint, %(annotator)s::bigint, %(plan)s::bigint,
        %(guideline_version)s::bigint, %(tags)s::text[], %(count)s::integer,
        %(probe)s::double precision, %(looked_at)s::integer, %(at)s::timestamptz,
        %(until)s::timestamptz
    )
), {_NOTED_AND_SHOWN}
"""

# The same promises for items that a caller names: the candidate's own row is locked and its count
# re-read before it is taken, and the count rises only for assignments that were really made.
_CLAIM_NAMED = f"""
WITH candidate AS MATERIALIZED (
    SELECT entry.item_id
    FROM labeling_queueentry AS entry
    WHERE entry.item_id = ANY (%(items)s::bigint[])
      AND entry.project_id = %(project)s::bigint
      AND entry.taken + 0 < entry.need
      AND (
          SELECT 1 FROM labeling_assignment AS held
          WHERE held.item_id = entry.item_id
            AND held.annotator_id + 0 = %(annotator)s::bigint
            AND NOT held.repeat AND held.state NOT IN ('expired', 'released')
      ) IS NULL
    ORDER BY entry.rnd
    FOR UPDATE OF entry SKIP LOCKED
), claimed AS (
    INSERT INTO labeling_assignment AS mine (
        item_id, project_id, annotator_id, plan_id, guideline_version_id,
        state, leased_at, leased_until
    )
    SELECT item_id, %(project)s::bigint, %(annotator)s::bigint, %(plan)s::bigint,
           %(guideline_version)s::bigint, 'leased', %(at)s::timestamptz, %(until)s::timestamptz
    FROM candidate
    ON CONFLICT (item_id, annotator_id, repeat) DO UPDATE
        SET state = 'leased', lease = gen_random_uuid(), leased_at = EXCLUDED.leased_at,
            leased_until = EXCLUDED.leased_until, ended_at = NULL, plan_id = EXCLUDED.plan_id,
            guideline_version_id = EXCLUDED.guideline_version_id
        WHERE mine.state IN ('expired', 'released')
    RETURNING mine.id, mine.item_id, mine.lease
), counted AS (
    UPDATE labeling_queueentry AS entry SET taken = entry.taken + 1
    WHERE entry.item_id = ANY (ARRAY(SELECT claimed.item_id FROM claimed))
), {_NOTED_AND_SHOWN}
"""

# Once more what this person judged in the open lane. It takes no place, so no entry is locked; what
# was asked again before, in whatever way that ended, is left out.
_CLAIM_REPEATS = f"""
WITH claimed AS (
    INSERT INTO labeling_assignment AS mine (
        item_id, project_id, annotator_id, plan_id, guideline_version_id,
        state, leased_at, leased_until, in_overlap, repeat
    )
    SELECT judged.item_id, %(project)s::bigint, %(annotator)s::bigint, %(plan)s::bigint,
           %(guideline_version)s::bigint, 'leased', %(at)s::timestamptz, %(until)s::timestamptz,
           false, true
    FROM labeling_assignment AS judged
    JOIN labeling_queueentry AS entry ON entry.item_id = judged.item_id AND entry.lane = 0
    WHERE judged.item_id = ANY (%(items)s::bigint[])
      AND judged.annotator_id + 0 = %(annotator)s::bigint
      AND judged.project_id = %(project)s::bigint
      AND judged.state || '' = 'submitted' AND judged.in_overlap
    ON CONFLICT (item_id, annotator_id, repeat) DO NOTHING
    RETURNING mine.id, mine.item_id, mine.lease
), {_NOTED_AND_SHOWN}
"""

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
    RETURNING lost.item_id, lost.in_overlap
), freed AS (
    UPDATE labeling_queueentry AS entry SET taken = entry.taken - lost.places
    FROM (
        SELECT item_id, count(*) AS places FROM ended WHERE in_overlap GROUP BY item_id
    ) AS lost
    WHERE entry.item_id = lost.item_id
)
SELECT count(*) FROM ended
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
    """One assignment as it was made, with what its task shows where the claim has read it."""

    assignment_id: UUID
    item_id: int
    lease: UUID
    leased_until: datetime
    shown: Shown | None = None


def claim_open(
    claim: Claim,
    *,
    locale_tags: Sequence[str],
    count: int,
    probe: float,
    looked_at: int = LOOKED_AT,
) -> list[Claimed]:
    """Claim up to `count` items of the open lane, the most urgent first.

    Within a tier the locales come in the order given, and each is searched from the random point
    `probe` round once.
    """
    return _run(
        _CLAIM_OPEN, claim, tags=list(locale_tags), count=count, probe=probe, looked_at=looked_at
    )


def claim_items(claim: Claim, *, item_ids: Sequence[int]) -> list[Claimed]:
    """Claim those of `item_ids`, in either lane, that still want a judgment from this person."""
    return _run(_CLAIM_NAMED, claim, items=list(item_ids))


def claim_repeats(claim: Claim, *, item_ids: Sequence[int]) -> list[Claimed]:
    """Claim those of `item_ids` that this person judged and was not asked about once more."""
    return _run(_CLAIM_REPEATS, claim, items=list(item_ids))


def end_expired(*, project_id: int, at: datetime) -> int:
    """End the leases that ran out by `at` and give their places back; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE, {"project": project_id, "at": at})
        return int(cursor.fetchone()[0])


def want_more(*, project_id: int, places: Mapping[int, int]) -> int:
    """Raise how many judgments some items want, by item id; returns how many items there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WANT_MORE,
            {"project": project_id, "items": list(places), "places": list(places.values())},
        )
        return int(cursor.rowcount)


def _run(statement: str, claim: Claim, **more: object) -> list[Claimed]:
    parameters = {
        "project": claim.project_id,
        "annotator": claim.annotator_id,
        "plan": claim.plan_id,
        "guideline_version": claim.guideline_version_id,
        "at": claim.at,
        "until": claim.until,
        "event": "labeling.items.leased",
        **more,
    }
    return [
        Claimed(assignment, item, lease, claim.until, Shown(*shown))
        for assignment, item, lease, *shown in prepared.rows(statement, parameters)
    ]
