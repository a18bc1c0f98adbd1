"""The task type and guideline that ship: there once, complete in three languages."""

import re
from datetime import UTC, datetime

import pytest

from tests.factories.people import UserFactory
from touchstone.apps.guidelines.models import Guideline, GuidelineVersion, TaskType
from touchstone.apps.guidelines.operations import publish_version, seed_task_types
from touchstone.apps.guidelines.queries import (
    guideline_html,
    languages_of,
    newest_version,
    schema_of,
    task_type,
    text_of,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEY = "graded-relevance"

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> GuidelineVersion:
    seed_task_types(by=UserFactory(), at=AT)
    return newest_version(KEY)


def test_graded_relevance_is_there(version: GuidelineVersion) -> None:
    assert version.guideline.task_type == task_type(KEY)
    assert schema_of(task_type(KEY)).grades == (0, 1, 2, 3)
    assert languages_of(version) == ("ar", "en", "fr")


def test_a_second_run_adds_nothing_and_takes_nothing_back(version: GuidelineVersion) -> None:
    later = publish_version(
        guideline=version.guideline,
        major=1,
        minor=1,
        patch=0,
        texts={"en": "Shorter."},
        changes="Shorter.",
        by=version.published_by,
        at=AT,
    )

    seed_task_types(by=UserFactory(), at=AT)

    assert newest_version(KEY) == later
    assert (TaskType.objects.count(), Guideline.objects.count()) == (1, 1)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_each_text_says_the_same(version: GuidelineVersion, language: str) -> None:
    """The scale with the names the screen uses, as many examples, cases and reasons in each."""
    schema = schema_of(task_type(KEY))
    body = text_of(version, language).body

    for option in schema.main_field.options:
        assert f"| **{option.value}** | {option.name(language)} |" in body
    for reason in schema.cannot_judge:
        assert f"- **{reason.name(language)}**" in body
    english = text_of(version, "en").body
    assert len(re.findall(r"^\| .* \| [0-3] \| ", body, re.M)) >= 6
    assert body.count("\n## ") == english.count("\n## ")
    assert len(body) > 2000


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_each_text_shows_scale_examples_and_difficult_cases_as_tables(
    version: GuidelineVersion, language: str
) -> None:
    assert guideline_html(version, language).count("<table>") == 3
