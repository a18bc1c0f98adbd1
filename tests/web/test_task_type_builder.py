"""A label schema as forms and back, and where each fault is shown."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.built import TEACHING, again
from tests.workbench import samples
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.guidelines.seeds import SEEDS
from touchstone.web.forms.samples import BadLines, content_of, lines_of, sample_of
from touchstone.web.forms.task_type_builder import Builder
from touchstone.web.forms.task_types import SchemaForm

pytestmark = pytest.mark.django_db

NAMES = {"name_en": "Ours", "name_fr": "Le nôtre"}
FOUR = samples.plain_schema("result")


def started(schema: dict[str, Any], **initial: str) -> Builder:
    return Builder.started(schema, NAMES | initial, TEACHING)


class TestRoundTrip:
    @pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.key)
    def test_a_template_comes_back_as_it_was(self, seed: Any) -> None:
        builder = again(started(seed.schema()))

        assert builder.is_valid(), [each.form.errors for each in builder.questions]
        assert parse_schema(builder.schema()) == parse_schema(seed.schema())

    def test_every_kind_of_question_comes_back(self) -> None:
        schema = samples.plain_schema("query", *samples.every_kind())
        builder = again(started(schema))

        assert builder.is_valid()
        assert parse_schema(builder.schema()) == parse_schema(schema)


class TestRows:
    def test_they_are_read_in_the_order_of_the_page(self) -> None:
        schema = samples.plain_schema("result", {"key": "why", "kind": "text",
                                                 "names": samples.named("Why")})  # fmt: skip
        builder = again(started(schema), question=["q2", "q1"])

        assert builder.is_valid()
        assert [field["key"] for field in builder.schema()["fields"]] == ["why", "grade"]

    def test_a_row_without_its_marker_is_gone(self) -> None:
        builder = again(started(FOUR), **{"q1-answers": ["q1-a1", "q1-a2"]})

        assert builder.is_valid()
        assert [each["value"] for each in builder.schema()["fields"][0]["options"]] == [0, 1]

    def test_an_untouched_row_is_left_out(self) -> None:
        builder = again(started(FOUR), cannot_judge=["c1", "c2", "c9"])

        assert builder.is_valid()
        assert len(builder.schema()["cannot_judge"]) == 2

    def test_a_marker_that_is_no_prefix_is_nothing(self) -> None:
        assert len(again(started(FOUR), question=["q1", '"><script>', "q1"]).questions) == 1

    def test_keys_come_from_the_english_names(self) -> None:
        builder = again(
            started(samples.plain_schema("result", {
                "key": "flags", "kind": "multiple", "names": samples.named("Any flags?"),
                "options": samples.choices("old", "dear"),
            })),
            **{"q2-key": "", "q2-a1-value": "", "q2-a1-name_en": "2 Years out of date"},
        )  # fmt: skip

        assert builder.is_valid()
        flags = builder.schema()["fields"][1]
        assert flags["key"] == "any_flags"
        assert [each["value"] for each in flags["options"]] == ["years_out_of_date", "dear"]
        assert builder.form.type_key() == "ours"


class TestFaults:
    @pytest.mark.parametrize(
        ("changes", "piece", "name", "says"),
        [
            ({"name_fr": ""}, "form", "name_fr", "required"),
            ({"q1-name_en": ""}, "q1", "name_en", "required"),
            ({"q1-key": "Not a key"}, "q1", "key", "Small letters"),
            ({"q1-required": ""}, "form", None, "must be required"),
            ({"q1-a2-name_fr": ""}, "q1-a2", "name_fr", "required"),
            ({"q1-a2-value": "one"}, "q1-a2", "value", "whole number"),
            ({"q1-a2-hotkey": "é"}, "q1-a2", "hotkey", "One digit"),
            ({"q1-a2-value": "3"}, "q1", None, "Said twice"),
            ({"q1-answers": ["q1-a1"]}, "q1", None, "at least two options"),
            ({"q1-more_names": "xx: Gut"}, "q1", "more_names", "no language"),
            ({"q1-kind": "nothing"}, "q1", "kind", "Select a valid choice"),
            ({"context": "title, Not-One"}, "form", "context", "is not a key"),
            ({"q1-kind": "single"}, "q1-a2", "value", "Small letters"),
            ({"q1-key": "", "q1-name_en": "كم"}, "q1", "key", "No key can be made"),
            ({"c1-value": "No!"}, "c1", "value", "Small letters"),
        ],
    )  # fmt: skip
    def test_each_is_told_where_it_is(
        self, changes: dict[str, Any], piece: str, name: str | None, says: str
    ) -> None:
        builder = again(started(FOUR), **changes)

        assert not builder.is_valid() and builder.errors
        if changes == {"q1-required": ""}:
            assert says in builder.faults["fields"]
            return
        forms: dict[str, SchemaForm] = {"form": builder.form}
        forms |= {each.prefix: each.form for each in builder.questions}
        forms |= {str(one.prefix): one for each in builder.questions for one in each.answers}
        forms |= {str(one.prefix): one for one in builder.cannot_judge}
        errors = forms[piece].errors if name else {"": forms[piece].non_field_errors()}
        assert says in str(errors.get(name or ""))

    @pytest.mark.parametrize(
        ("changes", "at", "says"),
        [
            ({"main": "q9"}, "fields", "Choose which question is the label."),
            ({"question": []}, "fields", "at least one question"),
            ({"cannot_judge": ["c1", "c2"], "c2-value": "broken"}, "cannot_judge", "Said twice"),
        ],
    )
    def test_what_is_wrong_with_a_list_is_told_at_the_list(
        self, changes: dict[str, Any], at: str, says: str
    ) -> None:
        builder = again(started(FOUR), **changes)

        assert not builder.is_valid()
        assert says in builder.faults[at]

    def test_two_sides_need_their_mirrors(self) -> None:
        builder = again(started(samples.plain_schema("pair")), sides="left, right")

        assert not builder.is_valid()
        assert "swapped" in str(builder.questions[0].form.non_field_errors())


class TestHalfWritten:
    def test_it_can_be_looked_at_nevertheless(self) -> None:
        builder = again(
            started(FOUR), **{"name_fr": "", "q1-name_fr": "", "q1-a1-name_en": "", "q1-key": "?"}
        )

        assert not builder.is_valid()
        schema = parse_schema(builder.schema(lenient=True))
        assert schema.main == "how_good"
        assert schema.main_field.names["fr"] == "How good?"
        assert schema.main_field.options[0].names["en"] == "Grade 0 (fr)"


class TestSamples:
    @pytest.mark.parametrize("layout", sorted(samples.contents("en")))
    def test_what_is_written_in_lines_comes_back(self, layout: str) -> None:
        _query, content = samples.contents("ar")[layout]
        read = content_of(lines_of(content))

        assert lines_of(read) == lines_of(content)
        assert set(read) == set(content)

    def test_parts_make_sides_and_lists(self) -> None:
        text = "left.title: A: one\nand more\nright.2.title: C\nright.1.title: B\n"
        assert content_of(text) == {
            "left": {"title": "A: one\nand more"},
            "right": [{"id": "1", "title": "B"}, {"id": "2", "title": "C"}],
        }

    @pytest.mark.parametrize("text", ["no name", "left: A\nleft.title: B", "a.b: 1\na: 2"])
    def test_what_cannot_be_read_is_refused(self, text: str) -> None:
        with pytest.raises(BadLines):
            content_of(text)

    @pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.key)
    def test_each_template_has_one_in_the_readers_language(self, seed: Any) -> None:
        layout = seed.schema().get("layout", "result")
        assert sample_of(seed.key, layout, "fr")["sample_locale"] == "fr-FR"
        assert sample_of("ours", layout, "de")["sample_locale"] == "en-US"
