"""Jobs done here and now: the tests need no worker."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from touchstone.lib import jobs


def waiting() -> list[tuple[int, str, dict[str, Any]]]:
    """The jobs that wait, oldest first: id, name, arguments."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, task_name, args::text FROM procrastinate_jobs WHERE status = 'todo' "
            "ORDER BY id"
        )
        return [(pk, name, json.loads(text)) for pk, name, text in cursor.fetchall()]


def run_waiting() -> int:
    """Do the jobs that wait, in this thread and transaction, and forget them; returns how many."""
    found = waiting()
    for pk, name, arguments in found:
        jobs.app.tasks[name].func(**arguments)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [pk])
    return len(found)
