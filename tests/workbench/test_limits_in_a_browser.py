"""Harmful work in a real browser: gone at a click, and gone when its time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from tests.workbench.conftest import Seated
from tests.workbench.scene import KEY, Scene
from tests.workbench.test_limits import agree, clock, harmful_scene
from touchstone.apps.labeling.models import Assignment
from touchstone.apps.wellbeing.models import Exposure
from touchstone.apps.wellbeing.operations import give_consent, state_hours
from touchstone.apps.wellbeing.policies import Severity

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SIZES = [{"width": 1280, "height": 720}, {"width": 390, "height": 844}]


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    """As for the other screens, where a server thread can see it."""
    return harmful_scene()


class TestOnTheTaskScreen:
    def open(self, seat: Seated) -> Page:
        page = seat("ana")
        page.goto(f"/work/{KEY}/")
        page.locator("[data-shell]").wait_for(state="visible")
        return page

    def test_harmful_content_goes_at_once(self, scene: Scene, seat: Seated) -> None:
        agree(scene)
        page = self.open(seat)
        first = page.locator("[data-query]").inner_text()

        page.get_by_role("button", name="Harmful: skip").click()

        assert page.locator("[data-query]").inner_text() != first
        page.locator('[data-state="saved"]').wait_for()
        assert Assignment.objects.get(state="skipped").item.query.text == first
        assert Exposure.objects.get().source == "harmful"

    def test_a_limit_is_told_with_the_time_and_the_way_to_the_limits(
        self, scene: Scene, seat: Seated
    ) -> None:
        """The last lease ends: the task leaves the screen and the reason is there."""
        by, now = scene.people["ana"], timezone.now()
        give_consent(severity=Severity.S3, version=1, language="en", by=by, at=now)
        away = (now + timedelta(hours=3)).replace(minute=0)
        state_hours(
            time_zone="UTC",
            starts=clock(away),
            ends=clock(away + timedelta(hours=8)),
            by=by,
            at=now,
        )
        page = seat("ana")
        page.goto(f"/work/{KEY}/")

        told = page.locator("[data-rest-text]")
        page.locator("[data-limits]").wait_for(state="visible")
        assert told.inner_text().startswith("Harmful content is shown within your working hours")
        assert "{when}" not in told.inner_text()
        assert not Assignment.objects.exists()

    def test_a_task_whose_time_is_over_leaves_the_screen(self, scene: Scene, seat: Seated) -> None:
        agree(scene)
        page = seat("ana")
        page.clock.install()
        page.goto(f"/work/{KEY}/")
        page.locator("[data-shell]").wait_for(state="visible")
        page.route("**/api/v1/**", lambda route: route.abort())  # nothing is renewed

        page.clock.fast_forward(31 * 60 * 1000)

        page.locator("[data-rest]").wait_for(state="visible")
        assert not page.locator("[data-shell]").is_visible()


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("size", SIZES, ids=["laptop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_screens_are_in_order(
    scene: Scene,
    seat: Seated,
    language: str,
    size: dict[str, int],
    scheme: str,
) -> None:
    """No violation by axe, nothing wider than the screen; the bar above is every screen's own."""
    scene.speak("ana", language)
    page = seat("ana", viewport=size, color_scheme=scheme)
    for path in (f"{KEY}/consent", "limits"):
        page.goto(f"/work/{path}")
        found = Axe().run(page, context="main")
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.querySelector('main').scrollWidth <= innerWidth")
    agree(scene)
    page.goto("/work/limits")
    assert Axe().run(page, context="main").violations_count == 0
