"""Task types and guidelines: the graded relevance scale that ships, with a text of one line."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from tests.factories.people import UserFactory
from touchstone.apps.guidelines.models import (
    Guideline,
    GuidelineReading,
    GuidelineText,
    GuidelineVersion,
    TaskType,
)
from touchstone.apps.guidelines.seeds import SEEDS

PUBLISHED_AT = datetime(2026, 3, 3, 9, tzinfo=UTC)


def graded_relevance() -> dict[str, object]:
    """The schema of graded relevance, 0 to 3, as JSON; a new object each time."""
    return next(seed.schema() for seed in SEEDS if seed.key == "graded-relevance")


class TaskTypeFactory(DjangoModelFactory):
    class Meta:
        model = TaskType

    key = factory.Sequence(lambda n: f"task-type-{n}")
    name_en = "Relevance"
    name_fr = "Pertinence"
    schema = factory.LazyFunction(graded_relevance)
    created_at = PUBLISHED_AT


class GuidelineFactory(DjangoModelFactory):
    class Meta:
        model = Guideline

    key = factory.Sequence(lambda n: f"guideline-{n}")
    task_type = factory.SubFactory(TaskTypeFactory)
    title_en = "How to judge"
    title_fr = "Comment juger"


class GuidelineTextFactory(DjangoModelFactory):
    class Meta:
        model = GuidelineText

    version = factory.SubFactory("tests.factories.guidelines.GuidelineVersionFactory", text=None)
    language = "en"
    body = "Read the query, then the result."


class GuidelineVersionFactory(DjangoModelFactory):
    """A published version with an English text (`text=None` for none, `text__body=…` for yours)."""

    class Meta:
        model = GuidelineVersion
        skip_postgeneration_save = True

    guideline = factory.SubFactory(GuidelineFactory)
    task_type = factory.SelfAttribute("guideline.task_type")
    major = 1
    minor = 0
    patch = 0
    published_by = factory.SubFactory(UserFactory)
    published_at = PUBLISHED_AT
    text = factory.RelatedFactory(GuidelineTextFactory, factory_related_name="version")


class GuidelineReadingFactory(DjangoModelFactory):
    class Meta:
        model = GuidelineReading

    version = factory.SubFactory(GuidelineVersionFactory)
    user = factory.SubFactory(UserFactory)
    language = "en"
    read_at = PUBLISHED_AT
