"""Freezing a release, deciding on it, system runs and evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from touchstone.apps.datasets.policies import Decision
from touchstone.web.forms.base import Form

if TYPE_CHECKING:
    from touchstone.apps.evaluations.models import SystemRun


class ReleaseForm(Form):
    """How the delivery is split and what is said of it."""

    test_share = forms.DecimalField(
        label=_("Share of queries held out for testing"),
        min_value=0,
        max_value=Decimal("0.9"),
        max_digits=4,
        decimal_places=3,
        initial=Decimal("0.2"),
        help_text=_("A query is never split between training and testing."),
    )
    split_seed = forms.IntegerField(
        label=_("Seed of the split"), min_value=0, max_value=2**31 - 1, initial=1
    )
    note = forms.CharField(
        label=_("Note to the requester"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class DecisionForm(Form):
    """Accepted, or returned with a reason."""

    decision = forms.ChoiceField(choices=Decision.choices)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Compulsory when you return the release: the owner works from it."),
    )


class RunForm(Form):
    """A TREC run file and the name of its system."""

    system = forms.CharField(label=_("System"), max_length=120)
    file = forms.FileField(
        label=_("TREC run file"),
        help_text=_("One line for each result: query, Q0, document, rank, score, tag."),
    )


class EvaluationForm(Form):
    """Two runs to compare on a part of a release."""

    baseline = forms.ChoiceField(label=_("Baseline"))
    candidate = forms.ChoiceField(label=_("Candidate"))
    part = forms.ChoiceField(label=_("Queries"))
    seed = forms.IntegerField(label=_("Seed"), min_value=0, max_value=2**31 - 1, initial=1)

    def __init__(
        self, *args: Any, runs: Sequence[SystemRun], parts: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(run.pk), f"{run.system} · {run.file_name}") for run in runs]
        for name, offered in (("baseline", names), ("candidate", names), ("part", parts)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered
        if len(names) > 1:
            self.fields["candidate"].initial = names[0][0]
            self.fields["baseline"].initial = names[1][0]


def part_choices(test_share: Decimal) -> list[tuple[str, str]]:
    """Which queries an evaluation may use."""
    every = [("all", _now("All queries"))]
    return [*every, ("test", _now("Held-out queries"))] if test_share else every
