"""Writing to the audit trail."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Protocol

from touchstone.apps.ledger.models import Event
from touchstone.lib import prepared

# The head of the statement that appends an event. Statements that write what they record may end in
# it.
APPEND = """
INSERT INTO ledger_event (
    at, by_id, event, subject_type, subject_id, project_id, request_id, data
)
"""
_RECORD = f"""
{APPEND} VALUES (
    %(at)s::timestamptz, %(by_id)s::bigint, %(event)s::text, %(subject_type)s::text,
    %(subject_id)s::text, %(project_id)s::bigint, %(request_id)s::bigint, %(data)s::jsonb
) RETURNING id, recorded_at
"""


class HasKey(Protocol):
    """Anything with a primary key: a person or a row. The ledger sits below every model."""

    @property
    def pk(self) -> object: ...


def record(
    *,
    event: str,
    subject: HasKey,
    by: HasKey | None,
    at: datetime,
    project_id: int | None = None,
    request_id: int | None = None,
    **data: object,
) -> Event:
    """Append one event about `subject`; call it inside the transaction of what it records."""
    # Through the subject: `request.user` is a proxy whose own type knows nothing.
    row = Event(
        event=event,
        subject_type=subject._meta.label_lower,  # type: ignore[attr-defined]
        subject_id=str(subject.pk),
        by_id=None if by is None else int(str(by.pk)),
        at=at,
        project_id=project_id,
        request_id=request_id,
        data=data,
    )
    values = {**vars(row), "data": json.dumps(data)}
    ((row.pk, row.recorded_at),) = prepared.rows(_RECORD, values)
    row._state.adding = False
    return row
