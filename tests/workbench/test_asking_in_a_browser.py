"""Asked with one key, answered in the console, read where it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workbench.at_task import assert_accessible, open_task, query, soon
from tests.workbench.conftest import Seated
from tests.workbench.scene import KEY, Scene, a_scene
from touchstone.apps.labeling.asking.models import ItemAnswerReading, ItemQuestion
from touchstone.apps.labeling.models import Judgment

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def pilot(transactional_db: None) -> Scene:
    """Six French items; Ana has read the guideline."""
    scene = a_scene()
    scene.read("ana")
    return scene


def ask(page: Page, text: str) -> None:
    """By keyboard: the key of the dialog, the words, the key that sends."""
    page.keyboard.press("q")
    page.locator("#wb-ask[open]").wait_for()
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    page.locator("#wb-ask[open]").wait_for(state="detached")


def test_a_question_is_asked_answered_and_read_in_place(pilot: Scene, seat: Seated) -> None:
    ana = open_task(seat("ana"))
    asked_about = query(ana)
    ana.keyboard.press("3")  # half answered when the question comes up
    ana.keyboard.press("q")
    ana.locator("#wb-ask[open]").wait_for()
    ana.keyboard.press("Control+Enter")
    assert "Write your question first" in ana.locator("[data-ask-said]").inner_text()
    assert_accessible(ana)
    ana.keyboard.press("Escape")

    ask(ana, "Does a <b>rumour</b> count?")

    beside = ana.locator(".wb-asked-here")
    assert "Does a <b>rumour</b> count?" in beside.inner_text()
    assert "Not answered yet" in beside.inner_text()
    assert query(ana) == asked_about
    assert ana.locator("[data-answer] input:checked").count() == 1
    assert_accessible(ana)

    olga = seat("olga")
    olga.goto(f"/projects/{KEY}/questions")
    assert asked_about in olga.locator("main").inner_text()
    assert_accessible(olga)
    olga.get_by_label("Your answer").fill("A rumour counts.")
    olga.get_by_role("button", name="Answer").click()
    olga.get_by_text("Make it a note to the guideline").click()
    olga.get_by_role("button", name="Add the note").click()
    olga.get_by_text("It is a note to version").wait_for()
    assert_accessible(olga)

    ana.reload()
    beside.wait_for()
    assert query(ana) == asked_about
    assert "A rumour counts." in beside.inner_text()
    beside.get_by_role("button", name="I have read it").click()
    soon(lambda: ItemAnswerReading.objects.count() == 1)
    ana.keyboard.press("g")
    ana.locator("#wb-guideline[open]").wait_for()
    assert "A rumour counts." in ana.locator("#wb-guideline").inner_text()
    ana.keyboard.press("g")
    ana.keyboard.press("Enter")
    soon(lambda: query(ana) != asked_about)
    assert not beside.is_visible()
    ana.goto("/work/questions")
    assert "A rumour counts." in ana.locator("main").inner_text()
    assert_accessible(ana)
    soon(lambda: Judgment.objects.count() == 1)


def test_what_could_not_be_sent_stays_in_the_dialog(pilot: Scene, seat: Seated) -> None:
    page = open_task(seat("ana", viewport=PHONE))
    page.get_by_role("button", name="Ask or report").click()
    page.get_by_label("In your words").fill("The link is dead.")
    page.get_by_label("Broken item").check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Send").click()
    page.get_by_text("This could not be sent.").wait_for()
    assert page.get_by_label("In your words").input_value() == "The link is dead."

    page.context.set_offline(False)
    page.get_by_role("button", name="Send").click()
    page.locator("#wb-ask[open]").wait_for(state="detached")

    soon(lambda: ItemQuestion.objects.filter(kind="broken", text="The link is dead.").count() == 1)


@pytest.mark.parametrize(
    ("language", "scheme", "viewport"),
    [
        ("en", "light", {"width": 1280, "height": 720}),
        ("fr", "dark", PHONE),
        ("ar", "light", PHONE),
    ],
)
def test_the_pages_are_accessible(
    transactional_db: None, seat: Seated, language: str, scheme: str, viewport: dict[str, int]
) -> None:
    scene = a_scene(items=3, gold=4)
    scene.read("ana")
    scene.judge_all("ana", 0)
    scene.ask("ana", "Does a rumour count?", "And a joke?")
    scene.answer("A rumour counts.")
    scene.note("A rumour counts.")
    scene.reveal("It answers the question in full.")
    scene.appeal("ana", "It is off topic.")
    scene.speak("ana", language)
    page = seat("ana", color_scheme=scheme, viewport=viewport)
    for path in ("/work/", "/work/questions", "/work/results", f"/work/{KEY}/guideline"):
        page.goto(path)
        assert_accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, path
    console = seat("quinn", color_scheme=scheme, viewport=viewport)
    for tab in ("questions", "gold", "appeals", "quality"):
        console.goto(f"/projects/{KEY}/{tab}")
        assert_accessible(console)
