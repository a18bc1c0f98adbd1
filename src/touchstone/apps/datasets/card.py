"""The data card of a release: what it is, how it was made, how good it is and where it ends.

`card_of` gathers the facts as plain data (`card.json`); `card_markdown` tells them in English and
in French (`card.md`). No person is named in either. Neither holds the release's version, so that
the same content has the same checksum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q

from touchstone.apps.consensus.models import ConsensusLabel, ConsensusRun
from touchstone.apps.datasets.card_text import markdown
from touchstone.apps.datasets.long_form import (
    adjudications_seen_by,
    guideline_text,
    judgments_seen_by,
)
from touchstone.apps.datasets.policies import FileSum
from touchstone.apps.datasets.tables import utc_text
from touchstone.apps.items.models import Item
from touchstone.apps.labeling.policies import Outcome
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan
from touchstone.apps.quality.models import GoldAnswer, Measurement

LANGUAGES = ("en", "fr")
MEASURED = (
    "kind",
    "locale_id",
    "value",
    "low",
    "high",
    "level",
    "n",
    "reason",
    "method",
    "method_version",
    "seed",
    "input_hash",
)


@dataclass(frozen=True)
class CardFacts:
    """What a release is made from."""

    run: ConsensusRun
    plan: Plan
    test_share: Decimal
    split_seed: int
    held_out: frozenset[str]
    note: str
    licence: str
    at: datetime


def card_of(facts: CardFacts, files: Sequence[FileSum]) -> dict[str, Any]:
    """All that the card says, as plain data."""
    project = facts.plan.project
    return {
        "project": {"key": project.key, "name": project.name},
        "request": _request(facts),
        "frozen_at": utc_text(facts.at),
        "note": facts.note,
        "licence": facts.licence,
        "task": {
            "type": str(facts.plan.task_type),
            "name_en": facts.plan.task_type.name_en,
            "name_fr": facts.plan.task_type.name_fr,
            "guideline": guideline_text(facts.plan),
        },
        "plan": {"version": facts.plan.version, "content_hash": facts.plan.content_hash},
        "counts": _counts(facts.run),
        "labels": _labels(facts.run),
        "locales": _locales(facts),
        "sample": _sample(facts),
        "quality": _quality(facts),
        "consensus": _consensus(facts.run),
        "split": _split(facts),
        "files": [
            {"name": file.name, "bytes": file.size_bytes, "sha256": file.sha256} for file in files
        ],
    }


def card_markdown(card: Mapping[str, Any]) -> str:
    """The card for people, in each language of the service."""
    return "\n\n---\n\n".join(markdown(card, language) for language in LANGUAGES) + "\n"


def _request(facts: CardFacts) -> dict[str, Any]:
    request = facts.plan.project.request
    return {
        "key": request.key,
        "title": request.title,
        "business_line": request.business_line,
        "purpose": request.purpose,
        "metric": request.metric,
        "harm_class": request.harm_class,
        "personal_data": request.personal_data,
    }


def _counts(run: ConsensusRun) -> dict[str, int]:
    judgments = judgments_seen_by(run).aggregate(
        judgments=Count("pk"),
        labels=Count("pk", filter=Q(outcome=Outcome.LABEL)),
        cannot_judge=Count("pk", filter=Q(outcome=Outcome.CANNOT_JUDGE)),
        escalated=Count("pk", filter=Q(outcome=Outcome.ESCALATE)),
        late=Count("pk", filter=Q(late=True)),
        not_counting=Count("pk", filter=Q(counts=False)),
        raters=Count("annotator", distinct=True),
        machine_raters=Count(
            "annotator", distinct=True, filter=Q(annotator__kind=User.Kind.MACHINE)
        ),
    )
    labeled = ConsensusLabel.objects.filter(run=run)
    items = Item.objects.filter(project=run.project_id)
    return {
        **judgments,
        "items": labeled.count(),
        "items_without_label": items.count() - labeled.count(),
        "queries": labeled.aggregate(n=Count("item__query", distinct=True))["n"],
        "gold_items": GoldAnswer.objects.filter(item__in=labeled.values("item")).count(),
        "adjudicated": adjudications_seen_by(run).count(),
    }


def _labels(run: ConsensusRun) -> dict[str, int]:
    found = ConsensusLabel.objects.filter(run=run).values_list("label").annotate(n=Count("pk"))
    return {str(label): n for label, n in sorted(found)}


def _locales(facts: CardFacts) -> list[dict[str, Any]]:
    items = dict(
        ConsensusLabel.objects.filter(run=facts.run)
        .values_list("item__query__locale")
        .annotate(n=Count("pk"))
    )
    judged: dict[str, Any] = {
        row["item__query__locale"]: row
        for row in judgments_seen_by(facts.run)
        .values("item__query__locale")
        .annotate(judgments=Count("pk"), raters=Count("annotator", distinct=True))
    }
    standards = {each.locale_id: each for each in facts.plan.locales.all()}
    return [
        {
            "locale": tag,
            "items": items.get(tag, 0),
            "judgments": judged.get(tag, {}).get("judgments", 0),
            "raters": judged.get(tag, {}).get("raters", 0),
            "alpha_lower_bound": _number(standards, tag, "alpha_lower_bound"),
            "gold_accuracy": _number(standards, tag, "gold_accuracy"),
        }
        for tag in sorted({*items, *judged, *standards})
    ]


def _number(standards: Mapping[str, Any], tag: str, name: str) -> float | None:
    return float(getattr(standards[tag], name)) if tag in standards else None


def _dynamic_overlap(plan: Plan) -> dict[str, Any]:
    """Only where there is one: the sampling of judgments then depends on what they said."""
    if plan.stop_confidence is None:
        return {}
    return {"overlap_most": plan.overlap_most, "stop_confidence": float(plan.stop_confidence)}


def _sample(facts: CardFacts) -> dict[str, Any]:
    strata = (
        Item.objects.filter(project=facts.run.project_id)
        .values("stratum")
        .annotate(
            items=Count("pk"),
            pi_low=Min("inclusion_probability"),
            pi_high=Max("inclusion_probability"),
        )
        .order_by("stratum")
    )
    return {
        "method": facts.plan.sample_method,
        "note": facts.plan.sample_note,
        "overlap": facts.plan.overlap,
        **_dynamic_overlap(facts.plan),
        "gold_rate": float(facts.plan.gold_rate),
        "strata": list(strata),
    }


def _quality(facts: CardFacts) -> list[dict[str, Any]]:
    """The newest figure of each kind and locale at the time of freezing."""
    newest = (
        Measurement.objects.filter(project=facts.run.project_id, at__lte=facts.at)
        .values("kind", "locale")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    figures = Measurement.objects.filter(pk__in=newest).values(*MEASURED)
    rows = [{**row, "locale": row.pop("locale_id")} for row in figures]
    return sorted(rows, key=lambda row: (row["kind"], row["locale"] or ""))


def _consensus(run: ConsensusRun) -> dict[str, Any]:
    return {
        "method": run.method,
        "method_version": run.method_version,
        "parameters": run.parameters,
        "seed": run.seed,
        "input_hash": run.input_hash,
        "classes": list(run.classes),
        "judgments": run.judgments,
        "abstentions": run.abstentions,
        "raters": run.raters,
        "at": utc_text(run.at),
    }


def _split(facts: CardFacts) -> dict[str, Any]:
    labeled = ConsensusLabel.objects.filter(run=facts.run)
    queries: int = labeled.aggregate(n=Count("item__query", distinct=True))["n"]
    return {
        "by": "query",
        "test_share": float(facts.test_share),
        "seed": facts.split_seed,
        "train_queries": queries - len(facts.held_out),
        "test_queries": len(facts.held_out),
    }
