"""Writing qualification: tests on gold items, what came of them and of quizzes.

A test has rows of its own. It is no work: it fills no place, counts in no figure, and its items are
never served to the same person again, neither as gold nor in another test.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.models import GuidelineVersion, QuizAttempt
from touchstone.apps.guidelines.policies import (
    is_swapped,
    parse_schema,
    unswapped_answers,
    validate_answers,
)
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.quality.models import (
    GoldAnswer,
    GoldTest,
    GoldTestAnswer,
    GoldTestTask,
    Qualification,
)
from touchstone.apps.quality.operations import AlreadyDone
from touchstone.apps.quality.policies import is_hit, pass_mark
from touchstone.apps.quality.qualified import newest_test, retest_at
from touchstone.apps.quality.queries import unseen_gold
from touchstone.lib.errors import NotVisible, Refused


class RetestTooSoon(Refused):
    """Some time must pass after a test that failed; `details["again_at"]` says until when."""

    code = "retest_too_soon"


class TooFewTestItems(Refused):
    """There are not enough gold items that this person has never seen."""

    code = "too_few_test_items"


@transaction.atomic
def start_test(*, plan: Plan, locale_tag: str, by: User, at: datetime) -> GoldTest:
    """Draw a test in one locale of a plan; one that is under way is gone on with.

    :raises RetestTooSoon: the last test failed less than `RETEST_WAIT` ago.
    :raises TooFewTestItems: the project has too little gold left for this person.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # one test at a time
    version = plan.guideline_version
    last = newest_test(project=plan.project, user=by, locale_tag=locale_tag)
    if last is not None and is_under_way(last, version):
        return last
    wait = retest_at(last)
    if wait is not None and at < wait:
        raise RetestTooSoon(
            _("You can take another test later. Practise meanwhile."), again_at=wait
        )
    return _drawn(plan, locale_tag, 1 + (last.attempt if last else 0), by, at)


def is_under_way(test: GoldTest, version: GuidelineVersion) -> bool:
    """Whether a test is to be gone on with: it is not over, and is about this major version."""
    asked = test.guideline_version
    same = (asked.guideline_id, asked.major) == (version.guideline_id, version.major)
    return same and not hasattr(test, "qualification")


def _drawn(plan: Plan, locale_tag: str, attempt: int, by: User, at: datetime) -> GoldTest:
    size = plan.gold_test_size
    items = unseen_gold(project=plan.project, annotator=by, locale_tags=[locale_tag], count=size)
    if len(items) < size:
        raise TooFewTestItems(
            _(
                "There are not enough items for a test in this language now. Ask the project owner "
                "to add some; nothing was started."
            )
        )
    standard = plan.locales.get(locale=locale_tag).gold_accuracy
    test = GoldTest.objects.create(
        project=plan.project,
        user=by,
        locale_id=locale_tag,
        attempt=attempt,
        plan=plan,
        guideline_version=plan.guideline_version,
        size=size,
        pass_mark=pass_mark(size, float(standard)).right,
        standard=standard,
        started_at=at,
    )
    GoldTestTask.objects.bulk_create(
        GoldTestTask(test=test, item_id=item, position=place)
        for place, item in enumerate(items, start=1)
    )
    record(
        event="quality.test.started",
        subject=test,
        by=by,
        at=at,
        project_id=plan.project_id,
        locale=locale_tag,
        size=size,
        pass_mark=test.pass_mark,
    )
    return test


@transaction.atomic
def answer_test(
    *, project: Project, task_id: UUID, answers: Mapping[str, object], by: User, at: datetime
) -> GoldTestAnswer:
    """Keep one answer of a test; the last one ends it with a `Qualification`.

    Every item of a test has a right answer, so not to judge one is not right. An item whose gold
    was retired meanwhile is held against nobody.

    :raises NotVisible: it is no task of this person's tests on this project.
    :raises AlreadyDone: it was answered; the first answer is kept.
    :raises InvalidAnswers: the answers do not fit the schema; nothing was kept.
    """
    task = _own_task(project, task_id, by)
    if GoldTestAnswer.objects.filter(task=task).exists():
        raise AlreadyDone(_("You have answered this one already. Your first answer is kept."))
    schema = parse_schema(task.test.plan.task_type.schema)
    swapped = is_swapped(schema, task.pk)
    answered = validate_answers(
        schema,
        unswapped_answers(schema, answers, swapped),
        query=task.item.query.text,
        content=task.item.content,
    )
    gold = GoldAnswer.objects.get(item=task.item_id)
    hit = answered.grade is not None and is_hit(answered.grade, gold.accepted)
    answer = GoldTestAnswer.objects.create(
        task=task,
        outcome=answered.outcome,
        grade=answered.grade,
        answers=answered.stored,
        swapped=swapped,
        accepted=gold.accepted,
        hit=hit or gold.retired_at is not None,
        at=at,
    )
    record(
        event="quality.test.answered",
        subject=answer,
        by=by,
        at=at,
        project_id=task.test.project_id,
        test=task.test_id,
    )
    _end_when_whole(task.test, at)
    return answer


def _own_task(project: Project, task_id: UUID, by: User) -> GoldTestTask:
    """A task of one's own test, whose test waits for us: its last answer must end it once."""
    found = (
        GoldTestTask.objects.select_related("test__plan__task_type", "item__query")
        .filter(pk=task_id, test__user=by, test__project=project)
        .first()
    )
    if found is None:
        raise NotVisible(_("There is no such task."))
    GoldTest.objects.select_for_update(no_key=True).get(pk=found.test_id)
    return found


def _end_when_whole(test: GoldTest, at: datetime) -> None:
    hits = list(GoldTestAnswer.objects.filter(task__test=test).values_list("hit", flat=True))
    if len(hits) < test.size:
        return
    _decide(
        Qualification(
            user=test.user,
            project=test.project,
            locale=test.locale,
            guideline=test.guideline_version.guideline,
            major=test.guideline_version.major,
            gold_test=test,
            score=sum(hits),
            n=test.size,
            pass_mark=test.pass_mark,
            passed=sum(hits) >= test.pass_mark,
            at=at,
            expires_at=at + timedelta(days=test.plan.qualification_days),
        )
    )


@transaction.atomic
def keep_quiz_result(
    *, attempt: QuizAttempt, version: GuidelineVersion, days: int, at: datetime
) -> Qualification:
    """Keep what an attempt at a quiz means for work under `version`; a pass holds for `days`."""
    return _decide(
        Qualification(
            user=attempt.user,
            guideline=version.guideline,
            major=version.major,
            quiz_attempt=attempt,
            score=attempt.right,
            n=attempt.n,
            pass_mark=attempt.pass_mark,
            passed=attempt.passed,
            at=at,
            expires_at=at + timedelta(days=days),
        )
    )


def _decide(found: Qualification) -> Qualification:
    found.save(force_insert=True)
    record(
        event="quality.qualification.decided",
        subject=found,
        by=found.user,
        at=found.at,
        project_id=found.project_id,
        passed=found.passed,
        score=found.score,
        n=found.n,
        expires_at=found.expires_at.isoformat(),
    )
    return found
