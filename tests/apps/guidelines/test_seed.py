"""The task types and guidelines that ship: there once, complete in their languages."""

import re
from datetime import UTC, datetime
from itertools import chain

import pytest
from django.conf import settings

from tests.factories.people import UserFactory
from touchstone.apps.guidelines.models import Guideline, GuidelineVersion, TaskType
from touchstone.apps.guidelines.operations import publish_version, seed_task_types
from touchstone.apps.guidelines.policies import LabelSchema, parse_schema
from touchstone.apps.guidelines.queries import (
    guideline_html,
    languages_of,
    newest_version,
    schema_of,
    task_type,
    text_of,
)
from touchstone.apps.guidelines.seeds import SEEDS, Seed
from touchstone.workbench.questions import RESERVED

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEY = "graded-relevance"

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # each seeds every task type


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
    assert (TaskType.objects.count(), Guideline.objects.count()) == (len(SEEDS), len(SEEDS))


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


each_seed = pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.key)


def named(schema: LabelSchema) -> list[tuple[str, object]]:
    """Everything of a schema that the screen says by name."""
    options = chain.from_iterable(field.options for field in schema.fields)
    return [
        (getattr(thing, "key", None) or str(getattr(thing, "value", "")), thing)
        for thing in chain(schema.fields, options, schema.cannot_judge, schema.escalate)
    ]


def test_ten_task_types_ship_under_their_own_keys() -> None:
    assert len({seed.key for seed in SEEDS}) == len(SEEDS) == 10
    assert all(seed.name_fr != seed.name_en and seed.title_fr for seed in SEEDS)


@each_seed
def test_a_task_type_is_named_in_every_language_of_the_workbench(seed: Seed) -> None:
    languages = {code for code, _name in settings.WORKBENCH_LANGUAGES}

    for name, thing in named(parse_schema(seed.schema())):
        names = thing.names  # type: ignore[attr-defined]
        assert languages <= names.keys(), name
        assert all(text == text.strip() != "" for text in names.values()), name
        helped = thing.help  # type: ignore[attr-defined]
        assert not helped or {"en", "fr"} <= helped.keys(), name


@each_seed
def test_two_options_of_a_question_never_have_the_same_name(seed: Seed) -> None:
    schema = parse_schema(seed.schema())

    for options in [*(f.options for f in schema.fields), schema.cannot_judge, schema.escalate]:
        for language, _name in settings.WORKBENCH_LANGUAGES:
            names = [option.name(language) for option in options]
            assert len(set(names)) == len(names), (language, names)


@each_seed
def test_every_option_has_a_key_of_its_own_that_the_screen_leaves_free(seed: Seed) -> None:
    for field in parse_schema(seed.schema()).fields:
        keys = [option.hotkey for option in field.options]
        assert all(keys) and not RESERVED & set(keys), field.key


@each_seed
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_guideline_teaches_the_scale_and_the_ways_out(seed: Seed, language: str) -> None:
    """Every option of the label and every reason stands in the text by the screen's own name."""
    schema, body = parse_schema(seed.schema()), seed.texts()[language]

    for option in schema.main_field.options:
        if not option.name("en").endswith(" +"):  # a half step lies between two that are told
            assert option.name(language) in body, option.value
    if seed.key != KEY:
        for reason in (*schema.cannot_judge, *schema.escalate):
            assert f"**{reason.name(language)}**" in body, reason.value
    assert body.startswith("# ") and len(body.split()) > 500
    assert body.count("\n## ") == seed.texts()["en"].count("\n## ")
    assert body.count("\n| ") == seed.texts()["en"].count("\n| ")


@each_seed
def test_a_task_type_offers_to_escalate_and_says_what_it_measures(seed: Seed) -> None:
    schema = parse_schema(seed.schema())

    assert schema.escalate and schema.cannot_judge and schema.metric
    assert bool(schema.sides) == (schema.layout in ("pair", "lists"))


@pytest.mark.django_db
def test_some_can_be_added_alone() -> None:
    seed_task_types(by=UserFactory(), at=AT, keys=["esci"])
    assert [row.key for row in Guideline.objects.all()] == ["esci"]

    seed_task_types(by=UserFactory(), at=AT)
    assert Guideline.objects.count() == len(SEEDS)
