"""Opening accounts, giving roles, saying who labels in which locale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from touchstone.apps.markets.queries import markets
from touchstone.apps.people.policies import Role
from touchstone.web.forms.account import zone_choices
from touchstone.web.forms.base import Form, choices, locale_choices
from touchstone.web.templatetags.shown import named

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from touchstone.apps.people.models import Vendor


class NewPersonForm(Form):
    """A new account."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    password = forms.CharField(
        label=_("First password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Hand it over in person; they change it under “Account”."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices, initial="UTC")
    vendor: forms.ModelChoiceField[Vendor] = forms.ModelChoiceField(
        label=_("Vendor"), queryset=None, required=False
    )

    def __init__(self, *args: Any, vendors: QuerySet[Vendor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_vendors(self, vendors)

    def account(self) -> dict[str, Any]:
        """What `create_user` asks for."""
        return dict(self.cleaned_data)


def _offer_vendors(form: forms.Form, vendors: QuerySet[Vendor]) -> None:
    field = form.fields["vendor"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = vendors
    field.empty_label = _now("None")


class GrantForm(Form):
    """A role, and where it holds: at a vendor, in a market, or everywhere."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    market = forms.ChoiceField(label=_("Market"), required=False)
    vendor: forms.ModelChoiceField[Vendor] = forms.ModelChoiceField(
        label=_("Vendor"), queryset=None, required=False
    )

    def __init__(self, *args: Any, vendors: QuerySet[Vendor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        market = self.fields["market"]
        assert isinstance(market, forms.ChoiceField)
        pairs = sorted(((row.code, named(row)) for row in markets()), key=lambda pair: pair[1])
        market.choices = choices(pairs, _now("Every market"))
        _offer_vendors(self, vendors)

    def grant(self) -> dict[str, Any]:
        """What `grant_role` asks for; without market and vendor the role holds everywhere."""
        chosen = self.cleaned_data
        return {
            "role": chosen["role"],
            "market": chosen["market"] or None,
            "vendor": chosen["vendor"],
            "everywhere": not chosen["market"] and chosen["vendor"] is None,
        }


class FluencyForm(Form):
    """The locales in which somebody may label."""

    locales = forms.MultipleChoiceField(
        label=_("Locales"),
        required=False,
        choices=locale_choices,
        widget=forms.SelectMultiple(attrs={"size": 10}),
    )
