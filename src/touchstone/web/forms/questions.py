"""Answering questions, revealing gold, deciding on appeals."""

from django import forms

from touchstone.apps.quality.appealing.deciding import Verdict
from touchstone.web.forms.base import Form

# Longer than any operation takes: what is too long is refused there, in words.
LONGEST = 20_000


class AnswerForm(Form):
    """An answer to the question of a number."""

    number = forms.IntegerField(min_value=1)
    text = forms.CharField(max_length=LONGEST, required=False)


class NoteForm(Form):
    """A note made of the answer of a number."""

    number = forms.IntegerField(min_value=1)
    text_en = forms.CharField(max_length=LONGEST, required=False)
    text_fr = forms.CharField(max_length=LONGEST, required=False)


class RevealForm(Form):
    """Why the answer of a gold item is right."""

    number = forms.IntegerField(min_value=1)
    explanation = forms.CharField(max_length=LONGEST, required=False)


class AppealForm(Form):
    """What becomes of an appeal, and why."""

    number = forms.IntegerField(min_value=1)
    verdict = forms.ChoiceField(choices=Verdict.choices)
    reason = forms.CharField(max_length=LONGEST, required=False)
