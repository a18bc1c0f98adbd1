"""What is kind to the person at the task screen, in a real browser and by the keyboard alone."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.staticfiles import finders
from django.utils import timezone
from playwright.sync_api import Error

from tests.factories.guidelines import GuidelineReadingFactory
from tests.factories.intake import AT
from tests.workbench.at_task import assert_accessible, open_task, query, soon, state
from tests.workbench.conftest import Seated
from tests.workbench.samples import contents
from tests.workbench.scene import Scene, a_scene, judgments
from tests.workbench.typed_scene import a_typed_scene
from touchstone.apps.guidelines.models import GuidelineVersion
from touchstone.apps.labeling.asking.models import ItemQuestion
from touchstone.apps.labeling.models import Assignment, AssignmentState, Judgment
from touchstone.apps.people.keymap import DEFAULTS
from touchstone.apps.people.models import WorkbenchPreferences
from touchstone.apps.people.operations import set_workbench_preferences

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MOST_SCRIPT_BYTES = 120 * 1024
LONG = 60.0


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    """As for the other screens, where a server thread can see it."""
    scene = a_scene()
    scene.read("ana")
    return scene


def answer(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def chosen(page: Page) -> list[str | None]:
    return [one.get_attribute("value") for one in page.locator(".wb-radio:checked").all()]


def prefer(scene: Scene, *, auto_advance: bool = False, **keys: str) -> None:
    ana = scene.people["ana"]
    set_workbench_preferences(
        user=ana, keys=keys, auto_advance=auto_advance, by=ana, at=timezone.now()
    )


class TestUndo:
    @pytest.mark.parametrize("key", ["u", "Control+z"])
    def test_the_last_answer_comes_back_as_it_was_given(
        self, scene: Scene, seat: Seated, undo_seconds: Callable[[float], None], key: str
    ) -> None:
        undo_seconds(LONG)
        page = open_task(seat("ana"))
        first = query(page)
        answer(page, "2", "Enter")
        second = query(page)
        answer(page, "3")
        assert page.locator("[data-state]").inner_text() == "Given. It can be undone."
        page.keyboard.press(key)

        assert (query(page), chosen(page)) == (first, ["2"])
        assert page.locator("[data-progress]").inner_text() == "0 in this session, 0 today"
        answer(page, "Backspace", "0", "Enter")
        assert (query(page), chosen(page)) == (second, ["3"])  # what was begun is still there
        answer(page, "Enter")
        soon(lambda: len(judgments(scene)) == 1)
        page.goto("about:blank")
        soon(lambda: [one.grade for one in judgments(scene)] == [0, 3])

    def test_what_was_sent_cannot_be_undone(self, scene: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        answer(page, "2", "Enter")
        state(page, "saved")
        now = query(page)
        answer(page, "u")

        assert query(page) == now
        assert not page.locator("[data-act=u]").is_visible()
        assert [one.grade for one in judgments(scene)] == [2]

    def test_a_skip_can_be_undone(
        self, scene: Scene, seat: Seated, undo_seconds: Callable[[float], None]
    ) -> None:
        undo_seconds(LONG)
        page = open_task(seat("ana"))
        first = query(page)
        answer(page, "s")
        assert query(page) != first
        answer(page, "u")

        assert query(page) == first
        answer(page, "1", "Enter", "1", "Enter")
        soon(lambda: len(judgments(scene)) == 1)
        assert judgments(scene)[0].item.query.text == first
        assert not Assignment.objects.filter(state=AssignmentState.SKIPPED).exists()

    def test_a_skip_comes_back_with_what_was_half_answered(
        self, scene: Scene, seat: Seated, undo_seconds: Callable[[float], None]
    ) -> None:
        undo_seconds(LONG)
        page = open_task(seat("ana"))
        first = query(page)
        answer(page, "2", "c")
        page.keyboard.type("half a thou")
        answer(page, "Escape", "s")
        assert chosen(page) == []
        answer(page, "u")

        assert (query(page), chosen(page)) == (first, ["2"])
        assert page.locator("#wb-comment").input_value() == "half a thou"

    def test_signing_out_sends_it_and_gives_the_rest_back(
        self, scene: Scene, seat: Seated, undo_seconds: Callable[[float], None]
    ) -> None:
        undo_seconds(LONG)
        page = open_task(seat("ana"))
        soon(lambda: Assignment.objects.filter(state=AssignmentState.LEASED).count() == 5)
        answer(page, "3", "Enter")
        assert judgments(scene) == []
        page.get_by_role("button", name="Sign out").press("Enter")
        page.wait_for_url("**/sign-in**")

        assert [one.grade for one in judgments(scene)] == [3]
        # The one on the screen waits with its draft.
        assert Assignment.objects.filter(state=AssignmentState.LEASED).count() == 1

    def test_a_page_that_goes_away_sends_it(
        self, scene: Scene, seat: Seated, undo_seconds: Callable[[float], None]
    ) -> None:
        undo_seconds(LONG)
        page = open_task(seat("ana"))
        answer(page, "3", "Enter")
        page.goto("about:blank")

        soon(lambda: [one.grade for one in judgments(scene)] == [3])

    def test_a_page_that_crashed_sends_it_when_it_is_opened_again(
        self, scene: Scene, seat: Seated, undo_seconds: Callable[[float], None]
    ) -> None:
        undo_seconds(1.0)
        page = open_task(seat("ana"))
        answer(page, "3", "Enter", "2")
        here = query(page)
        crash(page)
        again = open_task(page.context.new_page())

        assert (query(again), chosen(again)) == (here, ["2"])
        soon(lambda: [one.grade for one in judgments(scene)] == [3])


def crash(page: Page) -> None:
    """End the tab as a fault would: no script of the page hears of it."""
    with suppress(Error):
        page.goto("chrome://crash")
    page.close()


class TestDrafts:
    def test_a_draft_is_said_to_be_saved_within_a_moment(self, scene: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        assert page.locator("[data-draft]").inner_text() == ""
        answer(page, "2")
        page.get_by_text("Draft saved").wait_for(timeout=1_500)

    def test_it_survives_signing_out(self, scene: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        here = query(page)
        answer(page, "2", "c")
        page.keyboard.type("half a thou")
        page.get_by_role("button", name="Sign out").press("Enter")
        page.wait_for_url("**/sign-in**")
        again = seat("ana", storage_state=page.context.storage_state())
        open_task(again)

        assert (query(again), chosen(again)) == (here, ["2"])
        assert again.locator("#wb-comment").input_value() == "half a thou"

    def test_ten_minutes_offline_lose_nothing_and_send_once(
        self, scene: Scene, seat: Seated
    ) -> None:
        page = seat("ana")
        page.clock.install()
        open_task(page)
        soon(lambda: Assignment.objects.filter(state=AssignmentState.LEASED).count() == 5)
        page.context.set_offline(True)
        seen = []
        for grade in "01230":
            seen.append(query(page))
            answer(page, grade, "Enter")
        page.clock.fast_forward("10:00")
        state(page, "waiting")
        assert "Not saved yet (5)" in page.locator("[data-state]").inner_text()
        assert judgments(scene) == []

        page.context.set_offline(False)
        state(page, "saved")
        assert [one.item.query.text for one in judgments(scene)] == seen
        assert [one.grade for one in judgments(scene)] == [0, 1, 2, 3, 0]
        assert not Judgment.objects.filter(late=True).exists()


class TestKeys:
    def test_a_key_is_moved_and_follows_to_another_machine(
        self, scene: Scene, seat: Seated
    ) -> None:
        page = open_task(seat("ana"))
        answer(page, "?")
        page.get_by_role("button", name="Change keys").press("Enter")
        button = page.get_by_role("button", name="skip: others get the task")
        button.press("Enter")
        answer(page, "g")
        told = page.locator("[data-keys-told]")
        assert told.inner_text().startswith("The key g is taken: “open and close the guideline”.")
        answer(page, "F")
        page.get_by_text("Kept in your account.").wait_for()
        answer(page, "Escape")
        assert page.locator("[data-act=s] kbd").inner_text() == "f"

        elsewhere = open_task(seat("ana"))
        first = query(elsewhere)
        answer(elsewhere, "s")
        assert query(elsewhere) == first
        answer(elsewhere, "f")
        assert query(elsewhere) != first

    def test_esc_leaves_a_key_and_the_usual_ones_come_back(
        self, scene: Scene, seat: Seated
    ) -> None:
        prefer(scene, skip="f")
        page = open_task(seat("ana"))
        answer(page, "?")
        page.get_by_role("button", name="Change keys").press("Enter")
        page.get_by_role("button", name="take back the last answer").press("Enter")
        answer(page, "Escape")
        assert page.locator("#wb-keys").is_visible()
        page.get_by_role("button", name="Restore the usual keys").press("Enter")
        page.get_by_text("Kept in your account.").wait_for()

        assert WorkbenchPreferences.objects.get().keys == {}
        assert page.locator("[data-act=s] kbd").inner_text() == "s"

    @pytest.mark.parametrize(
        ("key", "code", "expected"),
        [
            ("j", "KeyJ", ["1"]),
            ("ت", "KeyJ", ["1"]),  # Arabic
            ("&", "Digit1", []),  # AZERTY: the digit 1 has moved away
            ("é", "Digit2", ["2"]),  # AZERTY: the digit 2 has not
        ],
    )
    def test_moved_digits_work_on_every_layout(
        self, scene: Scene, seat: Seated, key: str, code: str, expected: list[str]
    ) -> None:
        prefer(scene, auto_advance=False, **{"1": "j"})
        page = open_task(seat("ana"))
        page.evaluate(
            """([key, code]) => document.body.dispatchEvent(
                new KeyboardEvent("keydown", {key, code, bubbles: true}))""",
            [key, code],
        )

        assert chosen(page) == expected
        assert page.locator("[data-screen] kbd").all_inner_texts() == ["0", "j", "2", "3"]

    @pytest.mark.parametrize("moved", [{"skip": "Space"}, {"submit": "w"}, {"clear": "z"}])
    def test_a_moved_key_does_nothing_where_it_was(
        self, scene: Scene, seat: Seated, moved: dict[str, str]
    ) -> None:
        prefer(scene, auto_advance=False, **moved)
        page = open_task(seat("ana"))
        first = query(page)
        answer(page, "2", *(DEFAULTS[name] for name in moved))

        assert (query(page), chosen(page)) == (first, ["2"])
        assert page.locator("[data-progress]").inner_text() == "0 in this session, 0 today"

    def test_enter_that_was_moved_submits_no_field_but_presses_a_button(
        self, scene: Scene, seat: Seated
    ) -> None:
        prefer(scene, submit="w")
        page = open_task(seat("ana"))
        first = query(page)
        page.locator(".wb-radio").nth(2).focus()
        answer(page, "Space", "Enter")
        assert (query(page), chosen(page)) == (first, ["2"])
        page.locator("[data-answer] button[type=submit]").press("Enter")

        assert query(page) != first
        soon(lambda: [one.grade for one in judgments(scene)] == [2])

    def test_one_hand_submits_with_a_letter(self, scene: Scene, seat: Seated) -> None:
        prefer(scene, submit="w")
        page = open_task(seat("ana"))
        answer(page, "2", "w")
        soon(lambda: [one.grade for one in judgments(scene)] == [2])


def test_what_somebody_searched_for_is_told_as_it_is(scene: Scene, seat: Seated) -> None:
    page = open_task(seat("ana"))
    told = page.evaluate(
        """async (values) => {
            const { fill } = await import("/static/workbench/notices.js");
            return fill("{query}: {reason}", values);
        }""",
        {"query": "$& {reason} $'", "reason": 404},
    )
    assert told == "$& {reason} $': 404"


class TestLookingBack:
    def test_own_answers_in_words(self, scene: Scene, seat: Seated) -> None:
        scene.read("ben")
        scene.judge_all("ben", 0)
        page = open_task(seat("ana"))
        first = query(page)
        answer(page, "3", "Enter")
        answer(page, "x", "3", "c")
        page.keyboard.type("cut off")
        answer(page, "Escape", "Enter")
        soon(lambda: len(judgments(scene)) == 8)
        answer(page, "h")
        rows = page.locator("[data-history] > li")
        rows.nth(1).wait_for()

        assert rows.count() == 2
        assert "Cannot judge" in rows.nth(0).inner_text()
        assert "cut off" in rows.nth(0).inner_text()
        assert first in rows.nth(1).inner_text()
        assert "Perfect" in rows.nth(1).inner_text()
        assert "guideline 1.0.0 · counted" in rows.nth(1).inner_text()
        answer(page, "h")
        assert not page.locator("#wb-history").is_visible()

    def test_a_question_about_an_answer_of_before(self, scene: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        answer(page, "3", "Enter")
        soon(lambda: len(judgments(scene)) == 1)
        answer(page, "h")
        page.locator("#wb-history").get_by_role("button", name="Ask or report").press("Enter")
        page.locator("#wb-ask[open]").wait_for()
        page.keyboard.type("Was that right?")
        answer(page, "Control+Enter")

        soon(lambda: ItemQuestion.objects.count() == 1)
        asked = ItemQuestion.objects.get()
        assert asked.text == "Was that right?"
        assert asked.assignment_id == judgments(scene)[0].assignment_id

    def test_what_changed_since_the_guideline_was_read(self, scene: Scene, seat: Seated) -> None:
        now = scene.plan.guideline_version
        older = GuidelineVersion.objects.create(
            guideline=now.guideline,
            task_type=now.task_type,
            major=0,
            minor=9,
            patch=0,
            changes="",
            published_by=scene.people["olga"],
            published_at=AT,
        )
        GuidelineReadingFactory(version=older, user=scene.people["ana"])
        page = open_task(seat("ana"))
        answer(page, "g")

        changed = page.locator("#wb-guideline .wb-changed")
        assert "What changed since you last read" in changed.inner_text()
        assert "Version 1.0.0" in changed.inner_text()


class TestGoingOn:
    def test_one_choice_is_sent_after_a_moment_and_can_be_undone(
        self, scene: Scene, seat: Seated, undo_seconds: Callable[[float], None]
    ) -> None:
        undo_seconds(LONG)
        prefer(scene, auto_advance=True)
        page = open_task(seat("ana"))
        first = query(page)
        answer(page, "2")
        assert query(page) == first
        page.get_by_text("1 in this session").wait_for()
        assert query(page) != first
        answer(page, "u")
        assert (query(page), chosen(page)) == (first, ["2"])

    def test_a_key_in_between_says_not_yet(self, scene: Scene, seat: Seated) -> None:
        prefer(scene, auto_advance=True)
        page = open_task(seat("ana"))
        answer(page, "2", "c")
        page.wait_for_timeout(600)
        assert page.locator("[data-progress]").inner_text() == "0 in this session, 0 today"

    def test_moving_among_the_choices_is_no_choice(self, scene: Scene, seat: Seated) -> None:
        prefer(scene, auto_advance=True)
        page = open_task(seat("ana"))
        page.locator(".wb-radio").first.focus()
        answer(page, "ArrowDown")
        assert chosen(page) == ["1"]
        page.wait_for_timeout(600)
        assert page.locator("[data-progress]").inner_text() == "0 in this session, 0 today"

    def test_the_next_screen_opens_and_the_last_waits_for_enter(
        self, transactional_db: None, seat: Seated
    ) -> None:
        scene = a_typed_scene("needs-met-quality", [contents("en")["result"]])
        prefer(scene, auto_advance=True)
        page = open_task(seat("ana"))
        answer(page, "1")
        page.get_by_text("Screen 2 of 2").wait_for()
        answer(page, "1")
        page.wait_for_timeout(600)
        assert page.locator("[data-shell]").is_visible()
        assert judgments(scene) == []
        answer(page, "Enter")
        soon(lambda: len(judgments(scene)) == 1)

    def test_it_is_switched_on_in_the_table_of_keys(self, scene: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        answer(page, "?")
        page.get_by_role("switch", name="Go on by itself after an answer").press("Space")
        page.get_by_text("Kept in your account.").wait_for()
        answer(page, "Escape", "2")
        page.get_by_text("1 in this session").wait_for()
        assert WorkbenchPreferences.objects.get().auto_advance


class TestTimeAndRest:
    def test_the_clock_stands_still_when_nobody_is_there(self, scene: Scene, seat: Seated) -> None:
        page = seat("ana")
        page.clock.install()
        open_task(page)
        answer(page, "2")
        page.clock.run_for(20_000)
        assert re.fullmatch(r"0:(19|2\d)", page.locator("[data-timer]").inner_text())
        page.clock.run_for(120_000)
        assert re.fullmatch(r"1:0\d, paused", page.locator("[data-timer]").inner_text())
        answer(page, "Enter")
        soon(lambda: len(judgments(scene)) == 1)

    def test_a_break_is_offered_and_blocks_nothing(
        self, scene: Scene, seat: Seated, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("touchstone.workbench.screens.BREAK_MINUTES", 1 / 60)
        page = open_task(seat("ana"))
        here = query(page)
        page.get_by_text("A short break helps").wait_for()
        answer(page, "2")
        assert chosen(page) == ["2"]
        page.get_by_role("button", name="5 minutes").press("Enter")
        page.get_by_role("heading", name="Break until").wait_for()
        assert not page.locator("[data-shell]").is_visible()
        answer(page, "Enter")

        assert (query(page), chosen(page)) == (here, ["2"])
        page.get_by_text("A short break helps").wait_for()
        page.get_by_role("button", name="Later").press("Enter")
        page.wait_for_timeout(2_500)
        assert not page.get_by_text("A short break helps").is_visible()

    def test_a_query_is_looked_up_in_a_new_tab(self, scene: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        link = page.locator("[data-research]")
        assert link.get_attribute("rel") == "noreferrer noopener"
        asked = link.get_attribute("href")
        assert asked is not None
        assert asked.startswith("https://duckduckgo.com/?q=Comment%20cuire%20un%20%C5%93uf")
        with page.context.expect_page() as opened:
            answer(page, "r")
        opened.value.close()


class TestForEverybody:
    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    @pytest.mark.parametrize(
        ("scheme", "width", "height"), [("light", 1280, 720), ("dark", 390, 844)]
    )
    def test_no_barrier(
        self,
        scene: Scene,
        seat: Seated,
        undo_seconds: Callable[[float], None],
        monkeypatch: pytest.MonkeyPatch,
        language: str,
        scheme: str,
        width: int,
        height: int,
    ) -> None:
        undo_seconds(LONG)
        monkeypatch.setattr("touchstone.workbench.screens.BREAK_MINUTES", 1 / 60)
        scene.speak("ana", language)
        page = open_task(
            seat("ana", color_scheme=scheme, viewport={"width": width, "height": height})
        )
        answer(page, "1", "Enter", "2", "Enter", "3")
        page.locator(".wb-offered").wait_for()
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(page, f"task-{language}-{width}")
        answer(page, "h")
        page.locator("[data-history] > li").first.wait_for()
        assert_accessible(page)
        picture(page, f"history-{language}-{width}")
        answer(page, "h", "?")
        page.locator("[data-keys-change]").press("Enter")
        page.locator("[data-change=skip]").press("Enter")
        assert_accessible(page)
        picture(page, f"keys-{language}-{width}")

    def test_the_scripts_are_light(self, scene: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        names = page.evaluate(
            """() => performance.getEntriesByType("resource").map((one) => one.name)
                .filter((name) => name.endsWith(".js"))"""
        )
        files = [finders.find(name.split("/static/")[1]) for name in names]
        assert len(files) > 20
        sizes = [len(gzip.compress(Path(str(each)).read_bytes())) for each in files]

        assert sum(sizes) < MOST_SCRIPT_BYTES


def picture(page: Page, name: str) -> None:
    """Keep what was looked at, where somebody asks for it."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")
