"""The console in a real Chromium: pictures under the content policy, htmx, themes, WCAG."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.programme import (
    KEY,
    Programme,
    a_programme,
    evaluated,
    items_file,
    on_one_connection,
    planned,
)
from tests.factories.repeats import answer_again
from touchstone.apps.planning.models import Project

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AT = f"/projects/{KEY}"
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 720}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = (
    "/", "/requests", "/requests/1", "/requests/new", AT, f"{AT}/plan", f"{AT}/plan/edit",
    f"{AT}/items", f"{AT}/items/import", f"{AT}/people", f"{AT}/quality", f"{AT}/releases",
    f"{AT}/releases/1", f"{AT}/value", f"{AT}/risks", f"{AT}/risks/new",
    f"{AT}/activity", "/account", "/markets", "/people", "/people/new",
    "/task-types", "/task-types/graded-relevance", "/task-types/build/new",
    "/task-types/graded-relevance/build",
)  # fmt: skip


@pytest.fixture
def programme(transactional_db: None, tmp_path: Path) -> Programme:
    """Everybody is there, where a server in another thread sees them."""
    with on_one_connection():
        return a_programme(tmp_path)


@pytest.fixture
def page_of(programme: Programme, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """A page on which somebody is signed in."""

    def opened(name: str, **options: Any) -> Page:
        client = Client()
        client.force_login(programme.people[name])
        page = open_page(**options)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        page.goto("/sign-in")
        page.context.add_cookies([{**cookie, "url": page.url}])
        return page

    return opened


def settled(page: Page, path: str) -> None:
    """Open a page and wait for its lights and pictures."""
    answer = page.goto(path)
    assert answer is not None and answer.status == 200, path
    page.wait_for_load_state("networkidle")
    page.wait_for_function("!document.querySelector('.ts-standing-wait')")


@pytest.mark.parametrize("tab", ["quality", "value", "activity"])
def test_the_open_tab_is_in_sight_on_a_phone(
    programme: Programme, page_of: Callable[..., Page], tab: str
) -> None:
    with on_one_connection():
        planned(programme)
    page = page_of("olga", viewport=PHONE)
    settled(page, f"{AT}/{tab}")

    box = page.locator(".ts-tabs [aria-current]").bounding_box()

    assert box is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]


def test_every_page_passes_wcag_and_fits(
    programme: Programme, page_of: Callable[..., Page]
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with on_one_connection():
        pages = (*PAGES, f"/evaluations/{evaluated(programme).id}")
        project = Project.objects.get(key=KEY)
        answer_again(project, programme.people["ana"], same=9, other=3, at=timezone.now())
    for scheme, viewport in (("light", LAPTOP), ("dark", PHONE)):
        page = page_of("ada", color_scheme=scheme, viewport=viewport)
        for path in pages:
            settled(page, path)
            assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme
            width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(width) == 0, f"{path} scrolls sideways"
            found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
            assert [(path, each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_pictures_are_drawn_and_their_figures_stand_beside_them(
    programme: Programme, page_of: Callable[..., Page]
) -> None:
    with on_one_connection():
        evaluation = f"/evaluations/{evaluated(programme).id}"
    page = page_of("olga")
    for path in (AT, f"{AT}/quality", evaluation, f"{AT}/value", f"{AT}/risks"):
        settled(page, path)
        page.wait_for_selector("[data-chart] canvas")
        charts = page.locator("figure.ts-chart")
        assert charts.count() == page.locator("figure.ts-chart details table").count() > 0


def test_a_file_is_checked_then_imported_without_choosing_it_again(
    programme: Programme, page_of: Callable[..., Page]
) -> None:
    with on_one_connection():
        planned(programme)
    page = page_of("olga")
    page.goto(f"{AT}/items/import")
    page.set_input_files("input[type=file]", items_file(programme))
    page.get_by_role("button", name="Check the file").click()
    page.get_by_text("rows are in order.").wait_for()
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(f"**{AT}/items")
    page.get_by_text("are in and open for labeling.").wait_for()


def test_the_theme_is_switched_and_kept(programme: Programme, page_of: Callable[..., Page]) -> None:
    page = page_of("olga", color_scheme="light")
    page.goto("/")
    page.locator("[data-theme-toggle]").click()
    page.goto("/requests")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_a_row_is_added_and_filled_in(programme: Programme, page_of: Callable[..., Page]) -> None:
    page = page_of("rita")
    page.goto("/requests/new")
    page.get_by_role("button", name="Add a locale").click()
    page.locator("[name=locales-1-locale]").select_option("fr-CA")
    page.locator("[name=locales-1-volume]").fill("5")
    assert page.locator("[name=locales-TOTAL_FORMS]").input_value() == "2"


def test_judgments_are_exported_by_a_click(
    programme: Programme, page_of: Callable[..., Page]
) -> None:
    with on_one_connection():
        evaluated(programme)
    page = page_of("quinn")
    settled(page, f"{AT}/quality")

    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV").click()

    assert coming.value.suggested_filename.startswith(f"{KEY}-judgments-")
    lines = Path(coming.value.path()).read_text().splitlines()
    assert lines[0].startswith("item_id,rater_pseudonym,label,value,ts")
    assert len(lines) > 50
