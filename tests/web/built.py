"""What a browser sends of the builder of task types, made from the builder itself."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from touchstone.web.forms.task_type_builder import Builder
from touchstone.web.forms.task_types import SchemaForm

TEACHING = [("new", "New"), ("", "None")]


def sent(builder: Builder, **changes: Any) -> QueryDict:
    """Every field as it stands on the page; `changes` replace some, by their names."""
    data = QueryDict(mutable=True)
    _put(data, builder.form)
    for question in builder.questions:
        data.appendlist("question", question.prefix)
        _put(data, question.form)
        if question.is_main:
            data["main"] = question.prefix
        for answer in question.answers:
            data.appendlist(f"{question.prefix}-answers", str(answer.prefix))
            _put(data, answer)
    for name in ("cannot_judge", "escalate"):
        for answer in getattr(builder, name):
            data.appendlist(name, str(answer.prefix))
            _put(data, answer)
    for name, value in changes.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def _put(data: QueryDict, form: SchemaForm) -> None:
    for bound in form:
        value = bound.value()
        if value is not None and value is not False:  # `0 == False`, and it is a grade
            data[bound.html_name] = "on" if value is True else str(value)


def again(builder: Builder, **changes: Any) -> Builder:
    """The builder after a trip to the page and back."""
    return Builder.posted(sent(builder, **changes), TEACHING)
