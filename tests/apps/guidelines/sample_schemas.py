"""Schemas that use every kind, and the two sides; a new object each time."""

from typing import Any

NAMES = {"en": "Name", "fr": "Nom"}


def option(value: int | str, **more: object) -> dict[str, Any]:
    return {"value": value, "names": NAMES, **more}


def field(key: str, kind: str, **more: object) -> dict[str, Any]:
    return {"key": key, "kind": kind, "names": NAMES, **more}


def every_kind() -> dict[str, Any]:
    """One field of each kind; only the label is required."""
    return {
        "layout": "media",
        "fields": [
            field("grade", "ordinal", required=True, options=[option(-2), option(0), option(5)]),
            field("verdict", "single", options=[option("good"), option("bad")]),
            field("flags", "multiple", options=[option("a"), option("b"), option("d")]),
            field("commercial", "boolean"),
            field("seconds", "number", least=0, most=60, step=0.5, unit="s"),
            field("remark", "text", longest=20),
            field("typo", "span", of="text", options=[option("typo"), option("space")]),
            field("order", "ranking", of="readings"),
        ],
        "screens": [["grade", "verdict", "flags"], ["commercial", "seconds", "remark"],
                    ["typo", "order"]],
        "main": "grade",
        "cannot_judge": [option("broken")],
        "escalate": [option("illegal", hotkey="1"), option("danger")],
        "context": ["title", "text"],
        "metric": "prevalence",
    }  # fmt: skip


def two_sides() -> dict[str, Any]:
    """A comparison with a scale, a choice with sides of its own, and tags that have none."""
    return {
        "layout": "lists",
        "sides": ["left", "right"],
        "context": ["left", "right"],
        "fields": [
            field(
                "side",
                "ordinal",
                required=True,
                options=[option(value, mirror=-value) for value in (-1, 0, 1)],
            ),
            field(
                "spam",
                "multiple",
                options=[option("left_has", mirror="right_has"),
                         option("right_has", mirror="left_has")],
            ),
            field("reasons", "multiple", options=[option("fresher"), option("safer")]),
        ],
        "main": "side",
    }  # fmt: skip
