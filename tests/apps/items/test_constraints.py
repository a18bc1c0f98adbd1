"""What the database itself refuses, whoever writes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.factories.items import ItemFactory, a_project
from touchstone.apps.items.models import ImportBatch, Item, Query
from touchstone.apps.planning.models import Project


@pytest.fixture
def item(project: Project) -> Item:
    item: Item = ItemFactory(batch__project=project)
    return item


def copy_of(row: Any, **changes: object) -> Any:
    """The same row once more, with `changes`."""
    row.pk = None
    row._state.adding = True
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def test_one_file_a_project(item: Item, project: Project) -> None:
    batch = ImportBatch.objects.get()
    with pytest.raises(IntegrityError, match="items_importbatch_once"), transaction.atomic():
        copy_of(batch).save()
    copy_of(batch, project=a_project(project.owner, key="other")).save()


def test_one_query_of_a_key_a_project(item: Item, project: Project) -> None:
    query = Query.objects.get()
    with pytest.raises(IntegrityError, match="items_query_once"), transaction.atomic():
        copy_of(query, text="other").save()
    copy_of(query, project=a_project(project.owner, key="other")).save()


def test_one_item_of_a_key_a_project(item: Item) -> None:
    with pytest.raises(IntegrityError, match="items_item_once"), transaction.atomic():
        copy_of(item).save()
    copy_of(item, key="another").save()


@pytest.mark.parametrize("probability", [0, -0.1, 1.001, float("nan"), float("inf")])
def test_an_inclusion_probability_is_above_zero_and_at_most_one(
    item: Item, probability: float
) -> None:
    with (
        pytest.raises(IntegrityError, match="items_item_inclusion_probability"),
        transaction.atomic(),
    ):
        copy_of(item, key="another", inclusion_probability=probability).save()
    copy_of(item, key="another", inclusion_probability=1.0).save()
