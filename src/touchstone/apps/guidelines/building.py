"""Making a task type together with the guideline that teaches it, so that it can be planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from touchstone.apps.guidelines.models import Guideline, GuidelineVersion, TaskType
from touchstone.apps.guidelines.operations import (
    create_guideline,
    create_task_type,
    publish_version,
)
from touchstone.apps.guidelines.outlines import outline
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.guidelines.practice import BrokenPractice, parse_practice
from touchstone.apps.guidelines.queries import lessons_of, versions
from touchstone.apps.guidelines.reading import NAMED_IN
from touchstone.apps.people.models import User


@dataclass(frozen=True)
class TaskTypeDraft:
    """A task type as somebody wrote it; `follows` is the version they started from, 0 for none."""

    key: str
    name_en: str
    name_fr: str
    schema: Mapping[str, object]
    follows: int = 0


@dataclass(frozen=True)
class GuidelineDraft:
    """What teaches a task type. A language without a text gets one made from the schema.

    `guideline` moves on to the new version and its `changes` are told; without one a new guideline
    is opened under the key of the task type.
    """

    title_en: str
    title_fr: str
    texts: Mapping[str, str]
    guideline: Guideline | None = None
    changes: str = ""


@dataclass(frozen=True)
class Built:
    """What was made. `practice_left` says that the old practice examples do not fit any more."""

    task_type: TaskType
    version: GuidelineVersion | None
    practice_left: bool = False


@transaction.atomic
def build_task_type(
    *, draft: TaskTypeDraft, guideline: GuidelineDraft | None, by: User, at: datetime
) -> Built:
    """Publish a task type, or its next version, and with `guideline` what teaches it.

    A guideline that moves on keeps its quiz, and its practice examples as far as they still fit.

    :raises BrokenSchema: the schema cannot be used.
    :raises TaskTypeRefused: as `create_task_type` has it.
    :raises GuidelineRefused: as `create_guideline` and `publish_version` have it.
    """
    task_type = create_task_type(
        key=draft.key,
        name_en=draft.name_en,
        name_fr=draft.name_fr,
        schema=draft.schema,
        follows=draft.follows,
        by=by,
        at=at,
    )
    if guideline is None:
        return Built(task_type, None)
    if guideline.guideline is None:
        return Built(task_type, _open(task_type, guideline, by, at))
    return _move_on(guideline.guideline, task_type, guideline, by, at)


def _open(task_type: TaskType, draft: GuidelineDraft, by: User, at: datetime) -> GuidelineVersion:
    opened = create_guideline(
        key=task_type.key,
        task_type=task_type,
        title_en=draft.title_en,
        title_fr=draft.title_fr,
        by=by,
        at=at,
    )
    texts = _texts(task_type, draft)
    return publish_version(
        guideline=opened, major=1, minor=0, patch=0, texts=texts, changes="", by=by, at=at
    )


def _move_on(
    guideline: Guideline, task_type: TaskType, draft: GuidelineDraft, by: User, at: datetime
) -> Built:
    newest = versions().filter(guideline=guideline).first()
    quiz, practice = lessons_of(newest) if newest else ({}, [])
    fits = _fits(practice, task_type)
    version = publish_version(
        guideline=guideline,
        major=newest.major + 1 if newest else 1,
        minor=0,
        patch=0,
        texts=_texts(task_type, draft),
        changes=draft.changes,
        task_type=task_type,
        quiz=quiz or None,
        practice=practice if practice and fits else None,
        by=by,
        at=at,
    )
    return Built(task_type, version, practice_left=bool(practice) and not fits)


def _fits(practice: Sequence[Any], task_type: TaskType) -> bool:
    try:
        parse_practice(practice, parse_schema(task_type.schema))
    except BrokenPractice:
        return False
    return True


def _texts(task_type: TaskType, draft: GuidelineDraft) -> dict[str, str]:
    schema, titles = parse_schema(task_type.schema), {"en": draft.title_en, "fr": draft.title_fr}
    written = {language: text for language, text in draft.texts.items() if text.strip()}
    return {
        language: outline(schema, titles[language], language) for language in NAMED_IN
    } | written
