"""The form that takes in a file of items: the file, and which of its columns is which of ours."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from touchstone.apps.items.policies import COLUMNS
from touchstone.web.forms.base import Form

PREFIX = "column-"


class ImportForm(Form):
    """A file; the column choices come with the report of a dry run."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, JSON Lines or Parquet, in UTF-8. The dry run changes nothing."),
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.tsv,.jsonl,.ndjson,.parquet,text/csv"}
        ),
    )

    def is_check(self) -> bool:
        """Whether only the dry run was asked for."""
        return self.data.get("step") != "import"

    def mapping(self) -> dict[str, str] | None:
        """Our column → the file's column, as chosen; None to match them by name."""
        chosen = {name: self.data.get(PREFIX + name) for name in COLUMNS}
        given = {name: theirs for name, theirs in chosen.items() if theirs is not None}
        return given or None
