"""The labeling page in a real Chromium: what comes over the wire, when one can begin, what waits.

"Usable" is from the navigation, with nothing cached, until an answer can be given. "To the next"
is measured inside the page, from the key that submits until the text of the item has changed.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import ViewportSize

from bench.rivals.rival import Rival, Seat
from tests.browser import ARGUMENTS, MISSING, chromium, node

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

VIEWPORT: ViewportSize = {"width": 1280, "height": 720}
PATIENCE_MS = 120_000
LOADS = 3
READING_MS = 1500

# Notes when the key that submits goes down, and looks at every frame whether the item is another.
WATCH = """
([selector, key, patience]) => {
  const text = () => document.querySelector(selector)?.innerText ?? "";
  const before = text();
  window.benchNext = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("the next item did not come")), patience);
    const pressed = (event) => {
      if (event.key !== key) return;
      document.removeEventListener("keydown", pressed, true);
      const began = performance.now();
      const look = () => {
        const now = text();
        if (now && now !== before) resolve(performance.now() - began);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    };
    document.addEventListener("keydown", pressed, true);
  });
}
"""


@dataclass(frozen=True)
class Shown:
    """One labeling page; bytes over the wire, seconds."""

    requests: int
    script_bytes: int
    all_bytes: int
    usable: float
    to_next: float


class NoBrowser(Exception):
    """There is no Chromium on this machine."""


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """One Chromium while the block lasts.

    :raises NoBrowser: there is none.
    """
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node()))
    with sync_playwright() as playwright:
        executable = chromium(playwright)
        if executable is None:
            raise NoBrowser(MISSING)
        started = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield started
        finally:
            started.close()


def shown(started: Browser, rival: Rival, *, submits: int) -> Shown:
    """The page opened cold a few times, then a few items answered one after the other."""
    signed_in = started.new_context(viewport=VIEWPORT)
    rival.sign_in(signed_in.new_page())
    state, seat = signed_in.storage_state(), rival.seat()
    signed_in.close()
    cold = [_cold(started, state, seat) for _load in range(LOADS)]
    context, page = _opened(started, state)
    page.goto(seat.address)
    page.locator(seat.ready).first.wait_for()
    waits = [_submit(page, seat) for _item in range(submits)]
    context.close()
    usable = statistics.median(one.usable for one in cold)
    first = cold[0]
    return Shown(
        first.requests, first.script_bytes, first.all_bytes, usable, statistics.median(waits)
    )


def _cold(started: Browser, state: Any, seat: Seat) -> Shown:
    context, page = _opened(started, state)
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = defaultdict(int)
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    devtools.on(
        "Network.loadingFinished",
        lambda e: sizes.update({e["requestId"]: int(e["encodedDataLength"])}),
    )
    began = time.perf_counter()
    page.goto(seat.address, wait_until="commit")
    page.locator(seat.ready).first.wait_for()
    usable = time.perf_counter() - began
    page.wait_for_load_state("networkidle")
    context.close()
    scripts = sum(size for request, size in sizes.items() if kinds.get(request) == "Script")
    return Shown(len(kinds), scripts, sum(sizes.values()), usable, 0.0)


def _opened(started: Browser, state: Any) -> tuple[BrowserContext, Page]:
    context = started.new_context(viewport=VIEWPORT, storage_state=state)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return context, page


def _submit(page: Page, seat: Seat) -> float:
    """Read, choose, submit; the seconds until the next item is there."""
    page.wait_for_timeout(READING_MS)
    _press(page, seat.choose, seat.chosen)
    page.evaluate(WATCH, [seat.what, seat.submit[0].rpartition("+")[2], PATIENCE_MS])
    for key in seat.submit[:-1]:
        _press(page, key, seat.between)
    page.keyboard.press(seat.submit[-1])
    return float(page.evaluate("window.benchNext")) / 1000


def _press(page: Page, key: str, awaited: str) -> None:
    """One key, and the answer that a person would see before the next one."""
    if not awaited:
        page.keyboard.press(key)
        return
    with page.expect_response(lambda answer: awaited in answer.url):
        page.keyboard.press(key)
