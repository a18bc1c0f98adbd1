"""Drawing audits and deciding lots."""

from django import forms
from django.utils.translation import gettext_lazy as _

from touchstone.apps.quality.policies import LotDecision
from touchstone.web.forms.base import Form


class AuditDrawForm(Form):
    """How many, and the seed that lets anybody draw the same again."""

    size = forms.IntegerField(label=_("How many"), min_value=1, max_value=10_000, initial=50)
    seed = forms.IntegerField(
        label=_("Seed"), min_value=0, max_value=2**31 - 1, initial=1,
        help_text=_("The same seed draws the same again."),
    )  # fmt: skip


class LotForm(Form):
    """A locale and what becomes of its waiting judgments."""

    locale = forms.CharField(max_length=15)
    decision = forms.ChoiceField(choices=LotDecision.choices)
    reason = forms.CharField(max_length=4000, required=False)
