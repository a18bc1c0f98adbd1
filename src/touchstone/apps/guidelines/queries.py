"""Reading task types and guidelines. They are the service's own texts, so nobody is kept out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.models import (
    Guideline,
    GuidelineNote,
    GuidelinePractice,
    GuidelineQuiz,
    GuidelineReading,
    GuidelineText,
    GuidelineVersion,
    QuizAttempt,
    TaskType,
)
from touchstone.apps.guidelines.policies import LabelSchema, parse_schema, render
from touchstone.apps.guidelines.practice import Example, parse_practice
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
    return GuidelineVersion.objects.select_related("guideline__task_type", "task_type").order_by(
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


def guideline_by_key(key: str) -> Guideline:
    """One guideline.

    :raises NotVisible: there is none of this key.
    """
    found = guidelines().filter(key=key).first()
    if found is None:
        raise NotVisible(_("There is no guideline “%(key)s”.") % {"key": key})
    return found


def version_by_id(pk: int) -> GuidelineVersion:
    """One published version.

    :raises NotVisible: there is none.
    """
    found = versions().filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such version."))
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


@dataclass(frozen=True)
class Note:
    """A note to a version as somebody reads it; `language` is the one it is written in."""

    text: str
    language: str
    at: datetime


def notes_of(version: GuidelineVersion, language: str) -> tuple[Note, ...]:
    """The notes to a version, oldest first, in `language` or else in English."""
    rows = GuidelineNote.objects.filter(version=version)
    return tuple(Note(row.text_in(language), row.language_in(language), row.at) for row in rows)


def version_before(version: GuidelineVersion) -> GuidelineVersion | None:
    """The version that one took the place of."""
    older = (
        Q(major__lt=version.major)
        | Q(major=version.major, minor__lt=version.minor)
        | Q(major=version.major, minor=version.minor, patch__lt=version.patch)
    )
    return versions().filter(older, guideline=version.guideline_id).first()


def changes_since_read(version: GuidelineVersion, user: User) -> tuple[GuidelineVersion, ...]:
    """The versions up to this one after the last that `user` confirmed before it, newest first.

    Somebody who never read an older one has nothing to compare with: then there are none.
    """
    older = versions().filter(guideline=version.guideline_id)
    read = versions_read([each.pk for each in older], user) - {version.pk}
    before = [each for each in older if _place(each) < _place(version) and each.pk in read]
    if not before:
        return ()
    last = _place(before[0])
    return tuple(each for each in older if last < _place(each) <= _place(version))


def _place(version: GuidelineVersion) -> tuple[int, int, int]:
    return version.major, version.minor, version.patch


def has_read(version: GuidelineVersion, user: User) -> bool:
    """Whether `user` confirmed that they read this version."""
    return GuidelineReading.objects.filter(version=version, user=user).exists()


def versions_read(version_ids: Iterable[int], user: User) -> set[int]:
    """Which of these versions `user` confirmed to have read, by id."""
    rows = GuidelineReading.objects.filter(version__in=list(version_ids), user=user)
    return set(rows.values_list("version_id", flat=True))


def quiz_of(version: GuidelineVersion) -> GuidelineQuiz | None:
    """The quiz of a version: its own, or else the newest older one under the same major number."""
    return (
        GuidelineQuiz.objects.filter(version__in=_up_to(version))
        .order_by("-version__minor", "-version__patch")
        .first()
    )


def practice_of(version: GuidelineVersion) -> tuple[Example, ...]:
    """The practice examples of a version, found as `quiz_of` finds the quiz; maybe none.

    A schema that changes needs a major version, so older ones of this one still fit.
    """
    found = _practice_row(version)
    if found is None:
        return ()
    return parse_practice(found.examples, schema_of(found.version.task_type))


def _practice_row(version: GuidelineVersion) -> GuidelinePractice | None:
    return (
        GuidelinePractice.objects.filter(version__in=_up_to(version))
        .select_related("version__task_type")
        .order_by("-version__minor", "-version__patch")
        .first()
    )


def lessons_of(version: GuidelineVersion) -> tuple[Mapping[str, object], Sequence[Any]]:
    """The quiz and the practice examples that hold with a version, as they were published."""
    quiz, practice = quiz_of(version), _practice_row(version)
    return (quiz.content if quiz else {}), (practice.examples if practice else [])


def with_practice(versions: Iterable[GuidelineVersion]) -> set[int]:
    """Which of these versions have practice examples, their own or an older one's, by id."""
    wanted = list(versions)
    rows = GuidelinePractice.objects.filter(
        version__guideline__in={each.guideline_id for each in wanted}
    ).values_list("version__guideline", "version__major", "version__minor", "version__patch")
    found = list(rows)
    return {
        each.pk
        for each in wanted
        if any(
            (guideline, major) == (each.guideline_id, each.major)
            and (minor, patch) <= (each.minor, each.patch)
            for guideline, major, minor, patch in found
        )
    }


def _up_to(version: GuidelineVersion) -> QuerySet[GuidelineVersion]:
    same = GuidelineVersion.objects.filter(guideline=version.guideline_id, major=version.major)
    return same.filter(
        Q(minor__lt=version.minor) | Q(minor=version.minor, patch__lte=version.patch)
    )


def last_attempt(quiz: GuidelineQuiz, user: User) -> QuizAttempt | None:
    """The newest attempt of `user` at a quiz, if there is one."""
    return QuizAttempt.objects.filter(quiz=quiz, user=user).order_by("-at", "-pk").first()


def task_type_version(key: str, version: int | None = None) -> TaskType:
    """One version of a task type; the newest one when none is named.

    :raises NotVisible: there is none.
    """
    if version is None:
        return task_type(key)
    found = TaskType.objects.filter(key=key, version=version).first()
    if found is None:
        raise NotVisible(_("There is no such version."))
    return found


def task_type_versions() -> QuerySet[TaskType]:
    """Every version of every task type."""
    return TaskType.objects.all()


def versions_of_task_type(key: str) -> QuerySet[TaskType]:
    """Every version of a task type, newest first."""
    return TaskType.objects.filter(key=key).order_by("-version")


def guidelines_of(keys: Iterable[str]) -> dict[str, list[Guideline]]:
    """The guidelines that teach these task types, by the key of the task type."""
    found: dict[str, list[Guideline]] = {}
    for each in guidelines().filter(task_type__key__in=list(keys)):
        found.setdefault(each.task_type.key, []).append(each)
    return found
