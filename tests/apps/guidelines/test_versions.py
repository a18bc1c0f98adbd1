"""Task types and guideline versions: publishing, reading, confirming."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.factories.guidelines import (
    GuidelineFactory,
    GuidelineTextFactory,
    GuidelineVersionFactory,
    TaskTypeFactory,
    graded_relevance,
)
from tests.factories.people import UserFactory
from touchstone.apps.guidelines.models import (
    Guideline,
    GuidelineReading,
    GuidelineVersion,
    TaskType,
)
from touchstone.apps.guidelines.operations import (
    GuidelineRefused,
    MajorVersionNeeded,
    TaskTypeRefused,
    confirm_reading,
    create_guideline,
    create_task_type,
    publish_version,
)
from touchstone.apps.guidelines.policies import BrokenSchema
from touchstone.apps.guidelines.queries import (
    guideline_html,
    has_read,
    languages_of,
    newest_version,
    task_type,
    text_of,
)
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import User
from touchstone.lib.errors import NotVisible

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return UserFactory()


def other_schema() -> dict[str, Any]:
    schema: dict[str, Any] = graded_relevance()
    schema["fields"][0]["options"].pop()
    return schema


def published(guideline: Guideline, number: str, by: User, **changes: Any) -> GuidelineVersion:
    major, minor, patch = (int(part) for part in number.split("."))
    asked: dict[str, Any] = {"texts": {"en": "Read."}, "changes": "Clearer examples."}
    return publish_version(
        guideline=guideline,
        major=major,
        minor=minor,
        patch=patch,
        **(asked | changes),
        by=by,
        at=AT,
    )


def test_a_task_type_of_the_same_key_is_its_next_version(by: User) -> None:
    about = {"key": "relevance", "name_en": "Relevance", "name_fr": "Pertinence"}

    first = create_task_type(**about, schema=graded_relevance(), by=by, at=AT)
    second = create_task_type(**about, schema=other_schema(), by=by, at=AT)

    assert (first.version, second.version) == (1, 2)
    assert task_type("relevance") == second
    with pytest.raises(TaskTypeRefused, match="already"):
        create_task_type(**about, schema=other_schema(), by=by, at=AT)
    with pytest.raises(NotVisible):
        task_type("nothing")


def test_a_task_type_that_cannot_be_used_is_refused(by: User) -> None:
    about = {"key": "relevance", "name_en": "Relevance", "name_fr": "Pertinence"}

    with pytest.raises(BrokenSchema):
        create_task_type(**about, schema={}, by=by, at=AT)
    with pytest.raises(TaskTypeRefused, match="French"):
        create_task_type(**(about | {"name_fr": ""}), schema=graded_relevance(), by=by, at=AT)
    assert not TaskType.objects.exists() and not Event.objects.exists()


def test_a_guideline_needs_titles_and_a_key_of_its_own(by: User) -> None:
    about = {"key": "judge", "task_type": TaskTypeFactory(), "title_en": "Judge"}
    create_guideline(**about, title_fr="Juger", by=by, at=AT)

    with pytest.raises(GuidelineRefused, match="judge"):
        create_guideline(**about, title_fr="Juger", by=by, at=AT)
    with pytest.raises(GuidelineRefused, match="title"):
        create_guideline(**(about | {"key": "other"}), title_fr=" ", by=by, at=AT)
    assert Guideline.objects.count() == 1


def test_a_version_is_published_with_its_texts(by: User) -> None:
    guideline = GuidelineFactory()

    version = published(guideline, "1.0.0", by, texts={"en": "Read.", "fr": "Lisez."}, changes="")

    assert newest_version(guideline.key) == version
    assert languages_of(version) == ("en", "fr")
    event = Event.objects.get(event="guidelines.version.published")
    assert event.data == {
        "guideline": guideline.key,
        "version": "1.0.0",
        "languages": ["en", "fr"],
    }


@pytest.mark.parametrize("number", ["1.2.3", "1.2.2", "1.1.9", "0.9.9"])
def test_a_version_follows_the_newest(number: str, by: User) -> None:
    guideline = GuidelineFactory()
    published(guideline, "1.2.3", by)

    with pytest.raises(GuidelineRefused, match=r"1\.2\.3"):
        published(guideline, number, by)
    assert guideline.versions.count() == 1


def test_numbers_are_compared_as_numbers(by: User) -> None:
    guideline = GuidelineFactory()
    published(guideline, "1.9.0", by)

    tenth = published(guideline, "1.10.0", by)

    assert newest_version(guideline.key) == tenth


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"changes": " "}, "what changes"),
        ({"texts": {"fr": "Lisez."}}, "English"),
        ({"texts": {}}, "English"),
        ({"texts": {"en": "Read.", "fr": "\n"}}, "empty in: fr"),
        ({"texts": {"en": "Read.", "tlh": "yIlaD"}}, "tlh"),
    ],
)
def test_a_version_that_does_not_say_enough_is_refused(
    change: dict[str, Any], says: str, by: User
) -> None:
    guideline = GuidelineFactory()
    published(guideline, "1.0.0", by)

    with pytest.raises(GuidelineRefused, match=says):
        published(guideline, "1.1.0", by, **change)
    assert guideline.versions.count() == 1


def test_a_changed_schema_takes_a_major_version(by: User) -> None:
    guideline = GuidelineFactory()
    published(guideline, "1.0.0", by)
    before = guideline.task_type
    after = TaskTypeFactory(key=before.key, version=2, schema=other_schema())

    with pytest.raises(MajorVersionNeeded, match=r"2\.0\.0"):
        published(guideline, "1.1.0", by, task_type=after)
    guideline.refresh_from_db()
    assert guideline.task_type == before

    published(guideline, "2.0.0", by, task_type=after)
    guideline.refresh_from_db()
    assert guideline.task_type == after


def test_the_same_schema_under_a_new_version_takes_none(by: User) -> None:
    guideline = GuidelineFactory()
    published(guideline, "1.0.0", by)
    after = TaskTypeFactory(key=guideline.task_type.key, version=2, schema=graded_relevance())

    published(guideline, "1.0.1", by, task_type=after)

    assert guideline.task_type == after


def test_a_guideline_stays_with_its_task_type(by: User) -> None:
    guideline = GuidelineFactory()

    with pytest.raises(GuidelineRefused, match="stays"):
        published(guideline, "1.0.0", by, task_type=TaskTypeFactory())
    assert not guideline.versions.exists()


@pytest.mark.parametrize(
    ("asked", "shown"), [("fr", "fr"), ("fr-CA", "fr"), ("en", "en"), ("ja", "en"), ("", "en")]
)
def test_a_text_is_in_the_language_asked_for_or_else_english(asked: str, shown: str) -> None:
    version = GuidelineVersionFactory()
    GuidelineTextFactory(version=version, language="fr", body="Lisez.")

    assert text_of(version, asked).language == shown


def test_markdown_becomes_html_and_html_stays_text() -> None:
    body = (
        "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>alert(1)</script>\n\n"
        "[x](javascript:alert(1)) ![x](http://example.org/x.png)"
    )
    html = guideline_html(GuidelineVersionFactory(text__body=body), "en")

    assert "<h1>Title</h1>" in html and "<table>" in html
    assert "<script" not in html and "&lt;script&gt;" in html
    assert 'href="javascript' not in html and "<img" not in html


def test_reading_is_confirmed_once(by: User) -> None:
    version = GuidelineVersionFactory()
    assert not has_read(version, by)

    first = confirm_reading(version=version, language="fr", by=by, at=AT)
    again = confirm_reading(version=version, language="en", by=by, at=AT + timedelta(days=1))

    assert first == again and again.read_at == AT
    assert first.language == "en"  # what they were shown: there is no French text
    assert has_read(version, by) and not has_read(version, UserFactory())
    assert GuidelineReading.objects.count() == 1
    assert Event.objects.filter(event="guidelines.version.read").count() == 1


def test_a_new_version_is_to_be_read_anew(by: User) -> None:
    version = GuidelineVersionFactory()
    confirm_reading(version=version, language="en", by=by, at=AT)

    later = published(version.guideline, "1.1.0", by)

    assert not has_read(later, by)
