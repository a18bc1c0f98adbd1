"""A migration operation that makes a table append-only in the database itself.

The rule lives in a trigger and not in Python, so that raw SQL, bulk updates and a careless shell
are refused as well. A correction is a new row.
"""

from __future__ import annotations

from django.db import migrations

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION touchstone_refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END;
$$ LANGUAGE plpgsql;
"""


class AppendOnly(migrations.RunSQL):
    """Refuse every UPDATE and DELETE on `table`."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(
            sql=REFUSE_CHANGE
            + f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION touchstone_refuse_change();",
            reverse_sql=f"DROP TRIGGER {table}_append_only ON {table};",
        )

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return (self.__class__.__name__, [self.table], {})
