"""What tests of the task screen do with a browser, and what they wait for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError

from tests.workbench.scene import KEY

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


def open_task(page: Page) -> Page:
    page.goto(f"/work/{KEY}/")
    page.locator("[data-shell]:not([hidden])").wait_for()
    return page


def query(page: Page) -> str:
    return page.locator("[data-query]").inner_text()


def soon(fact: Callable[[], bool]) -> None:
    """Wait until the server has it."""
    end = time.monotonic() + 10
    while not fact():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def state(page: Page, expected: str) -> None:
    """Wait for a state, longer than a call to the server may take."""
    try:
        page.locator(f'[data-state="{expected}"]').wait_for(timeout=30_000)
    except TimeoutError:
        told = page.locator("[data-state]").get_attribute("data-state")
        pytest.fail(f"the page says {told!r}, not {expected!r}")


class Wire:
    """The way of answers to the server, to be cut and mended.

    Laid before the page opens: a browser that begins to intercept while a page already talks
    does not tell when every call goes through it.
    """

    def __init__(self, page: Page, *, cut: bool = False, lost_receipts: int = 0) -> None:
        self.cut, self.lost_receipts, self.calls = cut, lost_receipts, 0
        page.context.route("**/api/v1/judgments", self._pass)

    def _pass(self, route: Route) -> None:
        self.calls += 1
        if self.lost_receipts:
            self.lost_receipts -= 1
            route.fetch()
            route.abort()
        elif self.cut:
            route.abort()
        else:
            route.continue_()


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
