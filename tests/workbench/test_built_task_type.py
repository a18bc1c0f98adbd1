"""An owner builds a task type without code, looks at it, and Ana labels with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.factories.intake import person
from tests.workbench.at_task import open_task, soon
from tests.workbench.conftest import Seated
from tests.workbench.scene import judgments
from tests.workbench.typed_scene import a_typed_scene
from touchstone.apps.guidelines.models import TaskType
from touchstone.apps.guidelines.queries import newest_version
from touchstone.apps.people.models import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 390, "height": 844}
SCALE = (("Stale", "Périmé"), ("Old", "Ancien"), ("Recent", "Récent"), ("Fresh", "Tout frais"))
FLAGS = (("Wrong date", "Date fausse"), ("No date", "Sans date"))
WORDS = {
    "en": {"add_answer": "Add an answer", "add_question": "Add a question",
           "publish": "Publish the task type", "refused": "Nothing was saved yet."},
    "fr": {"add_answer": "Ajouter une réponse", "add_question": "Ajouter une question",
           "publish": "Publier le type de tâche", "refused": "Rien n’a encore été enregistré."},
}  # fmt: skip


def put(page: Page, name: str, text: str) -> None:
    page.locator(f"[name='{name}']").fill(text)


def put_names(page: Page, prefix: str, names: tuple[str, str]) -> None:
    for language, name in zip(("en", "fr"), names, strict=True):
        put(page, f"{prefix}-name_{language}", name)


def prefixes(page: Page, marker: str) -> list[str]:
    """The rows of a list, in the order of the page."""
    found: list[str] = page.locator(f"[data-builder] [name='{marker}']").evaluate_all(
        "nodes => nodes.map((node) => node.value)"
    )
    return found


def write_scale(page: Page, words: dict[str, str]) -> None:
    """Four grades: two are there, two are added, by keyboard."""
    put_names(page, "q1", ("How fresh?", "Fraîcheur ?"))
    for _more in range(2):
        page.locator(".ts-question").first.get_by_role("button", name=words["add_answer"]).focus()
        page.keyboard.press("Enter")
    rows = prefixes(page, "q1-answers")
    for row, names in zip(rows, SCALE, strict=True):
        put_names(page, row, names)
    assert [page.locator(f"[name='{row}-value']").input_value() for row in rows] == list("0123")


def write_flags(page: Page, words: dict[str, str]) -> None:
    """A question with two flags, after the scale."""
    page.get_by_role("button", name=words["add_question"]).click()
    question = prefixes(page, "question")[-1]
    assert page.evaluate("document.activeElement.name") == f"{question}-name_en"
    put_names(page, question, ("Any flags?", "Des signalements ?"))
    page.locator(f"[name='{question}-kind']").select_option("multiple")
    for names in FLAGS:
        page.locator(".ts-question").last.get_by_role("button", name=words["add_answer"]).click()
        put_names(page, prefixes(page, f"{question}-answers")[-1], names)


def trial(page: Page) -> Any:
    return page.locator("[data-trial-place]")


def fits(page: Page) -> None:
    """Nothing against WCAG, nothing that scrolls sideways."""
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(width) == 0
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_is_built_looked_at_published_and_labeled_with(seat: Seated, language: str) -> None:
    words = WORDS[language]
    person("otto", Role.PROJECT_OWNER)
    page = seat("otto", locale=language)
    page.goto("/task-types/build/new")
    put(page, "name_en", "Freshness")
    put(page, "name_fr", "Fraîcheur")
    write_scale(page, words)
    write_flags(page, words)

    # The French of one grade is missing: told at its field, and everything else is still there.
    put(page, f"{prefixes(page, 'q1-answers')[2]}-name_fr", "")
    page.get_by_role("button", name=words["publish"]).click()
    page.get_by_text(words["refused"]).wait_for()
    (wrong,) = page.locator(".is-invalid").all()
    assert not TaskType.objects.exists()
    assert page.locator("[data-builder] [name$='-name_en'][value='Fresh']").count() == 1
    wrong.fill("Récent")

    # The preview is the workbench's own, in its own language and theme.
    trial(page).get_by_text({"en": "Any flags?", "fr": "Des signalements ?"}[language]).wait_for()
    page.locator("[data-trial-language]").select_option("fr")
    trial(page).get_by_text("Tout frais").wait_for()
    page.locator("[data-trial-language]").select_option("ar")
    trial(page).get_by_text("Fresh", exact=True).wait_for()
    assert trial(page).evaluate("node => getComputedStyle(node).direction") == "rtl"
    page.locator("[data-trial-theme]").click()
    assert trial(page).get_attribute("data-bs-theme") == "dark"
    fits(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    fits(page)

    page.get_by_role("button", name=words["publish"]).click()
    page.wait_for_url("**/task-types/freshness")
    trial(page).get_by_text({"en": "Any flags?", "fr": "Des signalements ?"}[language]).wait_for()
    fits(page)
    text = newest_version("freshness").texts.get(language="fr").body
    assert "| 2 · Récent |" in text

    scene = a_typed_scene("freshness", [("news of today", {"title": "Strike over", "text": "…"})])
    scene.speak("ana", language)
    desk = seat("ana", locale=language)
    open_task(desk)
    for key in ("3", "2", "Enter"):
        desk.keyboard.press(key)
    soon(lambda: len(judgments(scene)) == 1)
    assert judgments(scene)[0].answers["values"] == {"grade": 3, "any_flags": ["no_date"]}


def test_rows_move_go_and_come_back(seat: Seated) -> None:
    person("otto", Role.PROJECT_OWNER)
    page = seat("otto", locale="en")
    page.goto("/task-types/build/new")
    assert prefixes(page, "q1-answers") == ["q1-a1", "q1-a2"]
    first = page.locator(".ts-question .ts-answer").first

    first.get_by_role("button", name="Move down").press("Enter")
    assert prefixes(page, "q1-answers") == ["q1-a2", "q1-a1"]
    assert page.evaluate("document.activeElement.dataset.move") == "1"
    page.locator(".ts-question .ts-answer").first.get_by_role("button", name="Remove").press(
        "Enter"
    )
    assert prefixes(page, "q1-answers") == ["q1-a1"]
    page.get_by_role("button", name="Put it back").press("Enter")
    assert prefixes(page, "q1-answers") == ["q1-a2", "q1-a1"]

    # Another layout brings its sides and a sample that fits.
    page.locator("[name=layout]").select_option("pair")
    page.locator("[name=sides]").wait_for()
    assert "left.title:" in page.locator("[name=sample_lines]").input_value()
    page.locator("[name=q1-kind]").select_option("boolean")
    assert page.locator(".ts-question .ts-answer").first.is_hidden()
    trial(page).locator(".wb-side-panel").first.wait_for()


def test_what_cannot_be_previewed_says_why(seat: Seated) -> None:
    person("otto", Role.PROJECT_OWNER)
    page = seat("otto", locale="en")
    page.goto("/task-types/build/new")
    trial(page).locator("[data-preview]").wait_for()

    put(page, "sample_lines", "no name")
    page.locator("[data-trial-fault]").get_by_text("has no name").wait_for()
    put(page, "sample_lines", "title: Eggs")
    trial(page).get_by_text("Eggs").wait_for()
    assert page.locator("[data-trial-fault]").inner_text() == ""
    page.locator(".ts-question [data-row]").nth(1).get_by_role("button", name="Remove").click()
    trial(page).get_by_text("a choice needs at least two options").wait_for()
