"""Opening a risk and closing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from touchstone.apps.planning.queries import plan_in_force
from touchstone.apps.risks.policies import RiskState
from touchstone.web.forms.base import Form, date_input
from touchstone.web.forms.plans import PlanRiskForm

if TYPE_CHECKING:
    from touchstone.apps.planning.models import Project


class RiskForm(PlanRiskForm):
    """A risk with the day on which it is looked at again."""

    review_date = forms.DateField(label=_("Look at it again on"), widget=date_input())

    @staticmethod
    def digits_of(project: Project) -> int:
        """Minor-unit digits of the currency in which the loss is written."""
        plan = plan_in_force(project)
        return int((plan or project.request).currency.digits)


class CloseRiskForm(Form):
    """How a risk ended, and what came of it."""

    state = forms.ChoiceField(
        choices=[(RiskState.CLOSED, _("Over")), (RiskState.OCCURRED, _("Occurred"))]
    )
    note = forms.CharField(max_length=4000)
