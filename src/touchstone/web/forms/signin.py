"""The sign-in form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from touchstone.web.forms.base import Form


class SignInForm(Form):
    """An address and a password."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
