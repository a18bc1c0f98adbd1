"""One transaction for an operation, without a savepoint where there is one already."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R")


def in_transaction(act: Callable[P, R]) -> Callable[P, R]:
    """Run `act` in the caller's transaction, or in one of its own when there is none.

    `transaction.atomic` would set a savepoint within another transaction: two round trips more and
    a lock that counts double. It is for operations of the hot path that refuse before they write:
    a caller who goes on after a refusal finds nothing half done.
    """

    @wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return act(*args, **kwargs)
        with transaction.atomic():
            return act(*args, **kwargs)

    return run
