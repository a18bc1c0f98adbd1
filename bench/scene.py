"""A live project of any size and annotators who are ready, made by the product's operations."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from touchstone.apps.guidelines.operations import confirm_reading, seed_task_types
from touchstone.apps.guidelines.queries import newest_version
from touchstone.apps.intake.drafts import RequestDraft
from touchstone.apps.markets.operations import seed_markets
from touchstone.apps.people import operations as people
from touchstone.apps.people.policies import Role
from touchstone.apps.planning.drafts import PlanDraft, PlanLocaleDraft, PlanRiskDraft
from touchstone.apps.planning.operations import add_member
from touchstone.flows import phases
from touchstone.flows.item_import import take_in
from touchstone.ops.demo import cast as casting
from touchstone.ops.demo import programme

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import GuidelineVersion
    from touchstone.apps.items.operations import ImportReport
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project

LOCALE = "en-US"
GUIDELINE = "graded-relevance"
OVERLAP = 3


@dataclass
class Scene:
    """A project in work; `tokens` are the annotators' API tokens, in their order."""

    project: Project
    plan: Plan
    owner: User
    annotators: list[User]
    tokens: list[str]


def a_project(key: str, *, items: int, annotators: int) -> Scene:
    """An empty live project with its people; `import_items` fills it."""
    now = datetime.now(UTC)
    seed_markets(at=now)
    cast = casting.assemble(at=now, joined_at=now)
    seed_task_types(by=cast["owner"], at=now)
    version = newest_version(GUIDELINE)
    project, plan = programme.plan(
        programme.Script(
            key=key,
            name=key,
            request=_request(key, items, now),
            plan=_plan(version, items, now),
            requester=cast["requester"],
            owner=cast["owner"],
            approver=cast["approver"],
            filed_at=now - timedelta(days=3),
        )
    )
    scene = Scene(project, plan, cast["owner"], [], [])
    for number in range(annotators):
        hire(scene, f"{key}-{number}", version)
    return scene


def hire(scene: Scene, name: str, version: GuidelineVersion | None = None) -> User:
    """One annotator more, who has read the guideline and has a token."""
    now, version = datetime.now(UTC), version or newest_version(GUIDELINE)
    user = people.create_user(
        email=f"{name}@bench.example", name=name, password=None, by=None, at=now
    )
    people.grant_role(user=user, role=Role.ANNOTATOR, everywhere=True, by=None, at=now)
    people.set_fluency(user=user, locales=[LOCALE], by=None, at=now)
    add_member(project=scene.project, user=user, function="annotator", by=scene.owner, at=now)
    confirm_reading(version=version, language="en", by=user, at=now)
    _row, token = people.issue_token(user=user, name="bench", by=None, at=now)
    scene.annotators.append(user)
    scene.tokens.append(token)
    return user


def items_file(items: int) -> bytes:
    """A CSV of `items` results, ten to a query."""
    lines = ["item_id,query_id,query,document_id,locale,title,text,url,position"]
    lines += [
        f"i{n},q{n // 10},how to repair part {n // 10},d{n},{LOCALE},Repair guide {n},"
        f"Step by step: how part {n} comes apart and goes together again.,"
        f"https://example.org/guides/{n},{n % 10}"
        for n in range(items)
    ]
    return "\n".join(lines).encode()


def import_items(scene: Scene, file: bytes) -> ImportReport:
    """Import `file` as its owner would."""
    return take_in(
        project=scene.project,
        plan=scene.plan,
        stream=io.BytesIO(file),
        file_name="items.csv",
        by=scene.owner,
        at=datetime.now(UTC),
    )


def go_live(scene: Scene) -> None:
    """Open the queue."""
    phases.start_pilot(project=scene.project, by=scene.owner, at=datetime.now(UTC))


def _request(key: str, items: int, now: datetime) -> RequestDraft:
    return RequestDraft(
        title=key,
        business_line="ranking",
        purpose="test",
        metric="nDCG@10",
        worthwhile_change=Decimal("0.02"),
        deadline_date=now.date() + timedelta(days=45),
        currency="EUR",
        budget_minor_units=100_000_00,
        value_per_point_minor_units=1_000_00,
        value_source="bench",
        locales={LOCALE: items},
        harm_class="S0",
    )


def _plan(version: GuidelineVersion, items: int, now: datetime) -> PlanDraft:
    return PlanDraft(
        guideline_version=version.pk,
        sample_method="given",
        sample_note="made up",
        overlap=OVERLAP,
        gold_rate=Decimal(0),
        lease_minutes=30,
        speed_standard=90,
        start_date=now.date(),
        end_date=now.date() + timedelta(days=30),
        currency="EUR",
        budget_minor_units=90_000_00,
        locales=(_locale(items),),
        risks=(_risk(),),
    )


def _locale(items: int) -> PlanLocaleDraft:
    return PlanLocaleDraft(
        locale=LOCALE,
        sample_size=items,
        alpha_lower_bound=Decimal("0.60"),
        gold_accuracy=Decimal("0.85"),
        price_per_judgment=Decimal("0.001"),
        price_per_audit=Decimal("0.01"),
        price_per_adjudication=Decimal("0.01"),
    )


def _risk() -> PlanRiskDraft:
    return PlanRiskDraft(
        cause="A bench",
        event="The machine is busy",
        consequence="The figures vary",
        probability=Decimal("0.5"),
        loss_low_minor_units=1,
        loss_high_minor_units=2,
        treatment="Compare within one run",
        trigger="A load above two",
    )


def first(scene: Scene, count: int) -> Sequence[User]:
    """The first annotators."""
    return scene.annotators[:count]
