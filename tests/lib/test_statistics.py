"""Counting tables anew within the transaction that filled them."""

from __future__ import annotations

import pytest
from django.db import connection

from touchstone.apps.markets.models import Currency
from touchstone.lib.statistics import MANY, count_anew

pytestmark = pytest.mark.django_db


def believed() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'markets_currency'")
        (rows,) = cursor.fetchone()
    return float(rows)


def test_the_planner_knows_the_new_rows_before_they_are_committed() -> None:
    made = (Currency(code=f"X{n:02d}", digits=2, name_en="x", name_fr="x") for n in range(90))
    Currency.objects.bulk_create(made)

    count_anew(Currency)

    assert believed() == 90


def test_a_few_rows_are_not_worth_it() -> None:
    before = believed()
    Currency.objects.create(code="X99", digits=2, name_en="x", name_fr="x")

    count_anew(Currency, rows=MANY - 1)

    assert believed() == before
