"""What to do next on a project, in words: one sentence and where to do it.

Plain functions of what the page has read anyway; nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from touchstone.apps.intake.policies import RequestState
from touchstone.apps.planning.policies import PlanState
from touchstone.web.templatetags.lights import TAB_NEEDS

if TYPE_CHECKING:
    from touchstone.apps.planning.models import Plan
    from touchstone.flows.portfolio import ProjectCard

_S = RequestState


@dataclass(frozen=True)
class NextStep:
    """A sentence, the button under it, and the view and capability behind the button."""

    text: str
    action: str = ""
    view: str = ""
    needs: str = "VIEW_PROJECT"
    phase: str = ""


def next_step(card: ProjectCard, plan: Plan | None) -> NextStep:
    """What moves this project on."""
    if plan is None:
        return NextStep(
            _("The project has no plan yet."), _("Write the plan"), "web:plan_edit", "WRITE_PLAN"
        )
    return _by_plan(plan) or _by_state(card)


def _by_plan(plan: Plan) -> NextStep | None:
    version = {"version": plan.version}
    if plan.state == PlanState.DRAFT:
        text = _("Version %(version)d of the plan is a draft. Read it, then submit it.") % version
        return NextStep(text, _("Open the plan"), "web:plan", "WRITE_PLAN")
    if plan.state == PlanState.SUBMITTED:
        text = _(
            "Version %(version)d of the plan waits for somebody other than its submitter to decide."
        )
        return NextStep(text % version, _("Open the plan"), "web:plan", "APPROVE_PLAN")
    if plan.state == PlanState.REJECTED:
        text = _("Version %(version)d of the plan was sent back. Write the next version.") % version
        return NextStep(text, _("Write the next version"), "web:plan_edit", "WRITE_PLAN")
    return None


def _by_state(card: ProjectCard) -> NextStep:
    lights = {light.name: light for light in card.lights}
    if card.state is _S.PLANNED:
        return _planned(lights["schedule"].level == "none", lights["capacity"].level == "bad")
    if card.state in (_S.PILOT, _S.LIVE):
        return _running(card)
    return _LATER.get(card.state, _over)()


def _planned(no_items: bool, no_people: bool) -> NextStep:
    if no_items:
        text = _("The plan is in force. Import the items to be labeled.")
        return NextStep(text, _("Import items"), "web:items_import", "IMPORT_ITEMS")
    if no_people:
        text = _("Too few annotators for the overlap. Put people on the project.")
        return NextStep(text, _("Put people on it"), "web:people", "ASSIGN_PEOPLE")
    text = _("Plan, items and people are ready. Start the pilot.")
    return NextStep(text, _("Start the pilot"), "web:phase", "RUN_PROJECT", phase="pilot")


def _running(card: ProjectCard) -> NextStep:
    if card.share_done >= 1:
        if card.state is _S.PILOT:
            text = _("Every judgment of the pilot is in. Measure quality, then go live.")
            return NextStep(text, _("Go live"), "web:phase", "RUN_PROJECT", phase="live")
        text = _(
            "Every judgment is in. Measure quality, decide the lots, run consensus, then freeze a "
            "release."
        )
        return NextStep(text, _("Open quality"), "web:quality", "VIEW_QUALITY")
    worst = card.worst
    text = _("People are labeling. %(reason)s") % {"reason": worst.reason}
    return NextStep(text, _("See why"), f"web:{worst.tab}", TAB_NEEDS[worst.tab])


def _delivered() -> NextStep:
    text = _("A release is delivered. The requester accepts it or returns it with a reason.")
    return NextStep(text, _("Open releases"), "web:releases", "VIEW_RELEASES")


def _accepted() -> NextStep:
    text = _("The release is accepted. Evaluate two systems on it, then estimate the return.")
    return NextStep(text, _("Open releases"), "web:releases", "VIEW_RELEASES")


def _reviewed() -> NextStep:
    text = _("The return is reviewed. Close the project.")
    return NextStep(text, _("Close the project"), "web:phase", "RUN_PROJECT", phase="close")


def _paused() -> NextStep:
    text = _("The project is paused; nobody is given new tasks.")
    return NextStep(text, _("Resume"), "web:phase", "RUN_PROJECT", phase="resume")


def _over() -> NextStep:
    return NextStep(_("Nothing is left to do here."))


_LATER = {
    _S.DELIVERED: _delivered,
    _S.ACCEPTED: _accepted,
    _S.ROI_REVIEWED: _reviewed,
    _S.PAUSED: _paused,
}
