"""What the pages of task types show beside the form: scales, samples, where to begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.policies import Field, LabelSchema, Option
from touchstone.apps.guidelines.queries import guidelines_of, newest_version, text_of
from touchstone.apps.guidelines.schemas import LAYOUTS
from touchstone.apps.guidelines.seeds import REASONS, SEEDS
from touchstone.apps.markets.policies import LANGUAGES
from touchstone.lib.errors import NotVisible
from touchstone.web.forms.samples import sample_of
from touchstone.web.forms.task_type_builder import Builder
from touchstone.web.forms.task_types import KIND_NAMES, LAYOUT_NAMES, METRIC_NAMES
from touchstone.web.templatetags.shown import language

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import Guideline, TaskType

Choices = list[tuple[str, str]]
# Where somebody begins who starts from nothing: a scale of two grades, to be named, and the usual
# reasons not to judge, without which people would have to guess.
FIRST: Mapping[str, Any] = {
    **{entry: SEEDS[0].schema()[entry] for entry in REASONS},
    "layout": "result",
    "context": ["title", "text", "url"],
    "fields": [
        {
            "key": "grade",
            "kind": "ordinal",
            "required": True,
            "options": [{"value": 0, "hotkey": "0"}, {"value": 1, "hotkey": "1"}],
        }
    ],
    "main": "grade",
    "metric": "ndcg",
}


@dataclass(frozen=True)
class Scale:
    """A question with its names and those of its answers, language by language."""

    field: Field
    is_main: bool
    kind: Any
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]


def scales_of(schema: LabelSchema) -> list[Scale]:
    """Every question of a schema in the order asked."""
    keys = [key for screen in schema.screens for key in screen]
    return [
        Scale(field, key == schema.main, KIND_NAMES[field.kind], _rows(field))
        for key in keys
        for field in (schema.field(key),)
    ]


def _rows(field: Field) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return tuple(
        (each, field.names.get(each, ""), tuple(_name(option, each) for option in field.options))
        for each in LANGUAGES
        if field.names.get(each) or any(each in option.names for option in field.options)
    )


def _name(option: Option, spoken: str) -> str:
    return option.names.get(spoken, "")


def samples() -> dict[str, dict[str, str]]:
    """The sample item of each layout, for the page to take when the layout changes."""
    return {layout: sample_of("", layout, language()) for layout in LAYOUTS}


def preview_context() -> dict[str, Any]:
    """What the preview can be switched between, and how things are called."""
    return {
        "preview_languages": settings.WORKBENCH_LANGUAGES,
        "preview_language": language(),
        "layout_names": LAYOUT_NAMES,
        "metric_names": METRIC_NAMES,
        "rtl_languages": " ".join(settings.LANGUAGES_BIDI),
    }


def teaching_choices(newest: TaskType | None) -> Choices:
    """What can become of the guideline: opened, moved on, or left for later."""
    teaching = guidelines_of([newest.key]).get(newest.key, []) if newest else []
    if not teaching:
        return [("new", _("Publish a first guideline with it")), ("", _("No guideline yet"))]
    moves = [
        (str(each.pk), _("Move “%(title)s” on to this version") % {"title": _title(each)})
        for each in teaching
    ]
    return [*moves, ("", _("Leave the guidelines as they are"))]


def _title(guideline: Guideline) -> str:
    return guideline.title_fr if language() == "fr" else guideline.title_en


def beginning(source: TaskType | None, teaching: Iterable[tuple[str, str]]) -> Builder:
    """The form of a new type: hardly begun, or as the one that it is made from."""
    if source is None:
        schema = FIRST
        initial = {"teaches": "new", **sample_of("", "result", language())}
    else:
        schema = source.schema
        sample = sample_of(source.key, schema.get("layout", "result"), language())
        initial = {"teaches": "new", **sample, **_texts_of(source)}
    return Builder.started(schema, initial, teaching)


def next_beginning(newest: TaskType, teaching: Choices) -> Builder:
    """The form of the next version of a type."""
    initial = {
        "name_en": newest.name_en,
        "name_fr": newest.name_fr,
        "teaches": teaching[0][0],
        **sample_of(newest.key, newest.schema.get("layout", "result"), language()),
        **_texts_of(newest),
    }
    return Builder.started(newest.schema, initial, teaching)


def _texts_of(task_type: TaskType) -> dict[str, str]:
    """The titles and texts of the first guideline that teaches a task type, to begin with."""
    guideline = next(iter(guidelines_of([task_type.key]).get(task_type.key, [])), None)
    if guideline is None:
        return {}
    titles = {"title_en": guideline.title_en, "title_fr": guideline.title_fr}
    try:
        version = newest_version(guideline.key)
    except NotVisible:
        return titles
    texts = {text.language: text.body for text in version.texts.all()}
    return titles | {"text_en": text_of(version, "en").body, "text_fr": texts.get("fr", "")}
