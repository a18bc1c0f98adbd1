"""Forms of a plan: what holds for all of it, its terms for each locale, its risks."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from touchstone.apps.guidelines.queries import versions
from touchstone.apps.markets.queries import currencies
from touchstone.apps.planning.operations import PlanDraft, PlanLocaleDraft, PlanRiskDraft
from touchstone.apps.planning.policies import SampleMethod
from touchstone.web.forms.base import Form, Rows, date_input, major_units, minor_units
from touchstone.web.templatetags.shown import language

if TYPE_CHECKING:
    from touchstone.apps.intake.models import LabelingRequest

SHARE = _("A share between 0 and 1.")
QUALIFICATION_DAYS = 180


class PlanForm(Form):
    """What holds for the whole plan."""

    guideline_version = forms.TypedChoiceField(
        label=_("Guideline"),
        coerce=int,
        help_text=_("Its version decides the task type and the label schema."),
    )
    sample_method = forms.ChoiceField(label=_("Sample"), choices=SampleMethod.choices)
    sample_note = forms.CharField(
        label=_("How the sample is drawn"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    overlap = forms.IntegerField(
        label=_("Overlap"),
        min_value=1,
        max_value=50,
        help_text=_("How many independent judgments each item gets."),
    )
    overlap_most = forms.IntegerField(
        label=_("Overlap at most"),
        required=False,
        min_value=1,
        max_value=50,
        help_text=_("For a dynamic overlap: an item that stays unsure gets up to so many."),
    )
    stop_confidence = forms.DecimalField(
        label=_("Confidence that ends an item"),
        required=False,
        max_digits=4,
        decimal_places=3,
        help_text=_(
            "For a dynamic overlap, for example 0.95: an item that is as sure gets no more "
            "judgments. Empty: every item gets the same overlap."
        ),
    )
    gold_rate = forms.DecimalField(
        label=_("Gold rate"),
        max_digits=4,
        decimal_places=3,
        help_text=_("Share of gold items among those served, for example 0.05."),
    )
    repeat_rate = forms.DecimalField(
        label=_("Repeats"),
        required=False,
        min_value=0,
        max_digits=4,
        decimal_places=3,
        help_text=_(
            "Share of the work that asks people once more about what they judged at least 12 hours "
            "and 100 items before, for example 0.02: it shows who agrees with themselves. Paid, "
            "and outside of the overlap. 0 or empty: none."
        ),
    )
    speed_standard = forms.IntegerField(
        label=_("Speed standard"), min_value=1, help_text=_("Judgments per annotator hour.")
    )
    quiz_required = forms.BooleanField(
        label=_("Quiz before labeling"),
        required=False,
        help_text=_("That of the guideline; who has not passed it gets no work."),
    )
    gold_test_size = forms.IntegerField(
        label=_("Gold items in the test"),
        required=False,
        min_value=0,
        max_value=200,
        help_text=_(
            "A test before labeling, in each locale; its pass mark follows from the gold accuracy "
            "asked and is shown with the plan. 0 means no test."
        ),
    )
    qualification_days = forms.IntegerField(
        label=_("Days that a pass holds"),
        required=False,
        min_value=1,
        max_value=1825,
        help_text=_("After that, and when a major version of the guideline comes, anew."),
    )
    lease_minutes = forms.IntegerField(
        label=_("Minutes to answer"),
        min_value=1,
        max_value=1440,
        help_text=_("After that an unanswered task goes to somebody else."),
    )
    start_date = forms.DateField(label=pgettext_lazy("plan", "Start"), widget=date_input())
    end_date = forms.DateField(label=_("End"), widget=date_input())
    currency = forms.ChoiceField(label=_("Currency"))
    budget = forms.DecimalField(label=_("Budget"), max_digits=16, decimal_places=2)
    change_note = forms.CharField(
        label=_("What changes, and why"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Compulsory for a new version of an approved plan."),
    )

    def clean_gold_test_size(self) -> int:
        """Nothing written means no test."""
        return self.cleaned_data["gold_test_size"] or 0

    def clean_repeat_rate(self) -> Decimal:
        """Nothing written means no repeats."""
        return self.cleaned_data["repeat_rate"] or Decimal(0)

    def clean_qualification_days(self) -> int:
        """Nothing written means what is usual."""
        return self.cleaned_data["qualification_days"] or QUALIFICATION_DAYS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.digits = {currency.code: currency.digits for currency in currencies()}
        _offer(self, "currency", [(code, code) for code in self.digits])
        # None comes by itself: ten task types are offered, and the wrong one wastes the work.
        choose = ("", str(_("Choose a guideline")))
        _offer(self, "guideline_version", [choose, *guideline_choices()])


def _offer(form: forms.Form, name: str, offered: list[tuple[Any, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = offered


def guideline_choices() -> list[tuple[int, str]]:
    """Every published version by its title in the person's language, newest first."""
    return [(version.pk, f"{_title(version.guideline)} · {version}") for version in versions()]


def _title(guideline: Any) -> str:
    return str(guideline.title_fr if language() == "fr" else guideline.title_en)


def _price(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=12, decimal_places=6)


class LocaleTermsForm(Form):
    """Sample, standards and unit prices in one locale."""

    locale = forms.CharField(label=_("Locale"), max_length=15)
    sample_size = forms.IntegerField(label=_("Items"), min_value=1)
    alpha_lower_bound = forms.DecimalField(
        label=_("α, lower bound"), min_value=-1, max_value=1, max_digits=4, decimal_places=3
    )
    gold_accuracy = forms.DecimalField(
        label=_("Gold accuracy"), min_value=0, max_value=1, max_digits=4, decimal_places=3
    )
    price_per_judgment = _price(_("Price of a judgment"))
    price_per_audit = _price(_("Price of an audit"))
    price_per_adjudication = _price(_("Price of an adjudication"))
    vendors = forms.CharField(
        label=_("Vendors"),
        required=False,
        max_length=400,
        help_text=_("Keys, parted by commas: only their people label here. Empty: everybody's."),
    )

    def clean_vendors(self) -> tuple[str, ...]:
        """The keys, as they were written."""
        return tuple(key.strip() for key in self.cleaned_data["vendors"].split(",") if key.strip())


class PlanRiskForm(Form):
    """A risk: cause, event, consequence; how likely; what it would cost; what is done about it."""

    cause = forms.CharField(label=_("Cause"), max_length=240)
    event = forms.CharField(label=_("Event"), max_length=240)
    consequence = forms.CharField(label=_("Consequence"), max_length=240)
    probability = forms.DecimalField(
        label=_("Probability"), max_digits=4, decimal_places=3, help_text=SHARE
    )
    loss_low = forms.DecimalField(
        label=_("Loss, low end"),
        max_digits=16,
        decimal_places=2,
        help_text=_("You are 95 % sure that it is more."),
    )
    loss_high = forms.DecimalField(
        label=_("Loss, high end"),
        max_digits=16,
        decimal_places=2,
        help_text=_("You are 95 % sure that it is less."),
    )
    treatment = forms.CharField(label=_("Treatment"), max_length=240)
    trigger = forms.CharField(
        label=_("Trigger"), max_length=240, help_text=_("The sign by which you notice it.")
    )


LocaleTermsRows = forms.formset_factory(
    LocaleTermsForm, formset=Rows, extra=0, min_num=1, max_num=60, can_delete=True
)
PlanRiskRows = forms.formset_factory(
    PlanRiskForm, formset=Rows, extra=0, max_num=40, can_delete=True
)
MONEY_PLACES = {"budget_minor_units": "budget"}
LOSS_PLACES = {"loss_low_minor_units": "loss_low", "loss_high_minor_units": "loss_high"}


class PlanSheet:
    """The plan's form with its rows of locales and risks, filled from a draft and read into one."""

    def __init__(self, data: Any, initial: dict[str, Any]) -> None:
        self.form = PlanForm(data, initial=initial["plan"])
        # What was posted is whole: a row like the stored one is no untouched row.
        rows = initial if data is None else {}
        self.locales = _rows(LocaleTermsRows, data, "locales", rows)
        self.risks = _rows(PlanRiskRows, data, "risks", rows)

    def is_valid(self) -> bool:
        """Whether the shape is right; what it means is for the operation to check."""
        return all([self.form.is_valid(), self.locales.is_valid(), self.risks.is_valid()])

    def draft(self) -> PlanDraft:
        """What the person wrote, as plain values."""
        values = dict(self.form.cleaned_data)
        digits = self.form.digits[values["currency"]]
        return PlanDraft(
            budget_minor_units=minor_units(values.pop("budget"), digits),
            locales=tuple(PlanLocaleDraft(**_without(row)) for row in self.locales.rows()),
            risks=tuple(risk_draft(row, digits) for row in self.risks.rows()),
            **values,
        )

    def show_refusal(self, message: str, fields: dict[str, str]) -> None:
        """Put what an operation refused beside the fields it is about."""
        tags = {str(form.cleaned_data.get("locale")): form for form in self.locales.kept_forms()}
        risks = dict(enumerate(self.risks.kept_forms()))
        for path, text in fields.items():
            part, *rest = path.split(".")
            if part == "locales" and rest and rest[0] in tags:
                _blame(tags[rest[0]], rest[1] if rest[1:] else "locale", text)
            elif part == "risks" and rest and int(rest[0]) in risks:
                _blame(risks[int(rest[0])], LOSS_PLACES.get(rest[1], rest[1]), text)
            else:
                _blame(self.form, MONEY_PLACES.get(part, part), text)
        if not fields:
            self.form.add_error(None, message)


def _rows(kind: type, data: Any, prefix: str, initial: dict[str, Any]) -> Rows:
    made: Rows = kind(data, prefix=prefix, initial=initial.get(prefix))
    return made


def _blame(form: forms.Form, name: str, text: str) -> None:
    form.add_error(name if name in form.fields else None, text)


def _without(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "DELETE"}


def risk_draft(row: dict[str, Any], digits: int) -> PlanRiskDraft:
    """One risk as plain values, its losses in minor units."""
    values = _without(row)
    return PlanRiskDraft(
        loss_low_minor_units=minor_units(values.pop("loss_low"), digits),
        loss_high_minor_units=minor_units(values.pop("loss_high"), digits),
        **values,
    )


def from_draft(draft: PlanDraft, *, next_version: bool) -> dict[str, Any]:
    """The form's values for an existing plan; the note of a change starts empty."""
    digits = {currency.code: currency.digits for currency in currencies()}[draft.currency]
    plan = {**vars(draft), "budget": major_units(draft.budget_minor_units, digits)}
    if next_version:
        plan["change_note"] = ""
    return {
        "plan": plan,
        "locales": [_plain(terms) for terms in draft.locales],
        "risks": [
            {
                **vars(risk),
                "loss_low": major_units(risk.loss_low_minor_units, digits),
                "loss_high": major_units(risk.loss_high_minor_units, digits),
            }
            for risk in draft.risks
        ],
    }


def _plain(terms: PlanLocaleDraft) -> dict[str, Any]:
    return {
        name: value.normalize() if isinstance(value, Decimal) else value
        for name, value in vars(terms).items()
    } | {"vendors": ", ".join(terms.vendors)}


def first_plan(request: LabelingRequest, today: dt.date) -> dict[str, Any]:
    """A starting point taken from the request; standards as usual, prices left to the owner."""
    digits = request.currency.digits
    return {
        "plan": {
            "overlap": 1 if request.purpose == "train" else 3,
            "gold_rate": Decimal("0.05"),
            "repeat_rate": Decimal(0),
            "lease_minutes": 30,
            "quiz_required": False,
            "gold_test_size": 0,
            "qualification_days": QUALIFICATION_DAYS,
            "speed_standard": 120,
            "sample_method": SampleMethod.GIVEN,
            "start_date": today,
            "end_date": request.deadline_date,
            "currency": request.currency_id,
            "budget": major_units(request.budget_minor_units, digits),
        },
        "locales": [
            {
                "locale": wanted.locale_id,
                "sample_size": wanted.volume,
                "alpha_lower_bound": Decimal("0.667"),
                "gold_accuracy": Decimal("0.85"),
            }
            for wanted in request.locales.all()
        ],
        "risks": [],
    }
