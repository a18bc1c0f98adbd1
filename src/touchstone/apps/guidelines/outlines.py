"""A first guideline made from what a schema says itself: its questions and what answers mean.

It is where an owner starts who has no text yet: nobody would be sent to work with an empty page.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from touchstone.apps.guidelines.shapes import Field, LabelSchema, Option, in_language


def outline(schema: LabelSchema, title: str, language: str) -> str:
    """The text in Markdown, in `language` as far as the schema has names in it."""
    with override(language):
        parts = [f"# {_line(title)}"]
        for key in (key for screen in schema.screens for key in screen):
            parts += _question(schema.field(key), language)
        parts += _reasons(_("When you cannot judge"), schema.cannot_judge, language)
        parts += _reasons(_("When an expert should look"), schema.escalate, language)
    return "\n\n".join(parts) + "\n"


def _question(field: Field, language: str) -> list[str]:
    parts = [f"## {_line(field.name(language))}"]
    if text := in_language(field.help, language):
        parts.append(text)
    if field.options:
        head = f"| {pgettext('task type', 'Answer')} | {_('What it means')} |\n|---|---|"
        parts.append("\n".join([head, *(_row(option, language) for option in field.options)]))
    if not field.required:
        parts.append(_("You may leave this one out."))
    return parts


def _row(option: Option, language: str) -> str:
    name, meaning = option.name(language), in_language(option.help, language)
    grade = f"{option.value} · " if isinstance(option.value, int) else ""
    return f"| {_cell(grade + name)} | {_cell(meaning) or '–'} |"


def _reasons(title: str, reasons: Sequence[Option], language: str) -> list[str]:
    if not reasons:
        return []
    return [f"## {title}", "\n".join(f"- {_line(each.name(language))}" for each in reasons)]


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")
