"""Answers in words, and what changed in a guideline since somebody read it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.guidelines import GuidelineReadingFactory, GuidelineVersionFactory
from tests.factories.people import UserFactory
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.guidelines.queries import changes_since_read
from touchstone.apps.guidelines.seeds import SEEDS
from touchstone.apps.guidelines.values import Item
from touchstone.apps.guidelines.words import answers_in_words

NAMES = {"en": "Name", "fr": "Nom"}


def options(*values: str) -> list[dict[str, Any]]:
    return [{"value": one, "names": {"en": one.title(), "fr": f"{one} fr"}} for one in values]


def said(answers: dict[str, Any], *fields: dict[str, Any], **item: Any) -> list[str]:
    """The answers, in French, to these questions and to the main one."""
    main = {"key": "ok", "kind": "boolean", "required": True, "names": NAMES}
    schema = parse_schema(
        {
            "fields": [main, *fields],
            "main": "ok",
            "cannot_judge": options("broken"),
            "escalate": options("legal"),
            "context": ["title", "text", "results"],
        }
    )
    words = answers_in_words(
        schema, answers, item=Item("the query", item), swapped=False, language="fr"
    )
    return [one.answer for one in words]


def labeled(**values: Any) -> dict[str, Any]:
    return {"outcome": "label", "values": {"ok": True, **values}}


def test_each_kind_of_answer_has_words() -> None:
    fields = [
        {"key": "one", "kind": "single", "options": options("a", "b"), "names": NAMES},
        {"key": "many", "kind": "multiple", "options": options("a", "b"), "names": NAMES},
        {"key": "size", "kind": "number", "unit": "km", "names": NAMES},
        {"key": "why", "kind": "text", "names": NAMES},
        {"key": "marks", "kind": "span", "of": "text", "options": options("a"), "names": NAMES},
        {"key": "order", "kind": "ranking", "of": "results", "names": NAMES},
    ]
    given = labeled(
        one="b",
        many=["a", "b"],
        size=2.5,
        why="thus",
        marks=[{"start": 0, "end": 5, "tag": "a"}],
        order=["r2", "r1"],
    )
    entries = [{"id": "r1", "title": "First"}, {"id": "r2"}]

    assert said(given, *fields, text="Paris is big", results=entries) == [
        "Yes",
        "b fr",
        "a fr, b fr",
        "2.5 km",
        "thus",
        "“Paris”: a fr",
        "1. r2 · 2. First",
    ]


def test_what_was_left_empty_is_not_said() -> None:
    why = {"key": "why", "kind": "text", "names": NAMES}
    assert said(labeled(), why) == ["Yes"]


@pytest.mark.parametrize(
    ("outcome", "reason", "words"),
    [("cannot_judge", "broken", "broken fr"), ("escalate", "legal", "legal fr"),
     ("escalate", "gone", "gone")],
)  # fmt: skip
def test_not_labeling_has_its_reason(outcome: str, reason: str, words: str) -> None:
    assert said({"outcome": outcome, "reason": reason, "comment": ""}) == [words]


@pytest.mark.parametrize(("swapped", "side"), [(False, 0), (True, -1)])
def test_sides_are_named_as_they_were_seen(swapped: bool, side: int) -> None:
    schema = parse_schema(next(seed for seed in SEEDS if seed.key == "pairwise").schema())
    field = schema.main_field
    kept = field.options[0].value

    (main, *_more) = answers_in_words(
        schema,
        {"outcome": "label", "values": {field.key: kept}},
        item=Item("q", {}),
        swapped=swapped,
        language="en",
    )
    assert main.answer == field.options[side].name("en")


@pytest.mark.django_db
def test_changes_since_the_version_that_was_read_last() -> None:
    ana = UserFactory()
    first = GuidelineVersionFactory(major=1, minor=0, patch=0)
    same = {"guideline": first.guideline, "task_type": first.task_type}
    second = GuidelineVersionFactory(major=1, minor=2, patch=0, **same)
    third = GuidelineVersionFactory(major=1, minor=10, patch=0, **same)
    GuidelineVersionFactory(major=2, minor=0, patch=0, **same)
    assert changes_since_read(third, ana) == ()

    GuidelineReadingFactory(version=first, user=ana)
    assert changes_since_read(third, ana) == (third, second)
    GuidelineReadingFactory(version=third, user=ana)
    assert changes_since_read(third, ana) == (third, second)
    GuidelineReadingFactory(version=second, user=ana)
    assert changes_since_read(third, ana) == (third,)
    assert changes_since_read(first, ana) == ()
