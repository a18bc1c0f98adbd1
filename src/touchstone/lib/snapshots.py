"""Long reads beside the request's own connection: one moment of the database, row after row.

A stream outlives the view that starts it, and may be closed from elsewhere. So it has a connection
of its own with one transaction, which sees the state of its first query until it is closed. A
client that stops reading does not keep it open: the server ends it after `IDLE_SECONDS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

if TYPE_CHECKING:
    from django.db.models import QuerySet

IDLE_SECONDS = 120
"""The longest pause between two reads, before the server takes the transaction away.

While it is open, vacuum cannot clean up behind it, for nobody's tables.
"""


class Snapshot:
    """One moment of the database to read from; close it."""

    def __init__(self) -> None:
        self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
        self._connection.inc_thread_sharing()  # closed by whoever drops the stream
        try:
            self._begin()
        except BaseException:
            self._connection.close()
            raise

    def _begin(self) -> None:
        self._connection.ensure_connection()
        self._connection.set_autocommit(False)
        with self._connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")

    def rows(self, wanted: QuerySet[Any, tuple[Any, ...]], at_once: int) -> Iterator[Any]:
        """The rows of a `values_list`, fetched `at_once` at a time through a server-side cursor."""
        compiler = wanted.query.get_compiler(connection=self._connection)
        found: Iterator[Any] = compiler.results_iter(
            tuple_expected=True, chunked_fetch=True, chunk_size=at_once
        )
        return found

    def count(self, wanted: QuerySet[Any, Any]) -> int:
        """How many rows there are at the moment of the snapshot."""
        query, parameters = wanted.order_by().values_list("pk").query.sql_with_params()
        with self._connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({query}) AS counted", parameters)
            return int(cursor.fetchone()[0])

    def close(self) -> None:
        """End the transaction and give the connection back; again does no harm."""
        with suppress(DatabaseError):  # the server has ended it already
            if self._connection.connection is not None:
                self._connection.rollback()
        self._connection.close()

    def __del__(self) -> None:
        # A stream that nobody ever reads is dropped, not closed.
        self.close()
