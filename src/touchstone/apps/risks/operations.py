"""Keeping the risk register: opening risks and closing them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from touchstone.apps.ledger import operations as ledger
from touchstone.apps.people.models import User
from touchstone.apps.planning.drafts import PlanRiskDraft, risk_errors
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.queries import budget_currencies
from touchstone.apps.risks.models import Risk
from touchstone.lib.errors import Refused

__all__ = ("InvalidRisk", "RiskDraft", "RiskIsClosed", "close_risk", "open_risk")

# A risk in the register says what a planned one says; the register adds who and when.
RiskDraft = PlanRiskDraft


class InvalidRisk(Refused):
    """Some fields cannot stand; `details["fields"]` says which and why."""

    code = "invalid_risk"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(
            _("Nothing was saved: some fields of the risk need attention."), fields=fields
        )


class RiskIsClosed(Refused):
    """The risk was closed before; what was written then stays."""

    code = "risk_is_closed"

    def __init__(self, risk: Risk) -> None:
        super().__init__(
            _("Risk R%(number)d is in “%(state)s” already. Open a new one if it is back.")
            % {"number": risk.number, "state": Risk.State(risk.state).label},
            state=risk.state,
        )


@transaction.atomic
def open_risk(
    *,
    project: Project,
    draft: RiskDraft,
    owner: User,
    review_date: date,
    by: User,
    at: datetime,
) -> Risk:
    """Put a risk into the register of `project` under its next number.

    The loss is in the currency of the plan in force, or of the request before there is one.

    :raises InvalidRisk: with every field that cannot stand; a review date that is past is one.
    """
    errors = risk_errors(draft)
    if review_date < at.date():
        errors["review_date"] = _("The review date is in the past. Choose a day from today on.")
    if not owner.is_active:
        errors["owner"] = _("%(name)s's account is closed.") % {"name": owner.name}
    if errors:
        raise InvalidRisk(errors)
    risk = Risk.objects.create(
        project=project,
        number=_next_number(project),
        currency_id=budget_currencies([project])[project.pk],
        owner=owner,
        review_date=review_date,
        opened_at=at,
        **asdict(draft),
    )
    _record("risks.risk.opened", risk, by, at)
    return risk


@transaction.atomic
def close_risk(*, risk: Risk, state: str, note: str, by: User, at: datetime) -> Risk:
    """Close a risk that `occurred`, or that is over (`closed`), and say what came of it.

    :raises RiskIsClosed: it is not open.
    :raises InvalidRisk: the note is empty, or `state` is not one in which a risk ends.
    """
    risk.refresh_from_db(fields=["state"], from_queryset=Risk.objects.select_for_update())
    if risk.state != Risk.State.OPEN:
        raise RiskIsClosed(risk)
    note = note.replace("\0", "").strip()
    errors = {}
    if state not in (Risk.State.OCCURRED, Risk.State.CLOSED):
        errors["state"] = _("Choose “Occurred” or “Closed”.")
    if not note:
        errors["note"] = _("Say what came of the risk.")
    if errors:
        raise InvalidRisk(errors)
    risk.state, risk.closed_at, risk.closing_note = state, at, note
    risk.save(update_fields=["state", "closed_at", "closing_note"])
    _record("risks.risk.closed", risk, by, at, state=str(state), note=note)
    return risk


def _record(event: str, risk: Risk, by: User, at: datetime, **data: object) -> None:
    ledger.record(
        event=event,
        subject=risk,
        by=by,
        at=at,
        project_id=risk.project_id,
        request_id=risk.project.request_id,
        number=risk.number,
        **data,
    )


def _next_number(project: Project) -> int:
    # The project's row is held so that two risks opened at once get two numbers.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    highest: int | None = project.risks.aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1
