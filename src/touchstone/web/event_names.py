"""What the ledger's events are called on the screen. The ledger itself keeps their codes."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_NAMES: dict[str, Promise] = {
    "consensus.run.finished": _("Consensus run"),
    "datasets.release.accepted": _("Release accepted"),
    "datasets.release.frozen": _("Release frozen"),
    "datasets.release.returned": _("Release returned"),
    "economics.costs.posted": _("Costs posted"),
    "economics.return.estimated": _("Return estimated"),
    "evaluations.evaluation.made": _("Systems compared"),
    "evaluations.run.uploaded": _("Run file uploaded"),
    "guidelines.guideline.created": _("Guideline created"),
    "guidelines.tasktype.created": _("Task type created"),
    "guidelines.version.published": _("Guideline version published"),
    "guidelines.version.read": _("Guideline read"),
    "intake.request.filed": _("Request filed"),
    "intake.request.moved": _("Request moved"),
    "intake.request.revised": _("Request revised"),
    "items.batch.imported": _("Items imported"),
    "labeling.assignment.released": _("Task given back"),
    "labeling.assignment.skipped": _("Task skipped"),
    "labeling.items.enqueued": _("Items opened for labeling"),
    "labeling.items.leased": _("Tasks taken"),
    "labeling.items.wanted_again": _("Items labeled again"),
    "labeling.judgment.submitted": _("Judgment submitted"),
    "labeling.leases.expired": _("Reservations ended"),
    "markets.holidays.loaded": _("Holidays loaded"),
    "markets.rate.recorded": _("Exchange rate recorded"),
    "people.fluency.set": _("Languages of a person set"),
    "people.password.set": _("Password set"),
    "people.preferences.set": _("Preferences set"),
    "people.role.granted": _("Role granted"),
    "people.role.revoked": _("Role withdrawn"),
    "people.token.issued": _("Token issued"),
    "people.token.revoked": _("Token withdrawn"),
    "people.user.created": _("Account opened"),
    "people.user.deactivated": _("Account closed"),
    "people.vendor.created": _("Vendor added"),
    "planning.member.added": _("Person added to the project"),
    "planning.member.removed": _("Person taken off the project"),
    "planning.plan.approved": _("Plan approved"),
    "planning.plan.drafted": _("Plan drafted"),
    "planning.plan.rejected": _("Plan rejected"),
    "planning.plan.revised": _("Plan revised"),
    "planning.plan.submitted": _("Plan submitted"),
    "planning.project.opened": _("Project opened"),
    "quality.adjudication.settled": _("Disagreement settled"),
    "quality.adjudications.opened": _("Disagreements opened"),
    "quality.audit.submitted": _("Audit submitted"),
    "quality.audits.drawn": _("Audits drawn"),
    "quality.gold.added": _("Gold added"),
    "quality.gold.marked": _("Gold answer marked"),
    "quality.lot.accepted": _("Lot accepted"),
    "quality.lot.rejected": _("Lot rejected"),
    "quality.project.measured": _("Quality measured"),
    "risks.risk.closed": _("Risk closed"),
    "risks.risk.opened": _("Risk opened"),
}


def event_name(code: str) -> Promise | str:
    """The event in words, or its code where there are none."""
    return EVENT_NAMES.get(code, code)
