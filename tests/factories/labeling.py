"""A project open for work: items in the queue, gold in its lane, annotators who know the guideline.

Filled through the product's own import, leased and answered through its own operations.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from tests.factories.items import csv_of
from tests.factories.labeled import (
    AT,
    LOCALE,
    UserFactory,
    a_locale,
    a_plan,
    an_unlabeled_project,
)
from touchstone.apps.guidelines.models import GuidelineReading
from touchstone.apps.intake.models import RequestLocale
from touchstone.apps.items.models import Item
from touchstone.apps.labeling import operations as labeling
from touchstone.apps.labeling.models import Judgment, QueueEntry
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.people.models import Fluency, Grant, Role, User
from touchstone.apps.planning.models import Membership, Plan, Project
from touchstone.flows.item_import import take_in

GOLD_GRADE = 2


@dataclass
class Floor:
    """A project where work is handed out; `annotators` are ready to begin."""

    project: Project
    plan: Plan
    annotators: list[User]

    @property
    def owner(self) -> User:
        return self.project.owner

    def item(self, key: str) -> Item:
        return Item.objects.get(project=self.project, key=key)

    def entry(self, key: str) -> QueueEntry:
        return QueueEntry.objects.get(item__project=self.project, item__key=key)

    def hire(self, *tags: str) -> User:
        """One annotator more, fluent in `tags`, who has read the guideline."""
        user = an_annotator(self.project, *(tags or (LOCALE,)))
        GuidelineReading.objects.create(
            user=user, version=self.plan.guideline_version, language="en", read_at=AT
        )
        self.annotators.append(user)
        return user

    def lease(
        self,
        annotator: User,
        count: int = 1,
        at: datetime = AT,
        tags: Sequence[str] = (LOCALE,),
        item_ids: Sequence[int] | None = None,
        again: bool = False,
    ) -> list[LeasedTask]:
        """What `labeling` hands out, without the gold that the flow mixes in."""
        return labeling.lease(
            project=self.project,
            plan=self.plan,
            annotator=annotator,
            count=count,
            at=at,
            locale_tags=tags,
            item_ids=item_ids,
            again=again,
        )

    def task(self, annotator: User, key: str | None = None, at: datetime = AT) -> LeasedTask:
        """One task, of a named item if a key is given."""
        named = None if key is None else [self.item(key).pk]
        (task,) = self.lease(annotator, at=at, item_ids=named)
        return task


def an_open_project(
    items: int = 6,
    *,
    gold: int = 0,
    overlap: int = 3,
    gold_rate: str = "0",
    repeat_rate: str = "0",
    annotators: int = 3,
    locales: tuple[str, ...] = (LOCALE,),
    key: str = "floor",
    most: int | None = None,
    confidence: str | None = None,
    quiz: bool = False,
    test_size: int = 0,
) -> Floor:
    """A live project. Items `i0`… lie in `locales` by turns; gold items `g0`… in the first.

    With `most` and `confidence` its overlap is dynamic; `quiz` and `test_size` are asked for before
    anybody labels.
    """
    project = an_unlabeled_project(key)
    for tag in locales[1:]:
        RequestLocale.objects.create(request=project.request, locale=a_locale(tag), volume=10)
    plan = a_plan(
        project,
        overlap=overlap,
        overlap_most=most,
        stop_confidence=confidence,
        gold_rate=gold_rate,
        repeat_rate=repeat_rate,
        locales=locales,
        quiz=quiz,
        test_size=test_size,
    )
    floor = Floor(project, plan, [])
    rows = [_row(f"i{n}", locales[n % len(locales)]) for n in range(items)]
    rows += [_row(f"g{n}", locales[0], gold=GOLD_GRADE) for n in range(gold)]
    if rows:
        fill(floor, rows)
    for _each in range(annotators):
        floor.hire(*locales)
    return floor


def fill(floor: Floor, rows: Sequence[dict[str, object]]) -> None:
    """Import rows and open them for work."""
    report = take_in(
        project=floor.project,
        plan=floor.plan,
        stream=io.BytesIO(csv_of(rows)),
        file_name="items.csv",
        by=floor.owner,
        at=AT,
    )
    assert report.added == len(rows), report.errors


def _row(key: str, tag: str, gold: object = "") -> dict[str, object]:
    query = f"{tag}-{key[0]}{int(key[1:]) // 2}"
    return {
        "item_id": key,
        "query_id": query,
        "query": f"query {query}",
        "document_id": f"d-{key}",
        "locale": tag,
        "title": f"Result {key}",
        "gold": gold,
    }


def an_annotator(project: Project, *tags: str) -> User:
    """A member of `project` who labels in `tags`, and has not read the guideline."""
    user: User = UserFactory()
    Grant.objects.create(user=user, role=Role.ANNOTATOR, everywhere=True)
    Membership.objects.create(
        project=project, user=user, function=Membership.Function.ANNOTATOR, added_at=AT
    )
    for tag in tags:
        Fluency.objects.create(user=user, locale=a_locale(tag))
    return user


def a_grade(value: int = 1) -> dict[str, object]:
    """Answers that give a grade."""
    return {"outcome": "label", "values": {"grade": value}}


CANNOT_JUDGE: dict[str, object] = {"outcome": "cannot_judge", "reason": "broken"}


def submit(
    task: LeasedTask,
    by: User,
    answers: dict[str, object] | None = None,
    *,
    at: datetime = AT,
    idempotency_key: str = "",
    seconds: float = 20.0,
) -> Judgment:
    """Answer a task; grade 1 unless told otherwise."""
    return labeling.submit_judgment(
        assignment_id=task.assignment_id,
        lease=task.lease,
        answers=a_grade() if answers is None else answers,
        idempotency_key=idempotency_key or uuid4().hex,
        seconds=seconds,
        by=by,
        at=at,
    )
