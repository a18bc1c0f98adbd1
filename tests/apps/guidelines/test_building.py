"""A task type with the guideline that teaches it, in one step; and the next version of both."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.apps.guidelines.test_lessons import example
from tests.factories.guidelines import graded_relevance
from tests.factories.people import UserFactory
from touchstone.apps.guidelines.building import (
    Built,
    GuidelineDraft,
    TaskTypeDraft,
    build_task_type,
)
from touchstone.apps.guidelines.models import Guideline, GuidelineVersion, TaskType
from touchstone.apps.guidelines.operations import (
    GuidelineRefused,
    TaskTypeRefused,
    create_task_type,
    publish_version,
)
from touchstone.apps.guidelines.outlines import outline
from touchstone.apps.guidelines.policies import BrokenSchema, parse_schema
from touchstone.apps.guidelines.queries import guideline_by_key, lessons_of, practice_of, text_of
from touchstone.apps.guidelines.teaching import seeded_quiz
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import User

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return UserFactory()


def shorter() -> dict[str, Any]:
    """The scale without its highest grade."""
    schema: dict[str, Any] = graded_relevance()
    schema["fields"][0]["options"].pop()
    return schema


def built(by: User, guideline: GuidelineDraft | None, **changes: Any) -> Built:
    given = {"key": "ours", "name_en": "Ours", "name_fr": "Le nôtre", "schema": graded_relevance()}
    draft = TaskTypeDraft(**(given | changes))
    return build_task_type(draft=draft, guideline=guideline, by=by, at=AT)


def a_guideline(**changes: Any) -> GuidelineDraft:
    given: dict[str, Any] = {"title_en": "How?", "title_fr": "Comment ?", "texts": {}}
    return GuidelineDraft(**(given | changes))


class TestFirst:
    def test_can_be_planned_at_once(self, by: User) -> None:
        made = built(by, a_guideline(texts={"en": "Read.", "fr": " "}))

        assert made.version is not None and str(made.version) == "1.0.0"
        assert made.version.task_type == made.task_type
        assert text_of(made.version, "en").body == "Read."
        assert text_of(made.version, "fr").body.startswith("# Comment ?")
        events = list(Event.objects.order_by("pk").values_list("event", flat=True))
        assert events == [
            "guidelines.tasktype.created",
            "guidelines.guideline.created",
            "guidelines.version.published",
        ]

    def test_may_come_without_a_guideline(self, by: User) -> None:
        assert built(by, None).version is None
        assert not Guideline.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"key": "Not a key"}, TaskTypeRefused),
            ({"key": "x" * 61}, TaskTypeRefused),
            ({"name_fr": " "}, TaskTypeRefused),
            ({"name_en": "x" * 121}, TaskTypeRefused),
            ({"schema": {"fields": []}}, BrokenSchema),
            ({"follows": 1}, TaskTypeRefused),
        ],
    )
    def test_what_cannot_be_used_changes_nothing(
        self, by: User, changes: dict[str, Any], refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            built(by, a_guideline(), **changes)
        assert not TaskType.objects.exists() and not Event.objects.exists()

    def test_a_guideline_that_is_refused_takes_the_type_back(self, by: User) -> None:
        with pytest.raises(GuidelineRefused):
            built(by, a_guideline(title_fr=" "))
        assert not TaskType.objects.exists()

    def test_a_key_is_taken_once(self, by: User) -> None:
        built(by, None)
        with pytest.raises(TaskTypeRefused, match="already") as refused:
            built(by, None, schema=shorter())
        assert refused.value.details == {"field": "key"}


class TestNext:
    def test_the_guideline_moves_on_and_says_why(self, by: User) -> None:
        first = built(by, a_guideline(texts={"en": "Read."}))
        moved = a_guideline(guideline=guideline_by_key("ours"), changes="Three grades.")
        second = built(by, moved, schema=shorter(), follows=1)

        assert second.version is not None and str(second.version) == "2.0.0"
        assert second.version.changes == "Three grades."
        assert second.version.task_type.version == 2
        assert GuidelineVersion.objects.get(pk=first.version.pk).task_type.version == 1  # type: ignore[union-attr]

    def test_what_changes_must_be_told(self, by: User) -> None:
        built(by, a_guideline())
        with pytest.raises(GuidelineRefused):
            built(by, a_guideline(guideline=guideline_by_key("ours")), schema=shorter(), follows=1)
        assert TaskType.objects.count() == 1

    def test_nobody_is_overtaken_unawares(self, by: User) -> None:
        built(by, None)
        built(by, None, schema=shorter(), follows=1)
        with pytest.raises(TaskTypeRefused, match="version 2"):
            built(by, None, schema=graded_relevance() | {"metric": "err"}, follows=1)

    def test_whoever_names_no_version_follows_the_newest(self, by: User) -> None:
        built(by, None)
        names = {"name_en": "Ours", "name_fr": "Le nôtre"}
        made = create_task_type(key="ours", **names, schema=shorter(), by=by, at=AT)
        assert made.version == 2

    @pytest.mark.parametrize(("right", "kept"), [(0, True), (3, False)])
    def test_lessons_move_on_as_far_as_they_fit(self, by: User, right: int, kept: bool) -> None:
        first = built(by, a_guideline())
        practice, quiz = [example(right=[right])], seeded_quiz("graded-relevance")
        assert quiz is not None
        old = publish_version(
            guideline=guideline_by_key("ours"), major=1, minor=1, patch=0, texts={"en": "Read."},
            changes="A quiz.", quiz=quiz, practice=practice, by=by, at=AT,
        )  # fmt: skip
        moved = a_guideline(guideline=guideline_by_key("ours"), changes="Three grades.")
        second = built(by, moved, schema=shorter(), follows=first.task_type.version)

        assert second.version is not None
        assert second.practice_left is not kept
        assert lessons_of(second.version) == (quiz, practice if kept else [])
        # Whoever still works under the old version practises on the old answers.
        assert len(practice_of(old)) == 1


class TestOutline:
    def test_says_what_is_asked_and_what_answers_mean(self) -> None:
        text = outline(parse_schema(graded_relevance()), "How to\njudge", "fr")

        assert text.startswith("# How to judge\n\n## Dans quelle mesure")
        assert "| 3 · Parfait | Répond entièrement" in text
        assert "- Pas assez d'éléments" in text

    def test_a_name_breaks_no_table(self) -> None:
        schema = graded_relevance()
        schema["fields"][0]["options"][0]["names"]["en"] = "A | B\nC"  # type: ignore[index]
        assert "| 0 · A \\| B C |" in outline(parse_schema(schema), "T", "en")
