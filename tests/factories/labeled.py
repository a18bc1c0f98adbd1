"""A project whose items are labeled: what releases, evaluations and costs are made from.

Rows are written directly, with odd cases on purpose: an answer of "cannot judge", late work, a
gold item, an item settled by an expert, two strata, two vendors and somebody with none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import factory

from touchstone.apps.consensus.models import ConsensusRun
from touchstone.apps.consensus.operations import run_consensus
from touchstone.apps.guidelines.models import Guideline, GuidelineVersion, TaskType
from touchstone.apps.intake.models import LabelingRequest, RequestLocale, RequestState
from touchstone.apps.items.models import ImportBatch, Item, Query
from touchstone.apps.labeling.models import Assignment, Judgment
from touchstone.apps.markets.models import Currency, Locale, Market
from touchstone.apps.people.models import Grant, Role, User, Vendor
from touchstone.apps.planning.models import Membership, Plan, PlanLocale, PlanState, Project
from touchstone.apps.quality.models import Adjudication, GoldAnswer

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(days=30)
LOCALE = "en-US"


def _both(name: str) -> dict[str, str]:
    return {"en": name, "fr": name}


SCHEMA = {
    "fields": [
        {
            "key": "grade",
            "kind": "ordinal",
            "required": True,
            "names": _both("Relevance"),
            "options": [
                {"value": value, "hotkey": str(value), "names": _both(str(value))}
                for value in range(4)
            ],
        },
        {"key": "remark", "kind": "text", "required": False, "names": _both("Remark")},
    ],
    "main": "grade",
    "cannot_judge": [{"value": "broken", "names": _both("The result does not load")}],
    "context": ["title"],
}


class UserFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    """Somebody whose name and address must never be in a delivery."""

    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Zelda Zimmermann{n}")
    email = factory.Sequence(lambda n: f"zelda{n}@private.example")
    created_at = AT


def currency_of(code: str, digits: int = 2) -> Currency:
    found, _made = Currency.objects.get_or_create(
        code=code, defaults={"digits": digits, "name_en": code, "name_fr": code}
    )
    return found


def a_locale(tag: str = LOCALE) -> Locale:
    language, code = tag.split("-")
    market, _made = Market.objects.get_or_create(
        code=code,
        defaults={
            "name_en": code,
            "name_fr": code,
            "currency": currency_of("EUR"),
            "time_zones": ["UTC"],
            "weekend": [5, 6],
        },
    )
    found, _made = Locale.objects.get_or_create(
        tag=tag,
        defaults={
            "market": market,
            "language": language,
            "script": "Latn",
            "direction": "ltr",
            "name_en": tag,
            "name_fr": tag,
            "name_native": tag,
        },
    )
    return found


def a_vendor(key: str) -> Vendor:
    locale = a_locale()
    return Vendor.objects.create(key=key, name=key.title(), market=locale.market)


def with_role(role: Role, vendor: Vendor | None = None) -> User:
    """Somebody who holds a role everywhere, or at one vendor."""
    user: User = UserFactory(vendor=vendor)
    Grant.objects.create(user=user, role=role, everywhere=vendor is None, vendor=vendor)
    return user


def an_unlabeled_project(
    key: str = "search", state: str = RequestState.LIVE, currency: str = "EUR"
) -> Project:
    """An empty project with its request; live unless said otherwise."""
    request = LabelingRequest.objects.create(
        number=LabelingRequest.objects.count() + 1,
        title="Grades for search",
        requester=with_role(Role.REQUESTER),
        business_line="ranking",
        purpose="test",
        metric="nDCG@10",
        worthwhile_change=Decimal("0.01"),
        deadline_date=date(2026, 6, 1),
        currency=currency_of(currency),
        budget_minor_units=100_000,
        value_per_point_minor_units=1_000_000,
        value_source="last year's experiments",
        harm_class="S0",
        state=state,
        created_at=AT,
    )
    RequestLocale.objects.create(request=request, locale=a_locale(), volume=10)
    return Project.objects.create(
        key=key,
        name="Search relevance",
        request=request,
        owner=with_role(Role.PROJECT_OWNER),
        created_at=AT,
    )


def a_plan(
    project: Project,
    currency: str = "EUR",
    *,
    overlap: int = 3,
    gold_rate: str = "0.1",
    repeat_rate: str = "0",
    locales: tuple[str, ...] = (LOCALE,),
    overlap_most: int | None = None,
    stop_confidence: str | None = None,
    quiz: bool = False,
    test_size: int = 0,
    **prices: str,
) -> Plan:
    """A plan in force; any earlier one is superseded."""
    version = project.plans.count() + 1
    project.plans.filter(state=PlanState.APPROVED).update(state=PlanState.SUPERSEDED)
    guideline = _a_guideline(project.owner)
    plan = Plan.objects.create(
        project=project,
        version=version,
        task_type=guideline.guideline.task_type,
        guideline_version=guideline,
        sample_method="stratified",
        overlap=overlap,
        overlap_most=overlap_most,
        stop_confidence=stop_confidence and Decimal(stop_confidence),
        quiz_required=quiz,
        gold_test_size=test_size,
        qualification_days=90,
        gold_rate=Decimal(gold_rate),
        repeat_rate=Decimal(repeat_rate),
        speed_standard=60,
        start_date=AT.date(),
        end_date=LATER.date(),
        currency=currency_of(currency),
        budget_minor_units=50_000,
        created_by=project.owner,
        created_at=AT,
    )
    for tag in locales:
        PlanLocale.objects.create(
            plan=plan,
            locale=a_locale(tag),
            sample_size=10,
            alpha_lower_bound=Decimal("0.6"),
            gold_accuracy=Decimal("0.8"),
            price_per_judgment=Decimal(prices.get("judgment", "0.125")),
            price_per_audit=Decimal(prices.get("audit", "0.50")),
            price_per_adjudication=Decimal(prices.get("adjudication", "1.00")),
        )
    plan.state, plan.content_hash = PlanState.APPROVED, "c" * 64
    plan.submitted_by, plan.submitted_at = project.owner, AT
    plan.decided_by, plan.decided_at = with_role(Role.ADMIN), AT
    plan.save()
    return plan


def _a_guideline(owner: User) -> GuidelineVersion:
    task_type, _made = TaskType.objects.get_or_create(
        key="graded-relevance",
        defaults={
            "name_en": "Graded relevance",
            "name_fr": "Pertinence graduée",
            "schema": SCHEMA,
            "created_at": AT,
        },
    )
    guideline, _made = Guideline.objects.get_or_create(
        key="relevance",
        defaults={"task_type": task_type, "title_en": "Relevance", "title_fr": "Pertinence"},
    )
    version, _made = GuidelineVersion.objects.get_or_create(
        guideline=guideline,
        major=1,
        minor=2,
        patch=0,
        defaults={"task_type": task_type, "published_by": owner, "published_at": AT},
    )
    return version


@dataclass
class Labeled:
    """A labeled project and who worked on it."""

    project: Project
    plan: Plan
    raters: list[User]
    expert: User
    items: list[Item] = field(default_factory=list)

    @property
    def owner(self) -> User:
        return self.project.owner

    @property
    def requester(self) -> User:
        return self.project.request.requester

    def consensus(self, at: datetime = LATER) -> ConsensusRun:
        return run_consensus(project=self.project, by=self.owner, at=at)


def a_labeled_project(queries: int = 8, documents: int = 3, key: str = "search") -> Labeled:
    """Every item has three judgments; odd cases as the module says."""
    project = an_unlabeled_project(key)
    near, far = a_vendor(f"{key}-near"), a_vendor(f"{key}-far")
    raters = [UserFactory(vendor=vendor) for vendor in (near, far, None)]
    scene = Labeled(project, a_plan(project), raters, with_role(Role.QA_LEAD))
    for rater in raters:
        Membership.objects.create(
            project=project, user=rater, function=Membership.Function.ANNOTATOR, added_at=AT
        )
    _add_items(scene, queries, documents)
    _judge_all(scene)
    judge(scene, scene.items[1], UserFactory(), 3, late=True, counts=False)
    GoldAnswer.objects.create(
        item=scene.items[0], project=project, accepted=[0], added_by=scene.owner, added_at=AT
    )
    Adjudication.objects.create(
        item=scene.items[2],
        project=project,
        opened_at=AT,
        spread=1.0,
        grade=3,
        rationale="The page answers the question.",
        settled_by=scene.expert,
        settled_at=AT + timedelta(hours=1),
    )
    return scene


def _grade(number: int, place: int) -> int:
    """The raters agree but on every fifth item, where the third sees one grade more."""
    agreed = number % 4
    return min(3, agreed + 1) if place == 2 and number % 5 == 0 else agreed


def _add_items(scene: Labeled, queries: int, documents: int) -> None:
    batch = ImportBatch.objects.create(
        project=scene.project,
        file_name="items.csv",
        file_format="csv",
        sha256="0" * 64,
        rows=queries * documents,
        added=queries * documents,
        by=scene.owner,
        at=AT,
    )
    for q in range(queries):
        query = Query.objects.create(
            project=scene.project, key=f"q{q}", text=f"query “{q}”", locale_id=LOCALE
        )
        for d in range(documents):
            scene.items.append(
                Item.objects.create(
                    project=scene.project,
                    batch=batch,
                    query=query,
                    key=f"i{q}-{d}",
                    document_key=f"d{d}",
                    content={"title": f"Result {d}"},
                    position=d,
                    stratum="head" if q % 2 else "tail",
                    inclusion_probability=1.0 if q % 2 else 0.25,
                )
            )


def _judge_all(scene: Labeled) -> None:
    """Every rater on every item; the third could not judge the first."""
    work = [
        _work(scene, item, rater, None if (number, place) == (0, 2) else _grade(number, place))
        for number, item in enumerate(scene.items)
        for place, rater in enumerate(scene.raters)
    ]
    Assignment.objects.bulk_create([assignment for assignment, _judgment in work])
    Judgment.objects.bulk_create([judgment for _assignment, judgment in work])


def judge(
    scene: Labeled,
    item: Item,
    rater: User,
    grade: int | None,
    *,
    late: bool = False,
    counts: bool = True,
    repeat: bool = False,
    plan: Plan | None = None,
) -> Judgment:
    """Add one judgment; without a grade the item could not be judged."""
    assignment, judgment = _work(scene, item, rater, grade, late=late, counts=counts, plan=plan)
    if repeat:
        assignment.repeat = judgment.repeat = True
        assignment.in_overlap = judgment.counts = False
    assignment.save(force_insert=True)
    judgment.save(force_insert=True)
    return judgment


def _work(
    scene: Labeled,
    item: Item,
    rater: User,
    grade: int | None,
    *,
    late: bool = False,
    counts: bool = True,
    plan: Plan | None = None,
) -> tuple[Assignment, Judgment]:
    plan = plan or scene.plan
    outcome = "cannot_judge" if grade is None else "label"
    values = {"grade": grade, "remark": "Ask Yolanda Yates."}
    assignment = Assignment(
        id=uuid4(),
        item=item,
        project=scene.project,
        annotator=rater,
        plan=plan,
        guideline_version=plan.guideline_version,
        state="submitted",
        leased_at=AT,
        leased_until=AT + timedelta(minutes=30),
        ended_at=AT + timedelta(minutes=1),
    )
    judgment = Judgment(
        assignment=assignment,
        item=item,
        project=scene.project,
        annotator=rater,
        plan=plan,
        guideline_version=plan.guideline_version,
        outcome=outcome,
        grade=grade,
        answers={"outcome": outcome, "values": {} if grade is None else values},
        reason="broken" if grade is None else "",
        comment="My colleague Yolanda Yates disagrees.",
        seconds=20,
        started_at=AT,
        submitted_at=AT + timedelta(minutes=1),
        late=late,
        counts=counts,
        idempotency_key=uuid4().hex,
        content_hash="0" * 64,
    )
    return assignment, judgment
