"""One small project in pilot for each task type that ships, open for a person to try.

The items are texts of ours in two or three languages (`demo/data/task_types`); nobody has judged
any of them.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from touchstone.apps.guidelines.queries import newest_version
from touchstone.apps.intake.drafts import RequestDraft
from touchstone.apps.planning.drafts import PlanDraft, PlanLocaleDraft
from touchstone.apps.planning.operations import add_member
from touchstone.flows import phases
from touchstone.flows.item_import import take_in
from touchstone.ops.demo import programme, sources
from touchstone.ops.demo.pilots import ASSUMED

if TYPE_CHECKING:
    from touchstone.apps.planning.models import Project
    from touchstone.ops.demo.cast import Cast

FOLDER = "task_types"
CURRENCY = "USD"
OVERLAP = 2
# Gold is a large part of a set of ten, so that a visitor meets some.
GOLD_RATE = Decimal("0.2")
PRICE = Decimal("0.15")
BUDGET_MINOR_UNITS = 200_00


@dataclass(frozen=True)
class Trial:
    """A task type to try: its key is that of the guideline, and of the file of items."""

    guideline: str
    name: str
    business_line: str
    metric: str
    harm_class: str = "S0"

    @property
    def key(self) -> str:
        return f"try-{self.guideline}"


TRIALS = (
    Trial("graded-relevance", "Try: graded relevance", "ranking", "nDCG@10"),
    Trial("needs-met-quality", "Try: needs met and page quality", "ranking", "mean needs met"),
    Trial("esci", "Try: product match (ESCI)", "ranking", "nDCG@10"),
    Trial("pairwise", "Try: preference between two results", "ranking", "win rate"),
    Trial("side-by-side", "Try: two lists side by side", "ranking", "mean side score"),
    Trial("suggestion-quality", "Try: suggestion quality", "recommendation", "defect rate"),
    Trial("search-ads", "Try: search ads", "ads", "share of good ads"),
    Trial("search-security", "Try: search security", "security", "prevalence", "S2"),
    Trial("query-understanding", "Try: query understanding", "ranking", "macro F1"),
    Trial("video-result", "Try: short-video result", "ranking", "nDCG@10"),
)
ANNOTATORS = (
    *("annotator", "annotator-2"),
    *("annotatrice", "annotateur"),
    *("annotator-ar", "annotator-ar-2"),
)


def items_file(trial: Trial) -> Path:
    """The items of a trial, as they are imported."""
    return sources.data_folder() / FOLDER / f"{trial.guideline}.jsonl"


@transaction.atomic
def play(*, trial: Trial, cast: Cast, now: datetime) -> Project:
    """File, plan, import and open one trial; its request was filed three days before `now`."""
    file = items_file(trial).read_bytes()
    filed, opened = now - timedelta(days=3), now - timedelta(days=1)
    volumes = Counter(str(json.loads(line)["locale"]) for line in file.splitlines())
    project, plan = programme.plan(
        programme.Script(
            key=trial.key,
            name=trial.name,
            request=_request(trial, volumes, filed),
            plan=_plan(trial, volumes, filed),
            requester=cast["requester"],
            owner=cast["owner"],
            approver=cast["approver"],
            filed_at=filed,
        )
    )
    take_in(
        project=project,
        plan=plan,
        stream=io.BytesIO(file),
        file_name=items_file(trial).name,
        by=cast["owner"],
        at=opened,
    )
    for key in ANNOTATORS:
        add_member(
            project=project, user=cast[key], function="annotator", by=cast["owner"], at=opened
        )
    phases.start_pilot(project=project, by=cast["owner"], at=opened)
    return project


def _request(trial: Trial, volumes: Counter[str], filed: datetime) -> RequestDraft:
    return RequestDraft(
        title=trial.name,
        business_line=trial.business_line,
        purpose="test",
        metric=trial.metric,
        worthwhile_change=Decimal("0.02"),
        deadline_date=filed.date() + timedelta(days=45),
        currency=CURRENCY,
        budget_minor_units=BUDGET_MINOR_UNITS,
        value_per_point_minor_units=1_000_00,
        value_source=ASSUMED,
        locales=dict(volumes),
        harm_class=trial.harm_class,
        description="A few items in each language, written for this demonstration.",
    )


def _plan(trial: Trial, volumes: Counter[str], filed: datetime) -> PlanDraft:
    return PlanDraft(
        guideline_version=newest_version(trial.guideline).pk,
        sample_method="given",
        sample_note="Written by hand so that each answer of the scale comes up.",
        overlap=OVERLAP,
        gold_rate=GOLD_RATE,
        lease_minutes=30,
        speed_standard=60,
        start_date=filed.date() + timedelta(days=2),
        end_date=filed.date() + timedelta(days=31),
        currency=CURRENCY,
        budget_minor_units=BUDGET_MINOR_UNITS,
        locales=tuple(
            PlanLocaleDraft(
                locale=tag,
                sample_size=size,
                alpha_lower_bound=Decimal("0.50"),
                gold_accuracy=Decimal("0.80"),
                price_per_judgment=PRICE,
                price_per_audit=Decimal("0.40"),
                price_per_adjudication=Decimal("0.80"),
            )
            for tag, size in sorted(volumes.items())
        ),
    )
