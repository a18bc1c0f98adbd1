"""Plans of projects, and the guidelines they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from touchstone_client.transport import Transport
from touchstone_client.wire import decode, encode


@dataclass(frozen=True, kw_only=True)
class PlanLocaleDraft:
    """Sample, standards and unit prices in one locale; prices in units of the plan's currency."""

    locale: str
    sample_size: int
    alpha_lower_bound: Decimal
    gold_accuracy: Decimal
    price_per_judgment: Decimal
    price_per_audit: Decimal
    price_per_adjudication: Decimal
    vendors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanRiskDraft:
    """A risk seen when planning; the two losses are the ends of a 90 % interval."""

    cause: str
    event: str
    consequence: str
    probability: Decimal
    loss_low_minor_units: int
    loss_high_minor_units: int
    treatment: str
    trigger: str


@dataclass(frozen=True, kw_only=True)
class PlanDraft:
    """A plan. `guideline_version` is an id from `Plans.guidelines`; it decides the task type."""

    guideline_version: int
    sample_method: str
    overlap: int
    gold_rate: Decimal
    speed_standard: int
    start_date: date
    end_date: date
    currency: str
    budget_minor_units: int
    locales: tuple[PlanLocaleDraft, ...]
    risks: tuple[PlanRiskDraft, ...] = ()
    sample_note: str = ""
    lease_minutes: int = 30
    change_note: str = ""
    overlap_most: int | None = None
    stop_confidence: Decimal | None = None
    quiz_required: bool = False
    gold_test_size: int = 0
    qualification_days: int = 180
    repeat_rate: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class PlanSummary:
    """One version of a plan as a list shows it."""

    version: int
    state: str
    task_type: str
    guideline: str
    overlap: int
    gold_rate: Decimal
    start_date: date
    end_date: date
    currency: str
    budget_minor_units: int
    change_note: str
    content_hash: str
    created_at: datetime
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str
    overlap_most: int | None = None
    stop_confidence: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class ExpectedCost:
    """The expected work and its cost, in minor units of the plan's currency."""

    judgments: int
    total_minor_units: int


@dataclass(frozen=True, kw_only=True)
class Plan(PlanSummary):
    """A plan with all it says; `content` has the shape of a `PlanDraft`."""

    content: Mapping[str, Any]
    expected_cost: ExpectedCost

    @property
    def draft(self) -> PlanDraft:
        """What the plan says, to be changed and written as the next version."""
        return decode(PlanDraft, self.content)


@dataclass(frozen=True, kw_only=True)
class GuidelineVersion:
    """A published guideline that a plan can name by `id`."""

    id: int
    guideline: str
    version: str
    task_type: str
    title_en: str
    title_fr: str
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """The quiz and the practice examples of a guideline version, in the form they are published."""

    quiz: Mapping[str, Any]
    practice: tuple[Mapping[str, Any], ...]


class Plans:
    """`touchstone.plans`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def guidelines(self) -> Iterator[GuidelineVersion]:
        """The published guidelines, newest first."""
        return (decode(GuidelineVersion, row) for row in self._transport.pages("/guidelines"))

    def publish(
        self,
        guideline: str,
        version: str,
        *,
        texts: Mapping[str, str],
        changes: str = "",
        quiz: Mapping[str, Any] | None = None,
        practice: Sequence[Mapping[str, Any]] | None = None,
    ) -> GuidelineVersion:
        """Publish the next version of a guideline, with its quiz and practice examples if any.

        A minor version without them keeps those of the version before it.
        """
        body = {
            "version": version,
            "texts": dict(texts),
            "changes": changes,
            "quiz": None if quiz is None else dict(quiz),
            "practice": None if practice is None else [dict(each) for each in practice],
        }
        answer = self._transport.post(f"/guidelines/{guideline}/versions", body)
        return decode(GuidelineVersion, answer)

    def lessons(self, version: int) -> Lessons:
        """The quiz and the practice examples that hold with a version, answers included."""
        return decode(Lessons, self._transport.get(f"/guidelines/versions/{version}/lessons"))

    def list(self, project: str) -> Iterator[PlanSummary]:
        """Every version of a project's plan, newest first."""
        rows = self._transport.pages(f"/projects/{project}/plans")
        return (decode(PlanSummary, row) for row in rows)

    def get(self, project: str, version: int) -> Plan:
        """One version with all it says."""
        return decode(Plan, self._transport.get(f"/projects/{project}/plans/{version}"))

    def draft(self, project: str, draft: PlanDraft) -> Plan:
        """Write the next version."""
        return decode(Plan, self._transport.post(f"/projects/{project}/plans", encode(draft)))

    def revise(self, project: str, version: int, draft: PlanDraft) -> Plan:
        """Replace what a draft says."""
        path = f"/projects/{project}/plans/{version}"
        return decode(Plan, self._transport.put(path, encode(draft)))

    def submit(self, project: str, version: int) -> Plan:
        """Ask another person to approve a draft."""
        return self._act(project, version, "submit", {})

    def approve(self, project: str, version: int) -> Plan:
        """Put a plan in force that another person submitted."""
        return self._act(project, version, "approve", {})

    def reject(self, project: str, version: int, *, note: str) -> Plan:
        """Send a plan back; what comes next is a new version."""
        return self._act(project, version, "reject", {"note": note})

    def _act(self, project: str, version: int, action: str, body: Mapping[str, object]) -> Plan:
        path = f"/projects/{project}/plans/{version}/{action}"
        return decode(Plan, self._transport.post(path, body))
