"""Telling PostgreSQL's planner what it has not counted yet.

Autovacuum counts a table within a minute or so of a great change. Until then, and for as long as
the change is not committed, the planner believes the old count: a table that was counted when it
was empty looks empty, and joins over it take minutes where they should take milliseconds.
"""

from django.db import connection, models

MANY = 500
"""From this many new rows on a table is worth counting anew; it takes some milliseconds."""


def count_anew(*tables: type[models.Model], rows: int = MANY) -> None:
    """Take the statistics of tables anew, if `rows` new ones are many.

    Within the transaction, so that it sees the new rows. A table that somebody else is counting is
    passed over: nobody waits for it.
    """
    if rows < MANY:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(table._meta.db_table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE (SKIP_LOCKED) {names}")
