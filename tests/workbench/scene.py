"""A project in pilot, made by the product's own operations, and the people who work on it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from tests.factories.intake import AT, person, places
from tests.factories.planning import PlanLocaleDraftFactory, a_project, a_submitted_plan
from touchstone.apps.guidelines.models import GuidelineVersion
from touchstone.apps.guidelines.operations import add_note, confirm_reading, seed_task_types
from touchstone.apps.labeling.asking.operations import answer_question, ask
from touchstone.apps.labeling.asking.queries import questions_of
from touchstone.apps.labeling.models import Assignment, Judgment
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.operations import set_fluency, set_preferences
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.planning.operations import add_member
from touchstone.apps.quality.appealing.deciding import decide_appeal, reveal_gold
from touchstone.apps.quality.appealing.operations import raise_appeal
from touchstone.apps.quality.appealing.queries import revealed_answers
from touchstone.apps.quality.models import GoldAnswer
from touchstone.apps.quality.operations import draw_audits, open_adjudications
from touchstone.flows import phases
from touchstone.flows.item_import import take_in
from touchstone.flows.labeling import lease_work, submit_work
from touchstone.flows.plan_approval import approve

KEY = "videos"
COLUMNS = (
    *("item_id", "query_id", "query", "document_id", "locale"),
    *("title", "text", "url", "supplier", "gold"),
)
TEXTS = {
    "fr-FR": ("Comment cuire un œuf ?", "Dix minutes dans l'eau bouillante."),
    "ar-EG": ("كم دقيقة تُسلق البيضة؟", "عشر دقائق في الماء المغلي."),
}


@dataclass
class Scene:
    """One project in pilot with its people; nobody has judged anything."""

    project: Project
    plan: Plan
    locale_tag: str
    people: dict[str, User] = field(default_factory=dict)

    def read(self, *names: str) -> None:
        """Some people confirm the guideline."""
        for name in names:
            confirm_reading(
                version=self.plan.guideline_version,
                language="en",
                by=self.people[name],
                at=timezone.now(),
            )

    def speak(self, name: str, language: str) -> None:
        user = self.people[name]
        set_preferences(user=user, language=language, time_zone="UTC", by=user, at=timezone.now())

    def judge_all(self, name: str, grade: int) -> None:
        """Somebody judges everything that they are given, and the gold that chance left out."""
        by, left = self.people[name], True
        while left:
            tasks = lease_work(project=self.project, by=by, count=5, at=timezone.now())
            if not tasks:
                gold = list(
                    GoldAnswer.objects.filter(project=self.project)
                    .exclude(item__assignments__annotator=by)
                    .values_list("item", flat=True)
                )
                tasks, left = self._named(by, gold), False
            for task in tasks:
                submit_work(
                    assignment_id=task.assignment_id,
                    lease=task.lease,
                    answers={"outcome": "label", "values": {"grade": grade}},
                    idempotency_key=f"{name}-{task.assignment_id}",
                    seconds=2.0,
                    by=by,
                    at=timezone.now(),
                )

    def _named(self, by: User, items: list[int]) -> list[LeasedTask]:
        now = timezone.now()
        return (
            lease_work(project=self.project, by=by, count=0, at=now, item_ids=items)
            if items
            else []
        )

    def draw(self, size: int) -> None:
        draw_audits(
            project=self.project, size=size, seed=1, by=self.people["olga"], at=timezone.now()
        )

    def open_cases(self) -> None:
        open_adjudications(project=self.project, by=self.people["olga"], at=timezone.now())

    def ask(self, name: str, *texts: str) -> None:
        """Somebody asks about a task that they were given."""
        by = self.people[name]
        task = Assignment.objects.filter(annotator=by).order_by("pk").first()
        assert task is not None
        for text in texts:
            ask(assignment_id=task.pk, kind="question", text=text, by=by, at=timezone.now())

    def answer(self, text: str) -> None:
        """The owner answers the oldest open question."""
        question = questions_of(self.project, only="open")[0]
        answer_question(question=question, text=text, by=self.people["olga"], at=timezone.now())

    def note(self, text: str) -> None:
        """The owner clarifies the version in force."""
        add_note(
            version=self.plan.guideline_version,
            text_en=text,
            text_fr="",
            by=self.people["olga"],
            at=timezone.now(),
        )

    def reveal(self, explanation: str) -> None:
        """The owner reveals all gold."""
        for gold in GoldAnswer.objects.filter(project=self.project, reveal=None):
            reveal_gold(
                gold=gold, explanation=explanation, by=self.people["olga"], at=timezone.now()
            )

    def appeal(self, name: str, reason: str, decided: str = "") -> None:
        """Somebody appeals against a mark; Quinn takes it back, if a reason to is given."""
        by, at = self.people[name], timezone.now()
        mark = next(each for each in revealed_answers(by) if not each.right and not each.appeal)
        appeal = raise_appeal(judgment_id=mark.number, reason=reason, by=by, at=at)
        if decided:
            decide_appeal(
                appeal=appeal, verdict="overturned", reason=decided, by=self.people["quinn"], at=at
            )


def a_scene(
    locale_tag: str = "fr-FR", items: int = 6, gold: int = 0, overlap: int = 2, **asked: object
) -> Scene:
    """A pilot in one locale: Ana and Ben label, Quinn checks, Zoe has no part in it.

    `asked` is what the plan asks for besides, such as `quiz_required=True`.
    """
    places()
    cast = {
        "olga": person("olga", Role.PROJECT_OWNER),
        "pia": person("pia", Role.PROJECT_OWNER),
        "rita": person("rita", Role.REQUESTER),
        "ana": person("ana", Role.ANNOTATOR),
        "ben": person("ben", Role.ANNOTATOR),
        "quinn": person("quinn", Role.QA_LEAD, market="FR"),
        "zoe": person("zoe", Role.ANNOTATOR),
    }
    seed_task_types(by=cast["olga"], at=AT, keys=["graded-relevance"])
    project, plan = _planned(cast, locale_tag, items, gold, overlap, asked)
    scene = Scene(project, plan, locale_tag, cast)
    _take_in(scene, items, gold)
    for name, function in (("ana", "annotator"), ("ben", "annotator"), ("quinn", "qa_lead")):
        add_member(project=project, user=cast[name], function=function, by=cast["olga"], at=AT)
        set_fluency(user=cast[name], locales=[locale_tag], by=None, at=AT)
    phases.start_pilot(project=project, by=cast["olga"], at=timezone.now())
    return scene


def _planned(
    cast: dict[str, User],
    locale_tag: str,
    items: int,
    gold: int,
    overlap: int,
    asked: dict[str, object],
) -> tuple[Project, Plan]:
    project = a_project(
        requester=cast["rita"], owner=cast["olga"], key=KEY, locales={locale_tag: items}
    )
    terms = PlanLocaleDraftFactory(
        locale=locale_tag, sample_size=items, price_per_judgment=Decimal("0.01")
    )
    graded = GuidelineVersion.objects.get(guideline__task_type__key="graded-relevance")
    plan = a_submitted_plan(
        project,
        guideline_version=graded.pk,
        locales=(terms,),
        overlap=overlap,
        gold_rate=Decimal("0.3") if gold else Decimal(0),
        **asked,
    )
    approve(plan=plan, by=cast["pia"], at=AT)
    project.request.refresh_from_db()
    return project, plan


def _take_in(scene: Scene, items: int, gold: int) -> None:
    report = take_in(
        project=scene.project,
        plan=scene.plan,
        stream=io.BytesIO(_items_file(scene.locale_tag, items, gold)),
        file_name="items.csv",
        mapping=None,
        dry_run=False,
        by=scene.people["olga"],
        at=AT,
    )
    assert report.added == items + gold, report.errors


def _items_file(locale_tag: str, items: int, gold: int) -> bytes:
    query, text = TEXTS[locale_tag]
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for n in range(items + gold):
        rows.writerow(
            [f"i{n}", f"q{n}", f"{query} {n}", f"d{n}", locale_tag, f"<b>Titre {n}</b>", text,
             "https://example.org/a" if n % 2 else "javascript:alert(1)", f"secret {n}",
             "3" if n >= items else ""]
        )  # fmt: skip
    return out.getvalue().encode()


def judgments(scene: Scene) -> list[Judgment]:
    """What was judged, in order."""
    return list(Judgment.objects.filter(project=scene.project).order_by("pk"))
