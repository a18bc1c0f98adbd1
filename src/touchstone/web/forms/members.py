"""Choosing a person for a project and what for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from touchstone.apps.planning.policies import Function
from touchstone.web.forms.base import Form

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from touchstone.apps.people.models import User


class MemberForm(Form):
    """A person and a function; only people whom the viewer may see can be chosen."""

    user = forms.ChoiceField(label=_("Person"))
    function = forms.ChoiceField(label=_("Function"), choices=Function.choices)

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["user"]
        assert isinstance(chosen, forms.ChoiceField)
        rows = people.filter(is_active=True).order_by("name").values_list("pk", "name", "email")
        chosen.choices = [(pk, f"{name} · {email}") for pk, name, email in rows]
