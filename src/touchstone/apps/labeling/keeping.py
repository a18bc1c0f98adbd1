"""The statements that end a task: hold it, keep its answers, give it back, renew it.

Few round trips, because annotators wait for them. The rule of what a submit is worth is
`policies.standing`; between holding a task and writing, nobody else can change it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from touchstone.apps.labeling.models import Judgment
from touchstone.apps.ledger.operations import APPEND
from touchstone.lib import prepared

_HOLD = """
SELECT * FROM labeling_hold(%(assignment)s::uuid, %(annotator)s::bigint, %(key)s::text)
"""

# Under the same key another task's answers may be on their way in at this moment: then nothing is
# written, and the caller looks again.
_KEEP = f"""
WITH judged AS (
    INSERT INTO labeling_judgment (
        assignment_id, item_id, project_id, annotator_id, plan_id, guideline_version_id,
        outcome, grade, answers, swapped, reason, comment, seconds, started_at, submitted_at,
        late, counts, repeat, idempotency_key, content_hash
    ) VALUES (
        %(assignment_id)s::uuid, %(item_id)s::bigint, %(project_id)s::bigint,
        %(annotator_id)s::bigint, %(plan_id)s::bigint, %(guideline_version_id)s::bigint,
        %(outcome)s::text, %(grade)s::smallint,
        %(answers)s::jsonb, %(swapped)s::boolean, %(reason)s::text, %(comment)s::text,
        %(seconds)s::double precision, %(started_at)s::timestamptz, %(submitted_at)s::timestamptz,
        %(late)s::boolean, %(counts)s::boolean, %(repeat)s::boolean, %(idempotency_key)s::text,
        %(content_hash)s::text
    )
    ON CONFLICT (annotator_id, idempotency_key) DO NOTHING
    RETURNING id, recorded_at
), ended AS (
    UPDATE labeling_assignment SET state = 'submitted', ended_at = %(submitted_at)s::timestamptz
    WHERE %(ends)s::boolean AND id = %(assignment_id)s::uuid AND EXISTS (SELECT FROM judged)
), placed AS (
    UPDATE labeling_queueentry SET taken = taken + 1
    WHERE %(takes_place)s::boolean AND item_id = %(item_id)s::bigint AND EXISTS (SELECT FROM judged)
), noted AS (
    {APPEND}
    SELECT %(submitted_at)s::timestamptz, %(annotator_id)s::bigint, %(event)s::text,
           'labeling.judgment', judged.id::text, %(project_id)s::bigint, NULL::bigint,
           jsonb_build_object('late', %(late)s::boolean, 'counts', %(counts)s::boolean)
    FROM judged
)
SELECT id, recorded_at FROM judged
"""

_GIVE_BACK = """
WITH freed AS (
    UPDATE labeling_queueentry SET taken = taken - 1
    WHERE %(frees_place)s::boolean AND item_id = %(item)s::bigint
)
UPDATE labeling_assignment SET state = %(state)s::text, ended_at = %(at)s::timestamptz
WHERE id = %(assignment)s::uuid
"""

# The lease never gets shorter, whatever the caller's clock says.
_RENEW = """
UPDATE labeling_assignment AS task
SET leased_until = GREATEST(
    task.leased_until,
    %(at)s::timestamptz + make_interval(mins => (
        SELECT plan.lease_minutes FROM planning_plan AS plan WHERE plan.id = task.plan_id
    ))
)
WHERE task.id = %(assignment)s::uuid AND task.annotator_id + 0 = %(annotator)s::bigint
  AND task.state || '' = 'leased' AND task.lease = %(lease)s::uuid
  AND task.leased_until + interval '0' > %(at)s::timestamptz
RETURNING task.leased_until
"""


_ATTRIBUTES = [field.attname for field in Judgment._meta.concrete_fields]


@dataclass(frozen=True)
class Held:
    """A task and its item's queue entry as they stand, locked until the transaction ends.

    `earlier` is the judgment that this person sent under the same idempotency key, if any.
    """

    item_id: int
    project_id: int
    annotator_id: int
    plan_id: int
    guideline_version_id: int
    state: str
    lease: UUID
    leased_at: datetime
    leased_until: datetime
    in_overlap: bool
    repeat: bool
    need: int
    taken: int
    earlier: int | None


def hold(*, assignment_id: UUID, annotator_id: int, idempotency_key: str = "") -> Held | None:
    """Lock a task and its queue entry; None when there is no such task."""
    parameters = {"assignment": assignment_id, "annotator": annotator_id, "key": idempotency_key}
    found = prepared.first(_HOLD, parameters)
    return None if found is None else Held(*found)


def keep(
    values: Mapping[str, Any], *, ends: bool, takes_place: bool, event: str
) -> Judgment | None:
    """Store a judgment of a held task, what it means for the task and its places, and the event.

    `values` are the columns of the judgment by their attributes. None when its idempotency key was
    taken meanwhile: nothing is written.
    """
    more = {"ends": ends, "takes_place": takes_place, "event": event}
    found = prepared.first(_KEEP, {**values, "answers": json.dumps(values["answers"]), **more})
    if found is None:
        return None
    whole = {**values, "id": found[0], "recorded_at": found[1]}
    return Judgment.from_db(DEFAULT_DB_ALIAS, _ATTRIBUTES, [whole[name] for name in _ATTRIBUTES])


def give_back(held: Held, *, assignment_id: UUID, state: str, at: datetime) -> None:
    """End a held task unanswered and free its place."""
    prepared.run(
        _GIVE_BACK,
        {
            "assignment": assignment_id,
            "item": held.item_id,
            "frees_place": held.in_overlap,
            "state": state,
            "at": at,
        },
    )


def renew(*, assignment_id: UUID, annotator_id: int, lease: UUID, at: datetime) -> datetime | None:
    """Renew a live lease for its plan's length; when it now ends, or None when it is not live."""
    found = prepared.first(
        _RENEW,
        {"assignment": assignment_id, "annotator": annotator_id, "lease": lease, "at": at},
    )
    return None if found is None else found[0]
