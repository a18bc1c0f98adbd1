"""Notes that clarify a version of a guideline."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.intake import AT
from tests.factories.people import UserFactory
from touchstone.apps.guidelines.models import GuidelineNote, GuidelineVersion
from touchstone.apps.guidelines.operations import (
    GuidelineRefused,
    add_note,
    publish_version,
    seed_task_types,
)
from touchstone.apps.guidelines.queries import newest_version, notes_of, version_before
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import User

KEY = "graded-relevance"


@pytest.fixture
def olga(db: None) -> User:
    user: User = UserFactory()
    seed_task_types(by=user, at=AT, keys=[KEY])
    return user


def noted(by: User, text_en: str, text_fr: str = "") -> GuidelineNote:
    return add_note(version=newest_version(KEY), text_en=text_en, text_fr=text_fr, by=by, at=AT)


def next_version(by: User) -> GuidelineVersion:
    return publish_version(
        guideline=newest_version(KEY).guideline, major=1, minor=1, patch=0,
        texts={"en": "Read this."}, changes="Notes taken in.", by=by, at=AT,
    )  # fmt: skip


def test_a_note_is_read_in_french_or_else_in_english(olga: User) -> None:
    noted(olga, " A rumour counts. ", "Une rumeur compte.")
    noted(olga, "Prices do not.")
    version = newest_version(KEY)

    assert [note.text for note in notes_of(version, "en")] == ["A rumour counts.", "Prices do not."]
    french = notes_of(version, "fr-CA")
    assert [note.text for note in french] == ["Une rumeur compte.", "Prices do not."]
    assert [note.language for note in french] == ["fr", "en"]
    assert [note.language for note in notes_of(version, "ar")] == ["en", "en"]
    assert Event.objects.filter(event="guidelines.note.added").count() == 2


@pytest.mark.parametrize(
    ("text_en", "text_fr"), [("", "Oui."), (" \n", ""), ("x" * 1001, ""), ("x", "x" * 1001)]
)
def test_a_note_without_english_or_too_long_is_refused(
    olga: User, text_en: str, text_fr: str
) -> None:
    with pytest.raises(GuidelineRefused):
        noted(olga, text_en, text_fr)
    assert not GuidelineNote.objects.exists()


def test_notes_stay_with_their_version_and_the_next_one_knows_them(olga: User) -> None:
    noted(olga, "A rumour counts.")
    first = newest_version(KEY)
    assert version_before(first) is None

    second = next_version(olga)

    assert notes_of(second, "en") == ()
    assert version_before(second) == first
    assert len(notes_of(first, "en")) == 1


def test_a_note_stands(olga: User) -> None:
    noted(olga, "A rumour counts.")

    for change in ("DELETE FROM guidelines_guidelinenote",
                   "UPDATE guidelines_guidelinenote SET text_en = 'No.'"):  # fmt: skip
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
    with pytest.raises(IntegrityError, match="note_not_empty"), transaction.atomic():
        GuidelineNote.objects.create(version=newest_version(KEY), text_en="", by=olga, at=AT)
