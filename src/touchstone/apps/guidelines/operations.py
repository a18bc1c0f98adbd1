"""Writing task types and guidelines. What is published never changes; a correction is a version."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from touchstone.apps.guidelines import seeds, teaching
from touchstone.apps.guidelines.models import (
    Guideline,
    GuidelineNote,
    GuidelineReading,
    GuidelineText,
    GuidelineVersion,
    TaskType,
)
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.guidelines.queries import text_of
from touchstone.apps.guidelines.schemas import FALLBACK
from touchstone.apps.ledger.operations import record
from touchstone.apps.markets.policies import LANGUAGES
from touchstone.apps.people.models import User
from touchstone.lib.errors import Refused

LONGEST_NOTE = 1000
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
LONGEST_NAME = 120


class TaskTypeRefused(Refused):
    """A task type cannot be as asked; `details["field"]` names what is wrong, where it is one."""

    code = "task_type_refused"


class GuidelineRefused(Refused):
    """A guideline or one of its versions cannot be as asked."""

    code = "guideline_refused"


class MajorVersionNeeded(GuidelineRefused):
    """The schema changes, so answers under the old and the new version cannot be mixed."""

    code = "major_version_needed"


@transaction.atomic
def create_task_type(
    *,
    key: str,
    name_en: str,
    name_fr: str,
    schema: Mapping[str, object],
    follows: int | None = None,
    by: User,
    at: datetime,
) -> TaskType:
    """Add a kind of question, or the next version of one.

    `follows` is the version that the caller started from, 0 for none; without it, whatever is
    newest.

    :raises BrokenSchema: the schema cannot be used.
    :raises TaskTypeRefused: the key or a name cannot be used, the newest version is not the one
        that this follows, or it has this very schema.
    """
    parse_schema(schema)
    _check_names(key, name_en, name_fr)
    newest = TaskType.objects.filter(key=key).order_by("-version").first()
    _check_follows(newest, key, follows)
    if newest is not None and newest.schema == schema:
        raise TaskTypeRefused(
            _("Version %(version)d of “%(key)s” has this schema already.")
            % {"version": newest.version, "key": key}
        )
    version = newest.version + 1 if newest else 1
    try:
        with transaction.atomic():
            task_type = TaskType.objects.create(
                key=key,
                version=version,
                name_en=name_en.strip(),
                name_fr=name_fr.strip(),
                schema=schema,
                created_at=at,
            )
    except IntegrityError as error:  # two people at the same moment; the second one looks again
        raise _taken(key, version) from error
    record(
        event="guidelines.tasktype.created",
        subject=task_type,
        by=by,
        at=at,
        key=key,
        version=task_type.version,
    )
    return task_type


def _check_names(key: str, name_en: str, name_fr: str) -> None:
    if not KEY.fullmatch(key):
        raise TaskTypeRefused(
            _(
                "“%(key)s” is not a key for a task type: at most 60 small letters, digits, - "
                "and _, a letter or a digit first."
            )
            % {"key": key},
            field="key",
        )
    if not name_en.strip() or not name_fr.strip():
        raise TaskTypeRefused(_("Name the task type in English and in French."))
    if max(len(name_en.strip()), len(name_fr.strip())) > LONGEST_NAME:
        raise TaskTypeRefused(_("A name has at most %(most)d characters.") % {"most": LONGEST_NAME})


def _check_follows(newest: TaskType | None, key: str, follows: int | None) -> None:
    if follows is None or follows == (newest.version if newest else 0):
        return
    if newest is None:
        raise TaskTypeRefused(_("There is no task type “%(key)s”.") % {"key": key}, field="key")
    raise _taken(key, newest.version)


def _taken(key: str, version: int) -> TaskTypeRefused:
    if version == 1:
        message = _("There is a task type “%(key)s” already. Publish its next version instead.")
    else:
        message = _(
            "Somebody published version %(version)d of “%(key)s” meanwhile. Look at it before you "
            "publish yours after it."
        )
    return TaskTypeRefused(message % {"key": key, "version": version}, field="key")


@transaction.atomic
def create_guideline(
    *, key: str, task_type: TaskType, title_en: str, title_fr: str, by: User, at: datetime
) -> Guideline:
    """Open a guideline for a task type; it teaches nothing until a version is published.

    :raises GuidelineRefused: a title is missing or the key is taken.
    """
    if not title_en.strip() or not title_fr.strip():
        raise GuidelineRefused(_("Give the guideline a title in English and in French."))
    if Guideline.objects.filter(key=key).exists():
        raise GuidelineRefused(_("There is a guideline “%(key)s” already.") % {"key": key})
    guideline = Guideline.objects.create(
        key=key, task_type=task_type, title_en=title_en, title_fr=title_fr
    )
    record(event="guidelines.guideline.created", subject=guideline, by=by, at=at, key=key)
    return guideline


@transaction.atomic
def publish_version(
    *,
    guideline: Guideline,
    major: int,
    minor: int,
    patch: int,
    texts: Mapping[str, str],
    changes: str,
    task_type: TaskType | None = None,
    quiz: Mapping[str, object] | None = None,
    practice: Sequence[object] | None = None,
    by: User,
    at: datetime,
) -> GuidelineVersion:
    """Publish the texts of a version, by language; the English one is what others fall back to.

    `task_type` moves the guideline to another version of its task type. A minor version without
    `quiz` or `practice` keeps those of the version before it.

    :raises GuidelineRefused: the version does not follow the newest one, the changes are not
        told, the English text is missing, a text is empty or in a language we do not speak.
    :raises MajorVersionNeeded: the schema changes and the major number does not.
    :raises BrokenQuiz: the quiz cannot be used.
    :raises BrokenPractice: the practice examples cannot be used.
    """
    guideline.refresh_from_db(from_queryset=Guideline.objects.select_for_update())
    newest = guideline.versions.order_by("-major", "-minor", "-patch").first()
    _check_number(newest, (major, minor, patch), changes)
    _check_texts(texts)
    _move_to(guideline, task_type or guideline.task_type, newest, major)
    version = GuidelineVersion.objects.create(
        guideline=guideline,
        task_type_id=guideline.task_type_id,
        major=major,
        minor=minor,
        patch=patch,
        changes=changes,
        published_by=by,
        published_at=at,
    )
    GuidelineText.objects.bulk_create(
        [GuidelineText(version=version, language=key, body=texts[key]) for key in sorted(texts)]
    )
    teaching.keep(version=version, quiz=quiz, practice=practice)
    record(
        event="guidelines.version.published",
        subject=version,
        by=by,
        at=at,
        guideline=guideline.key,
        version=str(version),
        languages=sorted(texts),
    )
    return version


def _check_number(
    newest: GuidelineVersion | None, number: tuple[int, int, int], changes: str
) -> None:
    if newest is None:
        return
    if number <= (newest.major, newest.minor, newest.patch):
        raise GuidelineRefused(
            _("Version %(newest)s is published; the next one needs a higher number.")
            % {"newest": newest}
        )
    if not changes.strip():
        raise GuidelineRefused(
            _("Say what changes since version %(newest)s.") % {"newest": newest}, field="changes"
        )


def _check_texts(texts: Mapping[str, str]) -> None:
    if FALLBACK not in texts:
        raise GuidelineRefused(_("The English text is missing; other languages fall back to it."))
    strange = sorted(set(texts) - set(LANGUAGES))
    if strange:
        raise GuidelineRefused(
            _("The service does not speak “%(language)s”.") % {"language": ", ".join(strange)}
        )
    empty = sorted(language for language, body in texts.items() if not body.strip())
    if empty:
        raise GuidelineRefused(
            _("A text is empty in: %(languages)s.") % {"languages": ", ".join(empty)}
        )


def _move_to(
    guideline: Guideline, task_type: TaskType, newest: GuidelineVersion | None, major: int
) -> None:
    if task_type.pk == guideline.task_type_id:
        return
    if task_type.key != guideline.task_type.key:
        raise GuidelineRefused(_("A guideline stays with its task type; open another one."))
    changed = task_type.schema != guideline.task_type.schema
    if changed and newest is not None and major <= newest.major:
        raise MajorVersionNeeded(
            _("The label schema changes, so this must be version %(major)d.0.0 or later.")
            % {"major": newest.major + 1}
        )
    guideline.task_type = task_type
    guideline.save(update_fields=["task_type"])


@transaction.atomic
def confirm_reading(
    *, version: GuidelineVersion, language: str, by: User, at: datetime
) -> GuidelineReading:
    """Keep that somebody read a version; a second confirmation returns the first.

    The language kept is the one they were shown: English where there is no text in theirs.
    """
    reading, new = GuidelineReading.objects.get_or_create(
        version=version,
        user=by,
        defaults={"language": text_of(version, language).language, "read_at": at},
    )
    if new:
        record(
            event="guidelines.version.read",
            subject=version,
            by=by,
            at=at,
            language=reading.language,
        )
    return reading


@transaction.atomic
def add_note(
    *, version: GuidelineVersion, text_en: str, text_fr: str, by: User, at: datetime
) -> GuidelineNote:
    """Clarify a version; nobody has to confirm it anew, for no right answer changes.

    :raises GuidelineRefused: the English text is missing, or a text is too long for a note.
    """
    texts = text_en.strip(), text_fr.strip()
    if not texts[0]:
        raise GuidelineRefused(_("Write the note in English; other languages fall back to it."))
    if max(map(len, texts)) > LONGEST_NOTE:
        raise GuidelineRefused(
            _("A note has at most %(most)d characters. What needs more is a new version.")
            % {"most": LONGEST_NOTE}
        )
    note = GuidelineNote.objects.create(
        version=version, text_en=texts[0], text_fr=texts[1], by=by, at=at
    )
    record(
        event="guidelines.note.added",
        subject=note,
        by=by,
        at=at,
        guideline=version.guideline.key,
        version=str(version),
    )
    return note


@transaction.atomic
def seed_task_types(*, by: User, at: datetime, keys: Collection[str] | None = None) -> None:
    """Add the task types and guidelines that the service starts with, where they are missing.

    `keys` names some of them; all are added without it. What exists is left as it is: people
    publish later versions themselves.
    """
    there = set(Guideline.objects.values_list("key", flat=True))
    for seed in seeds.SEEDS:
        if seed.key in there or (keys is not None and seed.key not in keys):
            continue
        task_type = TaskType.objects.filter(key=seed.key).order_by("-version").first()
        guideline = create_guideline(
            key=seed.key,
            task_type=task_type or _create_seeded(seed, by, at),
            title_en=seed.title_en,
            title_fr=seed.title_fr,
            by=by,
            at=at,
        )
        publish_version(
            guideline=guideline,
            major=1,
            minor=0,
            patch=0,
            texts=seed.texts(),
            changes="",
            quiz=teaching.seeded_quiz(seed.key),
            practice=teaching.seeded_practice(seed.key),
            by=by,
            at=at,
        )


def _create_seeded(seed: seeds.Seed, by: User, at: datetime) -> TaskType:
    return create_task_type(
        key=seed.key,
        name_en=seed.name_en,
        name_fr=seed.name_fr,
        schema=seed.schema(),
        by=by,
        at=at,
    )
