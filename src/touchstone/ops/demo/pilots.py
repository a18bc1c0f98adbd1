"""Two projects in pilot, open for a person to label: French and Arabic, on real text.

Nobody has judged anything in them when the demonstration ends: what a visitor labels is theirs.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from touchstone.apps.intake.drafts import RequestDraft
from touchstone.apps.planning.drafts import PlanDraft, PlanLocaleDraft, PlanRiskDraft
from touchstone.apps.planning.operations import add_member
from touchstone.flows import phases
from touchstone.flows.item_import import take_in
from touchstone.ops.demo import programme, sources

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import GuidelineVersion
    from touchstone.apps.planning.models import Project
    from touchstone.ops.demo.cast import Cast

GOLD_ITEMS = 40
OVERLAP = 2
ASSUMED = "Illustrative figure of this demonstration"


@dataclass(frozen=True)
class Pilot:
    """What differs between the pilots; money in minor units of `currency`."""

    key: str
    name: str
    locale: str
    folder: str
    pairs: int
    currency: str
    requester: str
    annotators: tuple[str, ...]
    business_line: str
    description: str
    price: Decimal
    budget_minor_units: int
    value_per_point_minor_units: int


FRENCH = Pilot(
    key="questions-cnil-fr",
    name="Questions à la CNIL, fr",
    locale="fr-FR",
    folder="faq-fr",
    pairs=1984,
    currency="EUR",
    requester="demandeuse",
    annotators=("annotatrice", "annotateur"),
    business_line="ranking",
    description=(
        "Les réponses que la recherche propose à de vraies questions posées à la CNIL "
        "sont-elles pertinentes ? Données de test pour le modèle de classement français."
    ),
    price=Decimal("0.12"),
    budget_minor_units=1_100_00,
    value_per_point_minor_units=4_000_00,
)
ARABIC = Pilot(
    key="wikipedia-passages-ar",
    name="Wikipedia passages, ar",
    locale="ar-EG",
    folder="xquad-ar",
    pairs=839,
    currency="USD",
    requester="requester",
    annotators=("annotator-ar", "annotator-ar-2"),
    business_line="recommendation",
    description=(
        "Does the passage answer the Arabic question? Test data for passage recommendation."
    ),
    price=Decimal("0.10"),
    budget_minor_units=500_00,
    value_per_point_minor_units=1_500_00,
)


@transaction.atomic
def play(*, pilot: Pilot, cast: Cast, version: GuidelineVersion, now: datetime) -> Project:
    """File, plan, import and open one pilot; its request was filed three days before `now`."""
    file = sources.known_answers_file(
        sources.data_folder() / pilot.folder, locale=pilot.locale, gold=GOLD_ITEMS
    )
    filed = now - timedelta(days=3)
    project, plan = programme.plan(
        programme.Script(
            key=pilot.key,
            name=pilot.name,
            request=_request(pilot, filed),
            plan=_plan(pilot, version, filed),
            requester=cast[pilot.requester],
            owner=cast["owner"],
            approver=cast["approver"],
            filed_at=filed,
        )
    )
    opened = now - timedelta(days=1)
    take_in(
        project=project,
        plan=plan,
        stream=io.BytesIO(file),
        file_name=f"{pilot.folder}-pairs.csv",
        mapping=None,
        dry_run=False,
        by=cast["owner"],
        at=opened,
    )
    for key in pilot.annotators:
        add_member(
            project=project, user=cast[key], function="annotator", by=cast["owner"], at=opened
        )
    phases.start_pilot(project=project, by=cast["owner"], at=opened)
    return project


def _request(pilot: Pilot, filed: datetime) -> RequestDraft:
    return RequestDraft(
        title=pilot.name,
        business_line=pilot.business_line,
        purpose="test",
        metric="nDCG@10",
        worthwhile_change=Decimal("0.02"),
        deadline_date=filed.date() + timedelta(days=45),
        currency=pilot.currency,
        budget_minor_units=pilot.budget_minor_units,
        value_per_point_minor_units=pilot.value_per_point_minor_units,
        value_source=ASSUMED,
        locales={pilot.locale: pilot.pairs},
        harm_class="S1",
        description=pilot.description,
    )


def _plan(pilot: Pilot, version: GuidelineVersion, filed: datetime) -> PlanDraft:
    return PlanDraft(
        guideline_version=version.pk,
        sample_method="given",
        sample_note="The first results that BM25 finds for each question.",
        overlap=OVERLAP,
        gold_rate=Decimal("0.08"),
        repeat_rate=Decimal("0.02"),
        lease_minutes=30,
        speed_standard=90,
        start_date=filed.date() + timedelta(days=2),
        end_date=filed.date() + timedelta(days=31),
        currency=pilot.currency,
        budget_minor_units=pilot.budget_minor_units,
        locales=(
            PlanLocaleDraft(
                locale=pilot.locale,
                sample_size=pilot.pairs,
                alpha_lower_bound=Decimal("0.60"),
                gold_accuracy=Decimal("0.85"),
                price_per_judgment=pilot.price,
                price_per_audit=Decimal("0.40"),
                price_per_adjudication=Decimal("0.80"),
            ),
        ),
        risks=(
            PlanRiskDraft(
                cause="Two annotators at one vendor",
                event="One of them falls ill",
                consequence="No second opinion; the delivery slips",
                probability=Decimal("0.15"),
                loss_low_minor_units=20_00,
                loss_high_minor_units=150_00,
                treatment="A third annotator on call at another site",
                trigger="An annotator absent for two working days",
            ),
        ),
    )
