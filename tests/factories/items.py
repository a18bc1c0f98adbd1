"""Items, and the files they come from.

`a_project` asks for French and English; German is only known.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import factory

from touchstone.apps.intake.models import LabelingRequest, RequestLocale, RequestState
from touchstone.apps.items.models import ImportBatch, Item, Query
from touchstone.apps.markets.models import Currency, Locale, Market
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ASKED = ("en-US", "fr-FR")
KNOWN_ONLY = "de-DE"
COLUMNS = ("item_id", "query_id", "query", "document_id", "locale")

Row = Mapping[str, object]


def an_owner(email: str = "owner@example.org") -> User:
    return User.objects.create(email=email, name="Odile Owner", created_at=AT)


def a_project(owner: User, key: str = "faq", state: str = RequestState.PLANNED) -> Project:
    euro, _made = Currency.objects.get_or_create(
        code="EUR", defaults={"digits": 2, "name_en": "euro", "name_fr": "euro"}
    )
    for tag in (*ASKED, KNOWN_ONLY):
        _a_locale(tag, euro)
    request = LabelingRequest.objects.create(
        number=LabelingRequest.objects.count() + 1,
        title="Questions",
        requester=owner,
        business_line="ranking",
        purpose="test",
        metric="nDCG@10",
        worthwhile_change=Decimal("0.01"),
        deadline_date=date(2026, 6, 1),
        currency=euro,
        budget_minor_units=100_000,
        value_per_point_minor_units=1,
        value_source="a guess",
        harm_class="S0",
        state=state,
        created_at=AT,
    )
    for tag in ASKED:
        RequestLocale.objects.create(request=request, locale_id=tag, volume=10)
    return Project.objects.create(key=key, name="FAQ", request=request, owner=owner, created_at=AT)


def _a_locale(tag: str, currency: Currency) -> None:
    language, code = tag.split("-")
    market, _made = Market.objects.get_or_create(
        code=code,
        defaults={
            "name_en": code, "name_fr": code, "currency": currency,
            "time_zones": ["UTC"], "weekend": [5, 6],
        },
    )  # fmt: skip
    Locale.objects.get_or_create(
        tag=tag,
        defaults={
            "market": market, "language": language, "script": "Latn", "direction": "ltr",
            "name_en": tag, "name_fr": tag, "name_native": tag,
        },
    )  # fmt: skip


def row(number: int = 1, **changes: object) -> dict[str, object]:
    """One good row; ten items share a query."""
    query = number // 10
    return {
        "item_id": f"i{number}",
        "query_id": f"q{query}",
        "query": f"how to reset {query}",
        "document_id": f"d{number}",
        "locale": "en-US",
    } | changes


def csv_of(rows: Sequence[Row], *, delimiter: str = ",", columns: Sequence[str] = ()) -> bytes:
    """The rows as CSV, every field quoted; the columns are those of the rows."""
    names = list(columns) or list(dict.fromkeys(name for each in rows for name in each))
    text = io.StringIO()
    writer = csv.DictWriter(
        text, names, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


class BatchFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    """A file that was taken in; `by` is the project's owner."""

    class Meta:
        model = ImportBatch

    project = factory.LazyFunction(lambda: a_project(an_owner()))
    by = factory.LazyAttribute(lambda batch: batch.project.owner)
    file_name = "items.csv"
    file_format = "csv"
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    rows = 1
    added = 1
    at = AT


class QueryFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    """What somebody searched for, in English."""

    class Meta:
        model = Query

    project = factory.LazyFunction(lambda: a_project(an_owner()))
    key = factory.Sequence(lambda n: f"q{n}")
    text = factory.LazyAttribute(lambda query: f"how to reset {query.key}")
    locale_id = ASKED[0]


class ItemFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    """An item with its query and batch, all of one project."""

    class Meta:
        model = Item

    batch = factory.SubFactory(BatchFactory)
    project = factory.SelfAttribute("batch.project")
    query = factory.SubFactory(QueryFactory, project=factory.SelfAttribute("..project"))
    key = factory.Sequence(lambda n: f"i{n}")
    document_key = factory.LazyAttribute(lambda item: f"d-{item.key}")
