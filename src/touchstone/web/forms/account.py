"""Preferences, password and tokens of one's own account."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from touchstone.apps.people.policies import time_zones
from touchstone.web.forms.base import Form


def zone_choices() -> list[tuple[str, str]]:
    """The time zones that people know by a place."""
    zones = sorted(zone for zone in time_zones() if "/" in zone and zone[:3] != "Etc")
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]


class PreferencesForm(Form):
    """Language and time zone."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)


def _password(label: object, complete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": complete})
    return forms.CharField(label=label, max_length=200, strip=False, widget=widget)  # type: ignore[arg-type]


class PasswordForm(Form):
    """The old password and the new one, once each: the browser shows and keeps it."""

    old = _password(_("Present password"), "current-password")
    new = _password(_("New password"), "new-password")


class TokenForm(Form):
    """A token's name and how long it works."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Where you will use it, for example “notebook”."),
    )
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("a year"))],
        initial=90,
    )

    def expires_at(self, at: dt.datetime) -> dt.datetime:
        """When the token ends."""
        return at + dt.timedelta(days=self.cleaned_data["days"])
