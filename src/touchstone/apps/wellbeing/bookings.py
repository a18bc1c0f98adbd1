"""Putting what was seen into the books: one statement, exact whatever runs beside it.

A person looks at one thing at a time. So each exposure lies in the time between its lease and its
end that is not in the books yet, and all of them together never exceed the time that passed. The
person's row is locked first; the reservation is then ended only if nobody else has ended it.

For work that has no reservation (S0, machines) it is one look at an index.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

# After the last sign of a person the rest of a minute counts, as in the clock of the task screen.
PATIENCE = timedelta(minutes=1)

# Answers come with the time that the screen measured; a program that reports less than the server
# saw is believed down to a minute's pause. Without a report (given back, run out) the time counts
# from the last answer to the last sign, and a minute more: a prefetched task that nobody opened
# costs nothing, and one that was looked at and left is not free.
_BOOK = """
WITH who AS (
    SELECT person.id, person.accounted_until, person.last_sign_at, person.last_answer_at
    FROM wellbeing_reservation AS held
    JOIN wellbeing_account AS account ON account.user_id = held.user_id
    JOIN wellbeing_person AS person ON person.id = account.person_id
    WHERE held.lease = %(lease)s AND held.user_id = %(user)s AND held.ended_at IS NULL
    FOR UPDATE OF person
), ended AS (
    UPDATE wellbeing_reservation AS held SET ended_at = LEAST(%(at)s, held.until)
    FROM who
    WHERE held.lease = %(lease)s AND held.ended_at IS NULL
    RETURNING held.user_id, held.vendor_id, held.lease, held.severity, held.topic, held.ended_at,
              held.day, held.day_ends_at, who.id AS person_id,
              GREATEST(who.last_sign_at, held.since) AS sign,
              CASE WHEN %(spent)s::interval IS NULL
                   THEN GREATEST(who.accounted_until, who.last_answer_at, held.since)
                   ELSE GREATEST(who.accounted_until, held.since)
              END AS begins
), seen AS (
    SELECT *, GREATEST(interval '0', LEAST(
        ended_at - begins,
        CASE WHEN %(spent)s::interval IS NULL
             THEN sign + %(patience)s::interval - begins
             ELSE GREATEST(%(spent)s::interval, LEAST(%(patience)s::interval, ended_at - sign))
        END
    )) AS spent
    FROM ended
), booked AS (
    INSERT INTO wellbeing_exposure (
        user_id, vendor_id, lease, severity, topic, source,
        spent, started_at, ended_at, day, booked_at
    )
    SELECT user_id, vendor_id, lease, severity, topic, %(source)s,
           spent, begins, begins + spent,
           CASE WHEN begins + spent <= day_ends_at THEN day ELSE day + 1 END, %(at)s
    FROM seen WHERE spent > interval '0'
    RETURNING user_id, day, severity, spent
), total AS (
    INSERT INTO wellbeing_daytotal AS total (user_id, day, severity, spent)
    SELECT user_id, day, severity, spent FROM booked
    ON CONFLICT (user_id, day, severity) DO UPDATE SET spent = total.spent + EXCLUDED.spent
)
UPDATE wellbeing_person AS person
SET accounted_until = CASE WHEN seen.spent > interval '0' THEN seen.begins + seen.spent
                           ELSE person.accounted_until END,
    last_sign_at = CASE WHEN %(answered)s THEN GREATEST(person.last_sign_at, %(at)s)
                        ELSE person.last_sign_at END,
    last_answer_at = CASE WHEN %(answered)s THEN GREATEST(person.last_answer_at, %(at)s)
                          ELSE person.last_answer_at END,
    stretch = person.stretch
        + CASE WHEN seen.severity >= 'S3' THEN seen.spent ELSE interval '0' END,
    rested_since = CASE WHEN seen.severity >= 'S3'
                        THEN GREATEST(person.rested_since, seen.ended_at)
                        ELSE person.rested_since END
FROM seen WHERE person.id = seen.person_id
RETURNING seen.spent
"""


def book(
    *,
    lease: UUID,
    user_id: int,
    source: str,
    answered: bool,
    spent: timedelta | None,
    at: datetime,
) -> timedelta:
    """End the reservation of a lease and book what was seen under it; returns how long that was.

    Nothing happens when there is none, or it was ended before.
    """
    values: Mapping[str, object] = {
        "lease": lease,
        "user": user_id,
        "source": source,
        "answered": answered,
        "spent": spent,
        "patience": PATIENCE,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BOOK, values)  # type: ignore[arg-type]
        found = cursor.fetchone()
    return found[0] if found else timedelta(0)
