"""The rows of a file in a temporary table, and what SQL says of all of them at once.

COPY and set-based statements: a hundred thousand items take seconds and no memory. The table
belongs to the transaction and goes with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from touchstone.apps.items.faults import KEPT_ERRORS, Faults, RowError
from touchstone.apps.items.policies import Columns
from touchstone.apps.items.rows import MappedRow

# "C" compares bytes: several times quicker than a language's order, and nobody reads it here.
_CREATE = """
    CREATE TEMPORARY TABLE items_staging (
        line integer NOT NULL,
        item_key text COLLATE "C",
        query_key text COLLATE "C",
        query_text text COLLATE "C",
        document_key text,
        locale text COLLATE "C",
        content jsonb NOT NULL,
        position integer,
        stratum text NOT NULL,
        inclusion_probability double precision NOT NULL
    ) ON COMMIT DROP
"""
_COPY = """
    COPY items_staging (line, item_key, query_key, query_text, document_key, locale, content,
                        position, stratum, inclusion_probability)
    FROM STDIN
"""
_TWICE_IN_FILE = """
    SELECT again.line, again.item_key, first.line
    FROM items_staging AS again
    JOIN (SELECT item_key, min(line) AS line FROM items_staging
          GROUP BY item_key HAVING count(*) > 1) AS first USING (item_key)
    WHERE again.line > first.line
"""
_IN_PROJECT = """
    SELECT staged.line, staged.item_key, batch.file_name
    FROM items_staging AS staged
    JOIN items_item AS item ON item.project_id = %(project)s AND item.key = staged.item_key
    JOIN items_importbatch AS batch ON batch.id = item.batch_id
"""
# The last column of these two is 1 when the locale differs, 0 when only the text does.
_QUERY_TWO_WAYS_IN_FILE = """
    SELECT again.line, again.query_key, first.line,
           COALESCE(again.locale <> first.locale, false)::int
    FROM items_staging AS again
    JOIN (SELECT DISTINCT ON (query_key) query_key, line, query_text, locale FROM items_staging
          WHERE query_text IS NOT NULL AND locale IS NOT NULL
          ORDER BY query_key, line) AS first USING (query_key)
    WHERE again.query_text <> first.query_text OR again.locale <> first.locale
"""
_QUERY_OTHERWISE = """
    SELECT staged.line, staged.query_key,
           CASE WHEN query.locale_id <> staged.locale THEN query.locale_id
                ELSE left(query.text, 80) END,
           COALESCE(query.locale_id <> staged.locale, false)::int
    FROM items_staging AS staged
    JOIN items_query AS query ON query.project_id = %(project)s AND query.key = staged.query_key
    WHERE query.text <> staged.query_text OR query.locale_id <> staged.locale
"""
_ADD_QUERIES = """
    INSERT INTO items_query (project_id, key, text, locale_id)
    SELECT DISTINCT ON (query_key) %(project)s, query_key, query_text, locale
    FROM items_staging AS staged
    WHERE NOT EXISTS (SELECT FROM items_query AS query
                      WHERE query.project_id = %(project)s AND query.key = staged.query_key)
    ORDER BY query_key, line
"""
_ADD_ITEMS = """
    INSERT INTO items_item (project_id, batch_id, query_id, key, document_key, content, position,
                            stratum, inclusion_probability)
    SELECT %(project)s, %(batch)s, query.id, staged.item_key, staged.document_key, staged.content,
           staged.position, staged.stratum, staged.inclusion_probability
    FROM items_staging AS staged
    JOIN items_query AS query ON query.project_id = %(project)s AND query.key = staged.query_key
    ORDER BY staged.line
"""


def stage(rows: Iterable[MappedRow]) -> None:
    """Fill the temporary table from `rows`, as they come."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(_staged(row))
        cursor.execute("ANALYZE items_staging")


def _staged(row: MappedRow) -> tuple[object, ...]:
    return (
        row.line,
        row.item_id,
        row.query_id,
        row.query,
        row.document_id,
        row.locale,
        json.dumps(row.content, ensure_ascii=False),
        row.position,
        row.stratum,
        row.inclusion_probability,
    )


def check(*, project_id: int, columns: Columns, faults: Faults) -> None:
    """Note what is wrong between rows, and between the rows and the project."""
    _check_items(project_id, columns, faults)
    _check_queries(project_id, columns, faults)


def _check_items(project_id: int, columns: Columns, faults: Faults) -> None:
    name = columns.name("item_id")
    twice = _("The item “%(key)s” is on line %(first)d already. Give each item one row.")
    total, found = _found(_TWICE_IN_FILE, project_id)
    errors = [RowError(line, name, twice % {"key": key, "first": at}) for line, key, at in found]
    faults.add_many(total, errors)
    known = _("The item “%(key)s” is already in the project, from %(file)s.")
    total, found = _found(_IN_PROJECT, project_id)
    errors = [RowError(line, name, known % {"key": key, "file": at}) for line, key, at in found]
    faults.add_many(total, errors)


def _check_queries(project_id: int, columns: Columns, faults: Faults) -> None:
    in_file = (
        _("The query “%(key)s” has another text on line %(what)s."),
        _("The query “%(key)s” has another locale on line %(what)s."),
    )
    in_project = (
        _("The query “%(key)s” is already in the project with another text: %(what)s"),
        _("The query “%(key)s” is already in the project with another locale: %(what)s"),
    )
    columns_named = (columns.name("query"), columns.name("locale"))
    for sql, messages in ((_QUERY_TWO_WAYS_IN_FILE, in_file), (_QUERY_OTHERWISE, in_project)):
        total, found = _found(sql, project_id)
        errors = [
            RowError(line, columns_named[other], messages[other] % {"key": key, "what": what})
            for line, key, what, other in found
        ]
        faults.add_many(total, errors)


def _found(sql: str, project_id: int) -> tuple[int, list[tuple[Any, ...]]]:
    """How many rows `sql` finds, and the first of them by line."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT found.*, count(*) OVER () FROM ({sql}) AS found ORDER BY 1 LIMIT %(most)s",
            {"project": project_id, "most": KEPT_ERRORS},
        )
        rows = cursor.fetchall()
    return (rows[0][-1] if rows else 0), [row[:-1] for row in rows]


def add(*, project_id: int, batch_id: int) -> int:
    """Make queries and items of the staged rows; returns how many items."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD_QUERIES, {"project": project_id})
        cursor.execute(_ADD_ITEMS, {"project": project_id, "batch": batch_id})
        added: int = cursor.rowcount
        # A second file may come in the same transaction.
        cursor.execute("DROP TABLE items_staging")
    return added
