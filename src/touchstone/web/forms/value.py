"""Estimating the return, and posting a fixed cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from touchstone.apps.economics.policies import Assumptions, QualityClass
from touchstone.apps.markets.queries import currencies
from touchstone.web.forms.base import Form

if TYPE_CHECKING:
    from touchstone.apps.evaluations.models import Evaluation

USUAL = Assumptions()


class ReturnForm(Form):
    """Which measured difference, and what must be assumed besides."""

    evaluation = forms.ChoiceField(label=_("Measured difference"))
    slope_mean = forms.FloatField(
        label=_("Online points for each offline point"),
        initial=USUAL.slope_mean,
        help_text=_("From past experiments: how much of an offline gain reaches people."),
    )
    slope_sd = forms.FloatField(
        label=_("… and how unsure (standard deviation)"), min_value=0, initial=USUAL.slope_sd
    )
    value_sd_share = forms.FloatField(
        label=_("How far off the value per point may be"),
        min_value=0,
        initial=USUAL.value_sd_share,
        help_text=_("As a share of it: 0.25 is a quarter up or down."),
    )
    p_launch = forms.FloatField(
        label=_("Chance that the change ships"), min_value=0, max_value=1, initial=USUAL.p_launch
    )
    attribution = forms.FloatField(
        label=_("Share of the gain due to the labels"),
        min_value=0,
        max_value=1,
        initial=USUAL.attribution,
    )
    seed = forms.IntegerField(label=_("Seed"), min_value=0, max_value=2**31 - 1, initial=1)

    def __init__(self, *args: Any, evaluations: Sequence[Evaluation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["evaluation"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [
            (f"{evaluation.pk}:{compared.metric}", _label(evaluation, compared.metric))
            for evaluation in evaluations
            for compared in evaluation.comparisons.all()
        ]

    def evaluation_and_metric(self) -> tuple[int, str]:
        """The choice, taken apart."""
        number, __, metric = self.cleaned_data["evaluation"].partition(":")
        return int(number), metric

    def assumptions(self) -> dict[str, float]:
        """The assumptions by name."""
        return {name: self.cleaned_data[name] for name in USUAL.as_dict()}


def _label(evaluation: Evaluation, metric: str) -> str:
    return f"{metric} · {evaluation.candidate.system} − {evaluation.baseline.system}"


def assumed(parameters: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The stored assumptions under the labels that the form gives them."""
    given: Mapping[str, float] = parameters.get("assumptions", {})
    labels = {name: str(ReturnForm.base_fields[name].label) for name in USUAL.as_dict()}
    return [(labels[name], value) for name, value in given.items() if name in labels]


class FixedCostForm(Form):
    """A cost that no unit of work stands for, such as a guideline workshop."""

    amount = forms.DecimalField(
        label=_("Amount"),
        max_digits=14,
        decimal_places=2,
        help_text=_("A negative amount takes an earlier cost back."),
    )
    currency = forms.ChoiceField(label=_("Currency"))
    quality_class = forms.ChoiceField(label=_("Class"), choices=QualityClass.choices)
    note = forms.CharField(label=_("What it is for"), max_length=240)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["currency"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [(row.code, row.code) for row in currencies()]
