"""What every form of the console shares: the look of its widgets, money, rows that repeat."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from touchstone.apps.markets.queries import locales
from touchstone.web.templatetags.shown import named

CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.SelectMultiple, "form-select"),
    (forms.Select, "form-select"),
    (forms.Textarea, "form-control"),
    (forms.FileInput, "form-control"),
    (forms.widgets.Input, "form-control"),
)


class Form(forms.Form):
    """A form in the look of the component kit."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = _look(field.widget)

    def add_error(self, field: str | None, error: Any) -> None:
        """Every fault comes through here, Django's own too: mark the field it is about.

        Looking at `errors` earlier would validate the form before a subclass has set its choices.
        """
        super().add_error(field, error)
        if field in self.fields:
            widget = self.fields[field].widget
            widget.attrs["class"] = f"{_look(widget)} is-invalid"


def _look(widget: forms.Widget) -> str:
    return next((css for kind, css in CLASSES if isinstance(widget, kind)), "")


if TYPE_CHECKING:
    _FormSet = forms.BaseFormSet[Form]
else:  # Django's own class takes no parameter at run time
    _FormSet = forms.BaseFormSet


class Rows(_FormSet):
    """Rows that repeat, such as locale × volume; an untouched row is left out."""

    def kept_forms(self) -> list[Form]:
        """The rows that are filled in and not marked for removal."""
        return [
            form
            for form in self.forms
            if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Their values."""
        return [form.cleaned_data for form in self.kept_forms()]

    def add_fields(self, form: Form, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove")
            form.fields["DELETE"].widget.attrs.update(
                {"class": "form-check-input", "data-remove-row": ""}
            )


def date_input() -> forms.DateInput:
    """The browser's own date picker; it wants ISO dates."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def minor_units(amount: Decimal, digits: int) -> int:
    """An amount of money in minor units, exactly."""
    return int(amount.scaleb(digits).to_integral_value())


def major_units(minor: int, digits: int) -> Decimal:
    """An amount in minor units as people write it."""
    return Decimal(minor).scaleb(-digits)


def choices(pairs: Iterable[tuple[str, str]], empty: str = "") -> list[tuple[str, Any]]:
    """Choices with an empty first line when one is named."""
    return [*([("", empty)] if empty else []), *pairs]


def locale_choices() -> list[tuple[str, str]]:
    """Every locale by its name in the person's language."""
    pairs = [(locale.tag, f"{named(locale)} · {locale.tag}") for locale in locales()]
    return sorted(pairs, key=lambda pair: pair[1].casefold())
