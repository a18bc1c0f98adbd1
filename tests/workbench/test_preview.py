"""A task type on trial, before there is a project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.factories.intake import person
from tests.workbench import samples
from tests.workbench.conftest import Seated, SignedIn
from tests.workbench.test_screens import text_of
from touchstone.apps.people.models import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATH = "/work/preview"


@pytest.fixture
def owner(db: None, signed_in: SignedIn) -> Client:
    person("olga", Role.PROJECT_OWNER)
    return signed_in("olga")


def sent(layout: str = "result", **changes: object) -> dict[str, Any]:
    """What a form sends to be previewed."""
    query, content = samples.contents("en")[layout]
    schema = samples.plain_schema(layout, context=list(content))
    whole = {"schema": schema, "query": query, "locale": "en-US", "content": content} | changes
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in whole.items()
    }


class TestFragment:
    def test_holds_the_questions_and_the_item(self, owner: Client) -> None:
        answer = owner.post(PATH, sent())

        assert answer.status_code == 200
        assert "How good?" in text_of(answer) and "<html" not in text_of(answer)
        assert "Six minutes for a soft yolk" in text_of(answer)
        assert "secret" not in text_of(owner.post(PATH, sent("ad")))

    def test_speaks_the_language_asked_for(self, owner: Client) -> None:
        assert "How good? (fr)" in text_of(owner.post(PATH, sent(language="fr")))
        assert "How good? (fr)" not in text_of(owner.post(PATH, sent(language="xx")))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"schema": {"fields": []}}, "fields"),
            ({"schema": samples.plain_schema("nowhere")}, "layout"),
            ({"schema": samples.plain_schema("result", {"key": "x", "kind": "odd"})}, "x"),
            ({"schema": "{"}, "schema"),
            ({"schema": "[" * 100_000}, "schema"),
            ({"content": "[]"}, "content"),
            ({"content": '{"text": NaN}'}, "content"),
            ({"content": r'{"text": "\ud800"}'}, "content"),
        ],
    )
    def test_what_cannot_be_shown_is_refused_by_name(
        self, owner: Client, changes: dict[str, object], field: str
    ) -> None:
        answer = owner.post(PATH, sent(**changes))

        assert answer.status_code == 422
        assert f'data-fault="{field}"' in text_of(answer)

    def test_is_for_people_with_an_account(self, db: None, client: Client) -> None:
        answer = client.post(PATH, sent())
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in")


MOUNT = """async (fields) => {
    const body = new URLSearchParams(fields);
    body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    const answer = await fetch("/work/preview", {method: "POST", body});
    const place = document.createElement("div");
    place.innerHTML = await answer.text();
    document.querySelector("main .wb-main").replaceChildren(place);
    const {mountPreview} = await import("/static/workbench/preview.js");
    mountPreview(place.querySelector("[data-preview]"));
}"""


def kept(page: Page) -> Any:
    return json.loads(page.locator("[data-preview-answers]").inner_text())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
class TestInABrowser:
    def test_is_answered_like_a_task_and_sends_nothing(self, owner: Client, seat: Seated) -> None:
        page = seat("olga")
        page.goto("/work/")
        page.evaluate(MOUNT, sent("pair"))
        called: list[str] = []
        page.on("request", lambda request: called.append(request.url))
        page.locator("[data-query]").focus()
        page.keyboard.press("2")
        page.keyboard.press("Enter")

        assert kept(page) == {"outcome": "label", "values": {"grade": 2}, "comment": ""}
        assert page.locator(".wb-side-panel h3").all_inner_texts() == [
            "How long to boil an egg",
            "Eggs: all you need to know",
        ]
        assert called == []

    def test_keys_outside_of_it_are_not_its_own(self, owner: Client, seat: Seated) -> None:
        page = seat("olga")
        page.goto("/work/")
        page.evaluate(MOUNT, sent())
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("2")

        assert page.locator(".wb-answer :checked").count() == 0
