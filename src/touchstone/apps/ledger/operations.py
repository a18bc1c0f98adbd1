"""Writing to the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from touchstone.apps.ledger.models import Event


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
    return Event.objects.create(
        event=event,
        # Through the subject: `request.user` is a proxy whose own type knows nothing.
        subject_type=subject._meta.label_lower,  # type: ignore[attr-defined]
        subject_id=str(subject.pk),
        by_id=None if by is None else int(str(by.pk)),
        at=at,
        project_id=project_id,
        request_id=request_id,
        data=data,
    )
