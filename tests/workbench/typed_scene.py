"""A pilot of any task type, with items of ours: what the type's renderer and fields must bear."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from tests.factories.intake import AT, person, places
from tests.factories.planning import PlanLocaleDraftFactory, a_project, a_submitted_plan
from tests.workbench.scene import KEY, Scene
from touchstone.apps.guidelines.models import GuidelineVersion
from touchstone.apps.guidelines.operations import (
    create_guideline,
    create_task_type,
    publish_version,
    seed_task_types,
)
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.operations import set_fluency
from touchstone.apps.planning.operations import add_member
from touchstone.flows import phases
from touchstone.flows.item_import import take_in
from touchstone.flows.plan_approval import approve

Content = Mapping[str, object]


def a_typed_scene(
    task_type: str | Mapping[str, object],
    items: Sequence[tuple[str, Content]],
    locale_tag: str = "fr-FR",
    overlap: int = 1,
) -> Scene:
    """A pilot of a task type (its key among the seeds, or a schema of one's own).

    `items` are queries with their contents. Ana and Ben label and have read the guideline, Quinn
    checks.
    """
    places()
    cast = {
        "olga": person("olga", Role.PROJECT_OWNER),
        "pia": person("pia", Role.PROJECT_OWNER),
        "rita": person("rita", Role.REQUESTER),
        "ana": person("ana", Role.ANNOTATOR),
        "ben": person("ben", Role.ANNOTATOR),
        "quinn": person("quinn", Role.QA_LEAD, market="FR"),
    }
    version = _version(task_type, cast["olga"])
    project = a_project(
        requester=cast["rita"], owner=cast["olga"], key=KEY, locales={locale_tag: len(items)}
    )
    terms = PlanLocaleDraftFactory(locale=locale_tag, sample_size=len(items))
    plan = a_submitted_plan(
        project,
        guideline_version=version.pk,
        locales=(terms,),
        overlap=overlap,
        gold_rate=Decimal(0),
    )
    approve(plan=plan, by=cast["pia"], at=AT)
    project.request.refresh_from_db()
    scene = Scene(project, plan, locale_tag, cast)
    _take_in(scene, items)
    for name, function in (("ana", "annotator"), ("ben", "annotator"), ("quinn", "qa_lead")):
        add_member(project=project, user=cast[name], function=function, by=cast["olga"], at=AT)
        set_fluency(user=cast[name], locales=[locale_tag], by=None, at=AT)
    phases.start_pilot(project=project, by=cast["olga"], at=timezone.now())
    scene.read("ana", "ben")
    return scene


def _version(task_type: str | Mapping[str, object], by: User) -> GuidelineVersion:
    if isinstance(task_type, str):
        seed_task_types(by=by, at=AT, keys=[task_type])
        return GuidelineVersion.objects.get(guideline__task_type__key=task_type)
    names = {"name_en": "Ours", "name_fr": "Le nôtre"}
    made = create_task_type(key="ours", **names, schema=task_type, by=by, at=AT)
    guideline = create_guideline(
        key="ours", task_type=made, title_en="Ours", title_fr="Le nôtre", by=by, at=AT
    )
    return publish_version(
        guideline=guideline,
        major=1,
        minor=0,
        patch=0,
        texts={"en": "Read, then judge."},
        changes="",
        by=by,
        at=AT,
    )


def _take_in(scene: Scene, items: Sequence[tuple[str, Content]]) -> None:
    lines = [
        json.dumps(_row(n, query, scene.locale_tag) | dict(content))
        for n, (query, content) in enumerate(items)
    ]
    report = take_in(
        project=scene.project,
        plan=scene.plan,
        stream=io.BytesIO("\n".join(lines).encode()),
        file_name="items.jsonl",
        mapping=None,
        dry_run=False,
        by=scene.people["olga"],
        at=AT,
    )
    assert report.added == len(items), report.errors


def _row(n: int, query: str, locale_tag: str) -> dict[str, Any]:
    keys = {"item_id": f"i{n}", "query_id": f"q{n}", "document_id": f"d{n}"}
    return {**keys, "query": query, "locale": locale_tag}
