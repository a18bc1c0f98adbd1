"""Label schemas, answers, sides: the rules of this app, and what a text looks like.

Plain functions without the ORM. What is offered here is the app's face to the others: schemas are
read in `schemas`, answers in `answers`, what is shown of an item in `sides` and `layouts`.
"""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from touchstone.apps.guidelines.answers import (
    REASON_LENGTH,
    TEXT_LENGTH,
    Answered,
    InvalidAnswers,
    Outcome,
    validate_answers,
)
from touchstone.apps.guidelines.layouts import ContentRules, content_rules
from touchstone.apps.guidelines.schemas import (
    BrokenSchema,
    Field,
    LabelSchema,
    Option,
    grade_of,
    in_language,
    parse_schema,
)
from touchstone.apps.guidelines.sides import (
    NEVER_SHOWN,
    is_swapped,
    presented,
    unswapped,
    unswapped_answers,
)

__all__ = [
    "NEVER_SHOWN",
    "REASON_LENGTH",
    "TEXT_LENGTH",
    "Answered",
    "BrokenSchema",
    "ContentRules",
    "Field",
    "InvalidAnswers",
    "LabelSchema",
    "Option",
    "Outcome",
    "content_rules",
    "grade_of",
    "in_language",
    "is_swapped",
    "parse_schema",
    "presented",
    "render",
    "unswapped",
    "unswapped_answers",
    "validate_answers",
]


@lru_cache(maxsize=64)
def render(markdown: str) -> SafeString:
    """Markdown as HTML. Tags in the text are shown as text, never passed through."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return mark_safe(parser.render(markdown))
