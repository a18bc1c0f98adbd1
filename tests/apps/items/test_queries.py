"""Reading a project's items: pages, search, counts."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.apps.items.conftest import Send
from tests.factories.items import a_project, csv_of, row
from touchstone.apps.items.models import Item
from touchstone.apps.items.queries import (
    batches_of,
    item_counts,
    item_ids_by_key,
    items_page,
    preview,
)
from touchstone.apps.planning.models import Project


@pytest.fixture
def filled(project: Project, send: Send) -> Project:
    """25 items over three queries, one of them French; another project has one more."""
    rows = [row(number, stratum="head" if number < 5 else "") for number in range(20)]
    rows += [row(n, query="Réinitialiser 100 %", locale="fr-FR") for n in range(20, 25)]
    assert send(csv_of(rows)).added == 25
    assert send(csv_of([row(77)]), project=a_project(project.owner, key="other")).added == 1
    return project


def keys(items: tuple[Item, ...]) -> list[str]:
    return [item.key for item in items]


def test_pages_part_the_items_in_the_order_they_came(filled: Project) -> None:
    pages = [items_page(filled, page=number, page_size=10) for number in (1, 2, 3)]

    assert [key for page in pages for key in keys(page.items)] == [f"i{n}" for n in range(25)]
    assert {(page.total, page.pages) for page in pages} == {(25, 3)}


@pytest.mark.parametrize(("asked", "given"), [(-3, 1), (0, 1), (99, 3)])
def test_a_page_out_of_range_is_the_nearest(filled: Project, asked: int, given: int) -> None:
    assert items_page(filled, page=asked, page_size=10).page == given


def test_an_empty_project_has_one_empty_page(project: Project) -> None:
    page = items_page(project)
    assert (page.items, page.total, page.page, page.pages) == ((), 0, 1, 1)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("i2", ["i2", "i20", "i21", "i22", "i23", "i24"]),
        ("RÉINIT", ["i20", "i21", "i22", "i23", "i24"]),
        ("100 %", ["i20", "i21", "i22", "i23", "i24"]),
        ("%", ["i20", "i21", "i22", "i23", "i24"]),
        ("_", []),
        ("i7\0", ["i7"]),
        ("'; --", []),
    ],
)
def test_search_looks_in_keys_and_query_texts(
    filled: Project, search: str, found: list[str]
) -> None:
    assert keys(items_page(filled, search=search).items) == found


def test_filters_narrow_and_combine(filled: Project) -> None:
    batch = batches_of(filled).get()
    assert items_page(filled, locale_tag="fr-FR").total == 5
    assert items_page(filled, stratum="head").total == 5
    assert items_page(filled, stratum="").total == 20
    assert items_page(filled, stratum="head", locale_tag="fr-FR").total == 0
    assert items_page(filled, batch_id=batch.pk, search="i1").total == 11
    assert items_page(filled, batch_id=batch.pk + 1).total == 0


def test_a_page_takes_two_queries_with_its_query_texts(
    filled: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        assert {item.query.text for item in items_page(filled).items}


def test_counts_by_locale_and_stratum(
    filled: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        counts = item_counts(filled)

    assert (counts.items, counts.queries) == (25, 3)
    assert counts.by_locale == {"en-US": 20, "fr-FR": 5}
    assert counts.by_stratum == {"": 20, "head": 5}


def test_files_come_newest_first(filled: Project, send: Send) -> None:
    send(csv_of([row(500)]), "second.csv")
    assert [batch.file_name for batch in batches_of(filled)] == ["second.csv", "items.csv"]


def test_the_preview_is_the_start_of_the_project(filled: Project) -> None:
    assert keys(preview(filled, count=3)) == ["i0", "i1", "i2"]


def test_ids_by_key_are_those_of_the_project(filled: Project) -> None:
    ids = item_ids_by_key(filled)
    assert len(ids) == 25
    assert Item.objects.get(pk=ids["i7"]).key == "i7"
