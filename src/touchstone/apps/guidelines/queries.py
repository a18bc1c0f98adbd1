"""Reading task types and guidelines. They are the service's own texts, so nobody is kept out."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.models import (
    Guideline,
    GuidelineReading,
    GuidelineText,
    GuidelineVersion,
    TaskType,
)
from touchstone.apps.guidelines.policies import LabelSchema, parse_schema, render
from touchstone.apps.guidelines.schemas import FALLBACK
from touchstone.apps.people.models import User
from touchstone.lib.errors import NotVisible


def task_types() -> QuerySet[TaskType]:
    """Every task type in its newest version, by key."""
    return TaskType.objects.order_by("key", "-version").distinct("key")


def task_type(key: str) -> TaskType:
    """The newest version of a task type.

    :raises NotVisible: there is none.
    """
    found = task_types().filter(key=key).first()
    if found is None:
        raise NotVisible(_("There is no task type “%(key)s”.") % {"key": key})
    return found


def schema_of(task_type: TaskType) -> LabelSchema:
    """The label schema of a task type, read."""
    return parse_schema(task_type.schema)


def guidelines() -> QuerySet[Guideline]:
    """Every guideline with its task type, by key."""
    return Guideline.objects.select_related("task_type")


def versions() -> QuerySet[GuidelineVersion]:
    """Every published version with its guideline and task type, newest first."""
    return GuidelineVersion.objects.select_related("guideline__task_type").order_by(
        "guideline__key", "-major", "-minor", "-patch"
    )


def newest_version(guideline_key: str) -> GuidelineVersion:
    """The newest published version of a guideline.

    :raises NotVisible: there is none.
    """
    found = versions().filter(guideline__key=guideline_key).first()
    if found is None:
        raise NotVisible(_("No guideline “%(key)s” has been published.") % {"key": guideline_key})
    return found


def languages_of(version: GuidelineVersion) -> tuple[str, ...]:
    """The languages in which a version can be read."""
    return tuple(version.texts.order_by("language").values_list("language", flat=True))


def text_of(version: GuidelineVersion, language: str) -> GuidelineText:
    """The text of a version in `language` (`fr-CA` reads `fr`), or else in English.

    Each published version has an English text.
    """
    texts = {text.language: text for text in version.texts.all()}
    return texts.get(language) or texts.get(language.split("-")[0]) or texts[FALLBACK]


def guideline_html(version: GuidelineVersion, language: str) -> SafeString:
    """The text of a version as HTML that is safe to put into a page."""
    return render(text_of(version, language).body)


def has_read(version: GuidelineVersion, user: User) -> bool:
    """Whether `user` confirmed that they read this version."""
    return GuidelineReading.objects.filter(version=version, user=user).exists()


def versions_read(version_ids: Iterable[int], user: User) -> set[int]:
    """Which of these versions `user` confirmed to have read, by id."""
    rows = GuidelineReading.objects.filter(version__in=list(version_ids), user=user)
    return set(rows.values_list("version_id", flat=True))
