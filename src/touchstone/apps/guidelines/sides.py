"""What an annotator is shown of an item, and how answers about swapped sides are turned back.

Which of two results stands on the left sways people, so half of the assignments are shown swapped.
Answers are kept in the item's own orientation; `Judgment.swapped` says how they were given.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from touchstone.apps.guidelines.shapes import SIDED, SIDES, Field, LabelSchema

# Money and clicks of an advertisement sway a judgment of its relevance (search.md §3).
NEVER_SHOWN = frozenset(
    {
        "price",
        "bid",
        "max_bid",
        "cpc",
        "cpm",
        "ecpm",
        "ctr",
        "pctr",
        "predicted_ctr",
        "clicks",
        "impressions",
        "revenue",
        "budget",
    }
)
# What would tell which system a side came from: two sides are judged blind.
NEVER_SHOWN_OF_A_SIDE = frozenset(
    {"system", "engine", "ranker", "variant", "arm", "model", "experiment", "score", "rank_score"}
)


def is_swapped(schema: LabelSchema, assignment_id: UUID) -> bool:
    """Whether an assignment is shown with its sides exchanged: as its random id has it."""
    return bool(schema.sides) and bool(assignment_id.int & 1)


def presented(
    schema: LabelSchema, content: Mapping[str, object], swapped: bool
) -> dict[str, object]:
    """The content as a person may see it: sides exchanged if swapped, nothing that sways."""
    sides = (schema.sides or SIDES) if schema.layout in SIDED else ()
    shown = {
        key: _without(value, NEVER_SHOWN | NEVER_SHOWN_OF_A_SIDE if key in sides else NEVER_SHOWN)
        for key, value in content.items()
        if key.lower() not in NEVER_SHOWN
    }
    if not swapped:
        return shown
    turned = dict(zip(schema.sides, reversed(schema.sides), strict=True))
    return {turned.get(key, key): value for key, value in shown.items()}


def _without(value: object, hidden: frozenset[str]) -> object:
    if isinstance(value, Mapping):
        return {
            key: _without(each, hidden) for key, each in value.items() if key.lower() not in hidden
        }
    if isinstance(value, list):
        return [_without(each, hidden) for each in value]
    return value


def unswapped(
    schema: LabelSchema, values: Mapping[str, object], swapped: bool
) -> Mapping[str, object]:
    """Answers about swapped sides, turned back to the item's own orientation.

    It comes before validation: what no option has as its value stays, to be refused by name.
    """
    if not swapped:
        return values
    fields = {field.key: field for field in schema.fields}
    return {
        key: _mirrored(fields[key], value) if key in fields else value
        for key, value in values.items()
    }


def unswapped_answers(schema: LabelSchema, answers: object, swapped: bool) -> object:
    """The same for a whole submission, as far as it has values."""
    if not swapped or not isinstance(answers, Mapping):
        return answers
    values = answers.get("values")
    if not isinstance(values, Mapping):
        return answers
    return {**answers, "values": unswapped(schema, values, swapped)}


def _mirrored(field: Field, value: object) -> object:
    if isinstance(value, list):
        return [_mirrored(field, each) for each in value]
    for option in field.options:
        # `True == 1`, and it is no grade.
        if type(value) is type(option.value) and value == option.value:
            return value if option.mirror is None else option.mirror
    return value
