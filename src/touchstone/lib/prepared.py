"""Statements that run many times a second, planned once a connection by the server.

Planning takes longer than running them. Parameters travel apart from the text, so types that the
server cannot guess are written as casts. What the statement sees and locks is as with any other.
DATABASE_PREPARED switches the keeping of plans off, for connections through some poolers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections, models

M = TypeVar("M", bound=models.Model)


def run(statement: str, parameters: Mapping[str, object]) -> int:
    """Run a statement; how many rows it touched."""
    return _executed(statement, parameters).rowcount


def rows(statement: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """Run a statement and return all its rows."""
    return _executed(statement, parameters).fetchall()


def _executed(statement: str, parameters: Mapping[str, object]) -> psycopg.Cursor[tuple[Any, ...]]:
    """As Django's own cursor does it: its checks, its errors, its log."""
    live = connections[DEFAULT_DB_ALIAS]
    live.ensure_connection()
    live.validate_no_broken_transaction()
    began = time.monotonic() if live.queries_logged else None
    with live.wrap_database_errors:
        cursor = psycopg.Cursor(live.connection)
        cursor.execute(statement, parameters, prepare=True)
    if began is not None:
        text = psycopg.ClientCursor(live.connection).mogrify(statement, parameters)
        live.queries_log.append({"sql": text, "time": f"{time.monotonic() - began:.3f}"})
    return cursor


def first(statement: str, parameters: Mapping[str, object]) -> tuple[Any, ...] | None:
    """The first row of a statement, if it has one."""
    found = rows(statement, parameters)
    return found[0] if found else None


class Columns(Generic[M]):
    """Columns of a model in a statement, and the way back from their values to an instance.

    What is not among `names` is read when somebody asks for it, as after the ORM's `only`.
    """

    def __init__(self, model: type[M], alias: str, names: Sequence[str] = ()) -> None:
        fields = [f for f in model._meta.concrete_fields if not names or f.attname in names]
        self._model = model
        self._attributes = [field.attname for field in fields]
        self._json = [n for n, field in enumerate(fields) if isinstance(field, models.JSONField)]
        self.sql = ", ".join(
            f"{alias}.{field.column}{'::text' if n in self._json else ''}"
            for n, field in enumerate(fields)
        )
        self.count = len(fields)

    def instance(self, values: Sequence[Any]) -> M:
        """The row as the ORM would have read it."""
        read = list(values)
        for n in self._json:
            read[n] = None if read[n] is None else json.loads(read[n])
        return self._model.from_db(DEFAULT_DB_ALIAS, self._attributes, read)
