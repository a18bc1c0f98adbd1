"""Reading qualification: what somebody holds, the test they are at, the gold there is for tests.

What is given out about a test task never says what its right answer is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q

from touchstone.apps.guidelines.models import GuidelineVersion
from touchstone.apps.guidelines.policies import LabelSchema, is_swapped, parse_schema, presented
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.quality.models import GoldAnswer, GoldTest, GoldTestTask, Qualification
from touchstone.apps.quality.policies import RETEST_WAIT


@dataclass(frozen=True)
class Held:
    """What somebody has passed and still holds: quizzes by (guideline, major), tests likewise."""

    quizzes: frozenset[tuple[int, int]]
    tests: frozenset[tuple[int, int, int, str]]

    def quiz(self, version: GuidelineVersion) -> bool:
        """Whether the quiz of a version is passed."""
        return (version.guideline_id, version.major) in self.quizzes

    def test(self, project_id: int, version: GuidelineVersion, locale_tag: str) -> bool:
        """Whether the test of a project in one locale is passed."""
        return (version.guideline_id, version.major, project_id, locale_tag) in self.tests

    def lacks(self, plan: Plan, locale_tag: str) -> str:
        """What is still to be passed before labeling in a locale: `quiz`, `test` or nothing."""
        if plan.quiz_required and not self.quiz(plan.guideline_version):
            return "quiz"
        version = plan.guideline_version
        if plan.gold_test_size and not self.test(plan.project_id, version, locale_tag):
            return "test"
        return ""


def held_by(user: User, guideline_ids: Iterable[int], at: datetime) -> Held:
    """What `user` holds at a moment under some guidelines, in one look at an index.

    Without any guideline there is nothing to look up.
    """
    rows = Qualification.objects.filter(
        user=user, guideline__in=list(guideline_ids), passed=True, expires_at__gt=at
    ).values_list("guideline_id", "major", "project_id", "locale_id")
    found = list(rows)
    return Held(
        quizzes=frozenset((g, major) for g, major, project, _tag in found if project is None),
        tests=frozenset((g, m, p, tag) for g, m, p, tag in found if p is not None and tag),
    )


def newest_test(*, project: Project, user: User, locale_tag: str) -> GoldTest | None:
    """The last test that somebody started, with what came of it."""
    return (
        GoldTest.objects.select_related("qualification", "guideline_version", "plan__task_type")
        .filter(project=project, user=user, locale=locale_tag)
        .order_by("-attempt")
        .first()
    )


def retest_at(test: GoldTest | None) -> datetime | None:
    """When another test may start; None when nothing has to be waited for."""
    ended = getattr(test, "qualification", None)
    return None if ended is None or ended.passed else ended.at + RETEST_WAIT


def newest_result(user: User, plan: Plan, locale_tag: str | None) -> Qualification | None:
    """What came of the last quiz (`locale_tag` None) or of the last test in a locale."""
    version = plan.guideline_version
    rows = Qualification.objects.filter(
        user=user, guideline=version.guideline_id, major=version.major
    )
    if locale_tag is None:
        rows = rows.filter(project=None)
    else:
        rows = rows.filter(project=plan.project_id, locale=locale_tag)
    return rows.order_by("-at", "-pk").first()


@dataclass(frozen=True)
class TaskOfTest:
    """What is shown of one task of a test."""

    pk: UUID
    position: int
    query: str
    locale: str
    direction: str
    content: Mapping[str, object]
    schema: LabelSchema
    schema_json: Mapping[str, object]


def next_task(test: GoldTest) -> TaskOfTest | None:
    """The first task without an answer; None when the test is over."""
    row = (
        GoldTestTask.objects.select_related("item__query__locale")
        .filter(test=test, answer=None)
        .order_by("position")
        .first()
    )
    if row is None:
        return None
    given = test.plan.task_type.schema
    schema = parse_schema(given)
    return TaskOfTest(
        pk=row.pk,
        position=row.position,
        query=row.item.query.text,
        locale=row.item.query.locale_id,
        direction=row.item.query.locale.direction,
        content=presented(schema, row.item.content, is_swapped(schema, row.pk)),
        schema=schema,
        schema_json=given,
    )


def gold_by_locale(project: Project) -> dict[str, int]:
    """How many gold items a project has in use, by locale tag."""
    rows = (
        GoldAnswer.objects.filter(project=project, retired_at=None)
        .values(tag=F("item__query__locale"))
        .annotate(n=Count("pk"))
    )
    return {row["tag"]: row["n"] for row in rows}


@dataclass(frozen=True)
class QualificationCounts:
    """How many people tried and how many passed, quiz or test, under one guideline version."""

    tried: int
    passed: int


def counts_of_tests(plan: Plan) -> dict[str, QualificationCounts]:
    """How the tests of a plan's project went under its guideline, by locale tag."""
    version = plan.guideline_version
    rows = (
        Qualification.objects.filter(
            project=plan.project_id, guideline=version.guideline_id, major=version.major
        )
        .values("locale")
        .annotate(
            tried=Count("user", distinct=True),
            through=Count("user", distinct=True, filter=Q(passed=True)),
        )
    )
    return {row["locale"]: QualificationCounts(row["tried"], row["through"]) for row in rows}
