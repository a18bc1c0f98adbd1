"""The database itself refuses what must not be."""

from typing import Any

import pytest
from django.db import IntegrityError

from tests.factories.guidelines import (
    GuidelineFactory,
    GuidelineReadingFactory,
    GuidelineTextFactory,
    GuidelineVersionFactory,
    TaskTypeFactory,
)

pytestmark = pytest.mark.django_db


def test_a_task_type_has_each_version_once() -> None:
    first = TaskTypeFactory()

    with pytest.raises(IntegrityError, match="guidelines_tasktype_once"):
        TaskTypeFactory(key=first.key, version=first.version)


def test_a_guideline_key_is_used_once() -> None:
    with pytest.raises(IntegrityError, match="key"):
        GuidelineFactory(key=GuidelineFactory().key)


def test_a_guideline_has_each_version_once() -> None:
    first = GuidelineVersionFactory()

    with pytest.raises(IntegrityError, match="guidelines_version_once"):
        GuidelineVersionFactory(guideline=first.guideline)


def test_a_version_has_one_text_in_a_language() -> None:
    text = GuidelineTextFactory()

    with pytest.raises(IntegrityError, match="guidelines_text_once"):
        GuidelineTextFactory(version=text.version)


def test_a_text_says_something() -> None:
    with pytest.raises(IntegrityError, match="guidelines_text_not_empty"):
        GuidelineTextFactory(body="")


def test_a_version_is_read_once_by_each() -> None:
    reading = GuidelineReadingFactory()

    with pytest.raises(IntegrityError, match="guidelines_reading_once"):
        GuidelineReadingFactory(version=reading.version, user=reading.user)


@pytest.mark.parametrize("deed", ["update", "delete"])
@pytest.mark.parametrize(
    ("factory", "change"),
    [
        (GuidelineVersionFactory, {"changes": "nothing"}),
        (GuidelineTextFactory, {"body": "Other."}),
        (GuidelineReadingFactory, {"language": "fr"}),
    ],
)
def test_what_is_published_or_confirmed_never_changes(
    factory: Any, change: dict[str, str], deed: str
) -> None:
    rows = type(row := factory()).objects.filter(pk=row.pk)

    # Raw deletion: Django itself would refuse first, for the rows that hang on this one.
    with pytest.raises(IntegrityError, match="append-only"):
        rows.update(**change) if deed == "update" else rows._raw_delete(rows.db)
