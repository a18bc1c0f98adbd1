"""What a vendor's contract tightens, in minutes; another account of the same person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from touchstone.apps.wellbeing.policies import DEFAULT_LIMITS, Limits
from touchstone.web.forms.base import Form

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from touchstone.apps.people.models import Vendor

MINUTE = timedelta(minutes=1)
LONGEST = 7 * 24 * 60


def _minutes(limit: timedelta, label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, initial=int(limit / MINUTE), min_value=0, max_value=LONGEST
    )


class LimitsForm(Form):
    """The limits of a contract; each may only be stricter than the service's own."""

    vendor: forms.ModelChoiceField[Vendor] = forms.ModelChoiceField(
        label=_("Vendor"), queryset=None
    )
    daily = _minutes(DEFAULT_LIMITS.daily, _("S3 and above a day, at most"))
    weekly = _minutes(DEFAULT_LIMITS.weekly, _("S3 and above a week, at most"))
    stretch = _minutes(DEFAULT_LIMITS.stretch, _("S3 and above between two breaks, at most"))
    pause = _minutes(DEFAULT_LIMITS.pause, _("A break, at least"))
    wind_down = _minutes(DEFAULT_LIMITS.wind_down, _("Before the end of the shift, at least"))
    dose = _minutes(DEFAULT_LIMITS.dose, _("Weighted minutes a day, at most"))

    def __init__(self, *args: Any, vendors: QuerySet[Vendor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["vendor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = vendors

    def limits(self) -> Limits:
        """What `tighten_limits` asks for."""
        return Limits(
            **{
                name: minutes * MINUTE
                for name, minutes in self.cleaned_data.items()
                if name != "vendor"
            }
        )


class SamePersonForm(Form):
    """The address of another account that the same person has."""

    email = forms.EmailField(label=_("E-mail address of the other account"), max_length=254)
