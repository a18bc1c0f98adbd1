"""The small forms of which the builder of task types is made: the type, a question, an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from touchstone.apps.guidelines.schemas import KINDS, LAYOUTS, METRICS
from touchstone.apps.markets.policies import LANGUAGES
from touchstone.web.forms.base import Form, locale_choices
from touchstone.web.forms.samples import LONGEST as LONGEST_SAMPLE

LAYOUT_NAMES: Mapping[str, Any] = {
    "result": _("One result"),
    "pair": _("Two results, A and B"),
    "lists": _("Two lists of results, A and B"),
    "suggestion": _("A suggestion"),
    "ad": _("An ad and its page"),
    "media": _("A text or a medium, covered until asked for"),
    "query": _("The query alone"),
    "video": _("A short video"),
}
KIND_NAMES: Mapping[str, Any] = {
    "ordinal": _("A scale: grades that go up"),
    "single": _("A choice: one answer of several"),
    "multiple": _("Flags: any number of answers"),
    "boolean": _("Yes or no"),
    "number": pgettext_lazy("kind of question", "A number"),
    "text": pgettext_lazy("kind of question", "A text"),
    "span": _("Words marked in a text"),
    "ranking": _("Entries put in order"),
}
METRIC_NAMES: Mapping[str, Any] = {
    "ndcg": _("NDCG"),
    "err": _("ERR"),
    "precision": _("Precision"),
    "win_rate": _("Win rate"),
    "side_score": _("Mean side-by-side score"),
    "defect_rate": _("Defect rate"),
    "prevalence": _("Prevalence"),
    "f1": _("F1"),
    "mean": pgettext_lazy("measure", "Mean"),
}
KEY = re.compile(r"\A[a-z][a-z0-9_]{0,39}\Z")
BAD_KEY = _("Small letters, digits and _, a letter first; at most 40.")
NAMED_IN = ("en", "fr")
OTHERS = tuple(language for language in LANGUAGES if language not in NAMED_IN)
LINE = re.compile(r"([a-z]{2})\s*:\s*(.*)")
LONGEST_NAME, LONGEST_HELP, LONGEST_GUIDELINE = 240, 1000, 200_000


def _one_line(
    label: Any, *, required: bool = True, longest: int = LONGEST_NAME, **more: Any
) -> Any:
    return forms.CharField(label=label, required=required, max_length=longest, **more)


def _area(label: Any, rows: int, longest: int, **more: Any) -> Any:
    return forms.CharField(
        label=label,
        required=False,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
        **more,
    )


class ByLanguageField(forms.CharField):
    """Texts in more languages, one a line: `de: Gut`."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2, "dir": "auto", "spellcheck": "false"})
        super().__init__(required=False, max_length=20_000, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        """The texts by language.

        :raises ValidationError: a line is not of this form, or its language is not spoken here.
        """
        found: dict[str, str] = {}
        for line in filter(str.strip, super().clean(value).splitlines()):
            parts = LINE.fullmatch(line.strip())
            if not parts or parts[1] not in OTHERS:
                raise ValidationError(
                    _now(
                        "“%(line)s” is no language with a text, such as “de: Gut”. Known: %(known)s"
                    )
                    % {"line": line.strip()[:40], "known": ", ".join(OTHERS)}
                )
            found[parts[1]] = parts[2].strip()
        return {language: found[language] for language in OTHERS if found.get(language)}


def lines_by_language(texts: Mapping[str, str]) -> str:
    """What a `ByLanguageField` shows for texts in more languages."""
    known = [*OTHERS, *(each for each in texts if each not in LANGUAGES)]
    lines = [f"{key}: {' '.join(texts[key].split())}" for key in known if texts.get(key)]
    return "\n".join(lines)


def key_from(name: str) -> str:
    """A key made of a name; empty where nothing in it can be one."""
    return slugify(name).replace("-", "_").lstrip("0123456789_")[:40].rstrip("_")


class SchemaForm(Form):
    """A piece of the builder. What is missing is told by the server, never by the browser."""

    use_required_attribute = False

    def given(self, name: str) -> Any:
        """A value as far as it could be read; nothing where it could not."""
        return getattr(self, "cleaned_data", {}).get(name)

    def shown(self, name: str) -> str:
        """A value as it stands in the form."""
        return str(self[name].value() or "")


class TypeForm(SchemaForm):
    """What holds for the whole type, the sample to try it on, and the guideline to begin with."""

    key = forms.CharField(
        label=_("Key"),
        required=False,
        max_length=60,
        help_text=_("In addresses and files, for good. Empty: made from the English name."),
    )
    name_en = _one_line(_("Name in English"), longest=120)
    name_fr = _one_line(_("Name in French"), longest=120)
    layout = forms.ChoiceField(
        label=_("What is judged"), choices=[(key, LAYOUT_NAMES[key]) for key in LAYOUTS]
    )
    metric = forms.ChoiceField(
        label=_("What the labels are for"),
        required=False,
        choices=[("", "–"), *((key, METRIC_NAMES[key]) for key in METRICS)],
    )
    context = _one_line(
        _("Contents shown"),
        required=False,
        longest=600,
        help_text=_("Columns of the items' file, in the order shown, parted by commas."),
    )
    sides = _one_line(
        _("Sides swapped at random"),
        required=False,
        longest=90,
        help_text=_("“left, right”: half of the people see them swapped. Empty: never."),
    )
    sample_query = _one_line(_("Query"), required=False, longest=500)
    sample_locale = forms.ChoiceField(label=_("Locale"), required=False)
    sample_lines = _area(
        _("Contents"),
        6,
        LONGEST_SAMPLE,
        help_text=_("One a line: “title: …”. Parts of a side: “left.title: …”; of an entry in a "
                    "list: “left.1.title: …”."),
    )  # fmt: skip
    teaches = forms.ChoiceField(label=_("Guideline"), required=False)
    title_en = _one_line(_("Title in English"), required=False, longest=160)
    title_fr = _one_line(_("Title in French"), required=False, longest=160)
    text_en = _area(
        _("Text in English"),
        8,
        LONGEST_GUIDELINE,
        help_text=_("Markdown. Empty: made from the questions above."),
    )
    text_fr = _area(_("Text in French"), 8, LONGEST_GUIDELINE)
    changes = _area(_("What changes, and why"), 2, 4000)

    def __init__(self, *args: Any, teaching: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {"sample_locale": _sample_locales(), "teaches": list(teaching)}
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def type_key(self) -> str:
        """The key that was written, or else the one that the English name makes."""
        return str(self.given("key") or slugify(self.given("name_en") or "")[:60].rstrip("-"))

    def listed(self, name: str) -> list[str]:
        """The keys in a list parted by commas."""
        return [key for key in re.split(r"[,\s]+", str(self.given(name) or "")) if key]


def _sample_locales() -> list[tuple[str, str]]:
    """The locales of the service, or English where none is open yet."""
    return locale_choices() or [("en", "English")]


class QuestionForm(SchemaForm):
    """One question of a task."""

    kind = forms.ChoiceField(
        label=_("Kind of question"), choices=[(key, KIND_NAMES[key]) for key in KINDS]
    )
    name_en = _one_line(_("Question in English"))
    name_fr = _one_line(_("Question in French"))
    required = forms.BooleanField(label=_("Must be answered"), required=False)
    key = forms.RegexField(
        KEY,
        label=_("Key"),
        required=False,
        error_messages={"invalid": BAD_KEY},
        help_text=_("Empty: made from the English."),
    )
    screen = forms.IntegerField(
        label=_("Screen"),
        required=False,
        min_value=1,
        max_value=20,
        help_text=_("The next one opens when this one is answered."),
    )
    of = forms.RegexField(
        KEY,
        label=_("About the content"),
        required=False,
        error_messages={"invalid": BAD_KEY},
        help_text=_("The text whose words are marked, “query” for the query; or the list that is "
                    "put in order."),
    )  # fmt: skip
    least = forms.FloatField(label=pgettext_lazy("bound", "At least"), required=False)
    most = forms.FloatField(label=pgettext_lazy("bound", "At most"), required=False)
    step = forms.FloatField(label=_("In steps of"), required=False)
    unit = _one_line(pgettext_lazy("of a number", "Unit"), required=False, longest=12)
    longest = forms.IntegerField(label=_("Characters at most"), required=False)
    help_en = _area(_("Explanation in English"), 2, LONGEST_HELP)
    help_fr = _area(_("Explanation in French"), 2, LONGEST_HELP)
    more_names = ByLanguageField(
        label=_("The question in other languages"), help_text=_("One a line: “de: Gut”.")
    )
    more_help = ByLanguageField(label=_("The explanation in other languages"))


class AnswerForm(SchemaForm):
    """One answer that can be chosen, or one reason not to judge."""

    name_en = _one_line(_("In English"))
    name_fr = _one_line(_("In French"))
    value = _one_line(pgettext_lazy("of an answer", "Value"), required=False, longest=40)
    hotkey = forms.RegexField(
        r"^[0-9a-z]$",
        label=pgettext_lazy("on the keyboard", "Key"),
        required=False,
        error_messages={"invalid": _("One digit or one small letter.")},
    )
    mirror = _one_line(_("Value when the sides are swapped"), required=False, longest=40)
    help_en = _area(_("Explanation in English"), 2, LONGEST_HELP)
    help_fr = _area(_("Explanation in French"), 2, LONGEST_HELP)
    more_names = ByLanguageField(
        label=_("The answer in other languages"), help_text=_("One a line: “de: Gut”.")
    )
    more_help = ByLanguageField(label=_("The explanation in other languages"))
