"""Forms of labeling requests: what is asked for, locale × volume rows, a move with its reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from touchstone.apps.intake.operations import RequestDraft
from touchstone.apps.intake.policies import TRIAGE_STATES, BusinessLine, HarmClass, Purpose
from touchstone.apps.markets.queries import currencies
from touchstone.web.forms.base import (
    Form,
    Rows,
    choices,
    date_input,
    locale_choices,
    major_units,
    minor_units,
)

POINT = gettext_lazy("On the metric's own scale: 0.01 is one point of a metric from 0 to 1.")


class RequestForm(Form):
    """Everything a model team says about its request but the locales."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=160,
        help_text=gettext_lazy("What it is about in one line: others find it on the board by it."),
    )
    description = forms.CharField(
        label=gettext_lazy("What you need and why"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "The model, the decision that hangs on it, where the items come from."
        ),
    )
    business_line = forms.ChoiceField(
        label=gettext_lazy("Business line"), choices=BusinessLine.choices
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Use"),
        choices=Purpose.choices,
        help_text=gettext_lazy("It decides how many people judge each item."),
    )
    metric = forms.CharField(
        label=gettext_lazy("Metric"), max_length=60, help_text=gettext_lazy("For example nDCG@10.")
    )
    metric_current = forms.DecimalField(
        label=gettext_lazy("Metric today"), required=False, max_digits=9, decimal_places=6
    )
    metric_target = forms.DecimalField(
        label=gettext_lazy("Target"), required=False, max_digits=9, decimal_places=6
    )
    worthwhile_change = forms.DecimalField(
        label=gettext_lazy("Smallest change worth acting on"),
        max_digits=9,
        decimal_places=6,
        help_text=POINT,
    )
    deadline_date = forms.DateField(label=gettext_lazy("Deadline"), widget=date_input())
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    budget = forms.DecimalField(label=gettext_lazy("Budget"), max_digits=16, decimal_places=2)
    value_per_point = forms.DecimalField(
        label=gettext_lazy("Value of one metric point"),
        max_digits=16,
        decimal_places=2,
        help_text=gettext_lazy("What 0.01 of the metric is worth over the horizon you plan for."),
    )
    value_source = forms.CharField(
        label=gettext_lazy("Where that value comes from"),
        max_length=240,
        help_text=gettext_lazy(
            "An experiment, a finance estimate, a past launch. Without a source no figure is taken."
        ),
    )
    harm_class = forms.ChoiceField(
        label=gettext_lazy("Harm class"),
        choices=HarmClass.choices,
        initial=HarmClass.S3,
        help_text=gettext_lazy(
            "How harmful the content may be for those who see it. Leave S3 when you do not know."
        ),
    )
    personal_data = forms.BooleanField(
        label=gettext_lazy("The items may hold personal data"), required=False
    )
    alternatives = forms.CharField(
        label=gettext_lazy("Alternatives you looked at"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Reuse of earlier labels, machine judges, clicks – and why they do not do."
        ),
    )
    model_family = forms.SlugField(
        label=gettext_lazy("Model family"),
        required=False,
        max_length=40,
        help_text=gettext_lazy(
            "The line of language models that is trained or measured, if it is one. A machine "
            "judge favours its own kin, so none of that family labels here without a reason."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.digits = {currency.code: currency.digits for currency in currencies()}
        currency_field = self.fields["currency"]
        assert isinstance(currency_field, forms.ChoiceField)
        currency_field.choices = [(code, code) for code in self.digits]


class LocaleRow(Form):
    """How many items in one locale."""

    locale = forms.ChoiceField(label=gettext_lazy("Locale"))
    volume = forms.IntegerField(label=gettext_lazy("Items"), min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        tags = kwargs.pop("locale_choices", None) or locale_choices()
        super().__init__(*args, **kwargs)
        locale_field = self.fields["locale"]
        assert isinstance(locale_field, forms.ChoiceField)
        locale_field.choices = choices(tags, _("Choose a locale"))


LocaleRows = forms.formset_factory(
    LocaleRow, formset=Rows, extra=0, min_num=1, validate_min=True, max_num=60, can_delete=True
)


class RequestSheet:
    """The request form and its rows as one thing: filled from a draft, read into a draft."""

    def __init__(self, data: Any = None, draft: RequestDraft | None = None) -> None:
        self.form = RequestForm(data, initial=_initial(draft))
        self.rows: Rows = LocaleRows(  # type: ignore[assignment]  # the factory hides its base
            data,
            prefix="locales",
            # What was posted is whole: a row like the stored one is no untouched row.
            initial=_rows_of(draft) if data is None else None,
            form_kwargs={"locale_choices": locale_choices()},
        )

    def is_valid(self) -> bool:
        """Whether the shape is right; what it means is for the operation to check."""
        valid = [self.form.is_valid(), self.rows.is_valid()]
        tags = [row.get("locale") for row in self.rows.rows()] if all(valid) else []
        if len(tags) != len(set(tags)):
            self.form.add_error(None, _("A locale stands in two rows: put its items into one."))
            return False
        return all(valid)

    def draft(self) -> RequestDraft:
        """What the person wrote, as plain values."""
        values = dict(self.form.cleaned_data)
        digits = self.form.digits[values["currency"]]
        return RequestDraft(
            budget_minor_units=minor_units(values.pop("budget"), digits),
            value_per_point_minor_units=minor_units(values.pop("value_per_point"), digits),
            locales={row["locale"]: row["volume"] for row in self.rows.rows()},
            **values,
        )

    def show_refusal(self, message: str, fields: dict[str, str]) -> None:
        """Put what an operation refused beside the fields it is about."""
        places = {"budget_minor_units": "budget", "value_per_point_minor_units": "value_per_point"}
        for name, text in fields.items():
            place = places.get(name, name)
            self.form.add_error(place if place in self.form.fields else None, text)
        if not fields:
            self.form.add_error(None, message)


def _rows_of(draft: RequestDraft | None) -> list[dict[str, Any]]:
    wanted = draft.locales if draft else {}
    return [{"locale": tag, "volume": volume} for tag, volume in wanted.items()]


def _initial(draft: RequestDraft | None) -> dict[str, Any]:
    if draft is None:
        return {"currency": "EUR"}
    digits = {currency.code: currency.digits for currency in currencies()}[draft.currency]
    return {
        **vars(draft),
        "budget": major_units(draft.budget_minor_units, digits),
        "value_per_point": major_units(draft.value_per_point_minor_units, digits),
    }


class MoveForm(Form):
    """A decision on a request."""

    to = forms.ChoiceField(choices=[(state.value, state.label) for state in TRIAGE_STATES])
    reason = forms.CharField(required=False, max_length=4000)


class OpenProjectForm(Form):
    """What a request is called once it is carried out."""

    name = forms.CharField(label=gettext_lazy("Project name"), max_length=160)
    key = forms.SlugField(
        label=gettext_lazy("Key"),
        max_length=60,
        help_text=gettext_lazy("Short and lasting: it stands in the project's address."),
    )
