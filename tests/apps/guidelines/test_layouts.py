"""What the content of an item must hold for its task type."""

from typing import Any

import pytest

from tests.apps.guidelines.sample_schemas import every_kind
from tests.factories.guidelines import graded_relevance
from touchstone.apps.guidelines.policies import ContentRules, content_rules, parse_schema
from touchstone.apps.guidelines.seeds import SEEDS

RESULT = {"id": "a", "title": "A"}


def rules(key: str) -> ContentRules:
    seed = next(seed for seed in SEEDS if seed.key == key)
    found = content_rules(parse_schema(seed.schema()))
    assert found is not None
    return found


def test_a_plain_result_may_hold_anything() -> None:
    assert content_rules(parse_schema(graded_relevance())) is None


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("pairwise", {"left": {"title": "A"}, "right": {"caption": "B"}}),
        ("side-by-side", {"left": [RESULT], "right": [RESULT, {"id": "b", "text": "B"}]}),
        ("suggestion-quality", {"suggestion": "weather today", "kind": "completion"}),
        ("suggestion-quality", {"suggestion": "weather today"}),
        ("search-ads", {"title": "Kettles", "landing_url": "kettles.example"}),
        ("search-security", {"text": "T"}),
        ("search-security", {"media": "https://a.example/x.jpg", "media_kind": "image"}),
        ("query-understanding", {}),
        ("query-understanding", {"readings": [RESULT, {"id": "b", "title": "B"}]}),
        ("video-result", {"caption": "C", "clip": "https://a.example/x.mp4"}),
    ],
)
def test_good_content_has_no_fault(key: str, content: dict[str, Any]) -> None:
    assert list(rules(key).faults(content)) == []


@pytest.mark.parametrize(
    ("key", "content", "where", "says"),
    [
        ("pairwise", {"left": {"title": "A"}}, "right", "missing"),
        ("pairwise", {"left": {"title": "A"}, "right": "B"}, "right", "an object"),
        ("pairwise", {"left": {"title": "A"}, "right": {"url": "x"}}, "right", "a title"),
        (
            "pairwise",
            {"left": {"title": "A"}, "right": {"title": "B", "clip": "javascript:alert(1)"}},
            "right",
            "http",
        ),
        ("side-by-side", {"left": [RESULT], "right": {}}, "right", "missing"),
        ("side-by-side", {"left": [RESULT], "right": {"a": 1}}, "right", "list of objects"),
        ("side-by-side", {"left": [RESULT], "right": ["b"]}, "right", "list of objects"),
        ("side-by-side", {"left": [RESULT], "right": [{"title": "B"}]}, "right", "“id”"),
        ("side-by-side", {"left": [RESULT], "right": [RESULT, RESULT]}, "right", "same “id”"),
        ("side-by-side", {"left": [RESULT], "right": [{"id": "b"}]}, "right", "a title"),
        (
            "side-by-side",
            {"left": [RESULT], "right": [{"id": str(n), "title": "t"} for n in range(51)]},
            "right",
            "1 to 50",
        ),
        ("suggestion-quality", {}, "suggestion", "missing"),
        ("suggestion-quality", {"suggestion": "s", "kind": "ad"}, "kind", "“ad” is none of"),
        ("search-ads", {"text": "T"}, "title", "missing"),
        ("search-security", {}, "text", "neither"),
        ("search-security", {"media": "https://a.example/x"}, "media_kind", "none of"),
        (
            "search-security",
            {"media": "data:image/png;base64,AA", "media_kind": "image"},
            "media",
            "http",
        ),
        ("query-understanding", {"readings": []}, "readings", "1 to 50"),
        ("video-result", {"clip": "https://a.example/x.mp4"}, "caption", "missing"),
        ("video-result", {"caption": "C", "clip": "/x.mp4"}, "clip", "http"),
        ("video-result", {"caption": "C", "cover": "https://["}, "cover", "http"),
    ],
)
def test_a_fault_names_the_content_and_the_reason(
    key: str, content: dict[str, Any], where: str, says: str
) -> None:
    faults = list(rules(key).faults(content))

    assert [name for name, _message in faults] == [where]
    assert says in faults[0][1]


def test_what_a_required_field_is_about_may_not_be_missing() -> None:
    given = every_kind()
    for place in (6, 7):
        given["fields"][place]["required"] = True
    found = content_rules(parse_schema(given))
    assert found is not None

    assert [name for name, _message in found.faults({"title": "T"})] == ["text", "readings"]


def test_a_result_with_something_to_order_has_rules_too() -> None:
    given = every_kind() | {"layout": "result"}
    found = content_rules(parse_schema(given))
    assert found is not None

    assert [name for name, _message in found.faults({"readings": "a, b"})] == ["readings"]
    assert list(found.faults({})) == []
