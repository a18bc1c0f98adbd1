"""The task screen in a real browser: the keyboard, a lost connection, both directions."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.utils import timezone

from tests.workbench.at_task import Wire, assert_accessible, open_task, query, soon, state
from tests.workbench.conftest import Seated
from tests.workbench.scene import KEY, Scene, a_scene, judgments
from touchstone.apps.labeling.models import Assignment, AssignmentState, Judgment
from touchstone.apps.labeling.operations import expire_leases

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

NEXT_TASK_MILLISECONDS = 75
# What waits here, as if it had been given on another project, and in a way that is refused.
FROM_ANOTHER_PROJECT = """() => {
    for (const name of Object.keys(localStorage).filter((one) => one.includes(":outbox:"))) {
        const entry = JSON.parse(localStorage.getItem(name));
        entry.project = "another";
        entry.content.answers.values = { none: "such" };
        localStorage.setItem(name, JSON.stringify(entry));
    }
}"""


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    """As for the other screens, where a server thread can see it."""
    return a_scene()


def session(page: Page) -> str:
    """By what the server knows who it is."""
    name = settings.SESSION_COOKIE_NAME
    (value,) = [one["value"] for one in page.context.cookies() if one["name"] == name]
    return value


def become(page: Page, session: str) -> None:
    """Sign in as somebody beside a page that stays open."""
    root = page.evaluate("location.origin")
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": root}]
    )


def held() -> int:
    return Assignment.objects.filter(state=AssignmentState.LEASED).count()


class TestKeyboard:
    def test_from_the_guideline_to_the_third_task_without_a_mouse(
        self, scene: Scene, seat: Seated
    ) -> None:
        page = seat("ana")
        page.goto("/work/")
        page.get_by_role("link", name="Read the guideline").press("Enter")
        page.get_by_role("button", name="I have read it").press("Enter")
        page.locator("[data-shell]:not([hidden])").wait_for()

        seen = []
        for key in ("Digit3", "0", "Digit2"):
            seen.append(query(page))
            page.keyboard.press(key)
            page.keyboard.press("Enter")
        soon(lambda: len(judgments(scene)) == 3)
        assert [judgment.grade for judgment in judgments(scene)] == [3, 0, 2]
        assert [judgment.item.query.text for judgment in judgments(scene)] == seen
        assert page.locator("[data-progress]").inner_text() == "3 in this session, 3 today"
        state(page, "saved")

    def test_the_next_task_is_there_at_once(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        page.keyboard.press("1")
        spent = page.evaluate(
            """() => {
                const query = document.querySelector("[data-query]");
                const before = query.textContent, start = performance.now();
                document.body.dispatchEvent(
                    new KeyboardEvent("keydown", {key: "Enter", code: "Enter", bubbles: true}));
                return query.textContent === before ? Infinity : performance.now() - start;
            }"""
        )

        assert spent < NEXT_TASK_MILLISECONDS
        assert page.evaluate("document.activeElement.matches('[data-query]')")

    @pytest.mark.parametrize(
        ("key", "code", "chosen"),
        [
            ("é", "Digit2", ["2"]),  # AZERTY
            ("٢", "Digit2", ["2"]),  # Arabic
            ("2", "Numpad2", ["2"]),
            ("ArrowDown", "Numpad2", []),  # the number pad without NumLock
        ],
    )
    def test_digits_choose_on_every_layout(
        self, scene: Scene, seat: Seated, key: str, code: str, chosen: list[str]
    ) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        page.evaluate(
            """([key, code]) => document.body.dispatchEvent(
                new KeyboardEvent("keydown", {key, code, bubbles: true}))""",
            [key, code],
        )

        marked = page.locator(".wb-radio:checked").all()
        assert [radio.get_attribute("value") for radio in marked] == chosen

    def test_backspace_takes_back(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        page.keyboard.press("2")
        page.keyboard.press("Backspace")
        page.keyboard.press("Enter")
        assert page.locator("[data-hint]").inner_text() == "Choose an answer first: press its key."
        assert judgments(scene) == []

    def test_cannot_judge_takes_a_reason_and_a_comment(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        page.keyboard.press("x")
        page.keyboard.press("Enter")
        assert page.locator("[data-hint]").inner_text() == "Choose a reason first: press its key."
        page.keyboard.press("3")
        page.keyboard.press("c")
        page.keyboard.type("s x 2: cut off")
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")

        soon(lambda: len(judgments(scene)) == 1)
        judgment = judgments(scene)[0]
        assert (judgment.outcome, judgment.grade) == ("cannot_judge", None)
        assert (judgment.reason, judgment.comment) == ("broken_result", "s x 2: cut off")

    def test_a_skipped_task_is_for_others(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        first = query(page)
        page.keyboard.press("s")

        assert query(page) != first
        soon(lambda: Assignment.objects.filter(state=AssignmentState.SKIPPED).count() == 1)
        assert Assignment.objects.get(state="skipped").item.query.text == first

    def test_the_guideline_is_one_key_away_and_holds_the_keys(
        self, scene: Scene, seat: Seated
    ) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        page.keyboard.press("g")
        assert page.locator("#wb-guideline").is_visible()
        page.keyboard.press("2")
        page.keyboard.press("g")

        assert not page.locator("#wb-guideline").is_visible()
        assert page.locator(".wb-radio:checked").count() == 0

    def test_single_keys_can_be_switched_off(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        page.keyboard.press("?")
        page.locator("[data-keys-switch]").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("2")

        assert page.locator(".wb-radio:checked").count() == 0

    def test_the_end_is_told(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        for done in range(6):
            page.get_by_text(f"{done} in this session").wait_for()
            page.locator("[data-shell]:not([hidden])").wait_for()
            page.keyboard.press("1")
            page.keyboard.press("Enter")

        page.get_by_role("heading", name="Nothing is left for you here.").wait_for()
        soon(lambda: len(judgments(scene)) == 6)


class TestNothingIsLost:
    def test_a_reload_goes_on_with_the_same_task_and_its_draft(
        self, scene: Scene, seat: Seated
    ) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        before = query(page)
        page.keyboard.press("2")
        page.reload()
        page.locator("[data-shell]:not([hidden])").wait_for()

        assert query(page) == before
        assert page.locator(".wb-radio:checked").get_attribute("value") == "2"
        page.keyboard.press("Enter")
        soon(lambda: len(judgments(scene)) == 1)
        assert judgments(scene)[0].item.query.text == before
        assert not judgments(scene)[0].late

    def test_offline_goes_on_and_sends_once(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        page.context.set_offline(True)
        for _twice in range(2):
            page.keyboard.press("1")
            page.keyboard.press("Enter")
        state(page, "waiting")
        assert "Not saved yet (2)" in page.locator("[data-state]").inner_text()
        assert judgments(scene) == []

        page.context.set_offline(False)
        state(page, "saved")
        assert len(judgments(scene)) == 2
        assert Judgment.objects.values("assignment").distinct().count() == 2

    def test_an_answer_whose_receipt_is_lost_counts_once(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        page = seat("ana")
        wire = Wire(page, lost_receipts=1)
        open_task(page)
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        state(page, "waiting")
        state(page, "saved")

        assert wire.calls == 2
        assert len(judgments(scene)) == 1

    def test_what_waits_survives_the_page(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        page = seat("ana")
        wire = Wire(page, cut=True)
        open_task(page)
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        state(page, "waiting")

        wire.cut = False
        open_task(page)
        soon(lambda: [judgment.grade for judgment in judgments(scene)] == [3])

    def test_leaving_gives_back_what_was_not_begun(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        soon(lambda: held() == 5)
        page.get_by_role("link", name="My projects").click()

        soon(lambda: held() == 1)

    def test_a_late_answer_is_told_kindly(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        soon(lambda: held() == 5)
        expire_leases(project=scene.project, at=timezone.now() + timedelta(days=1))
        page.keyboard.press("1")
        page.keyboard.press("Enter")

        page.get_by_text("came late. It is kept").wait_for()
        assert judgments(scene)[0].late

    def test_a_second_tab_waits_for_the_first(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        first = open_task(seat("ana"))
        second = first.context.new_page()
        second.goto(f"/work/{KEY}/")
        second.get_by_text("This project is open in another tab.").wait_for()

        first.close()
        second.locator("[data-shell]:not([hidden])").wait_for()

    def test_a_tab_that_waited_begins_with_what_is_left(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana")
        first = open_task(seat("ana"))
        second = first.context.new_page()
        second.goto(f"/work/{KEY}/")
        second.get_by_text("This project is open in another tab.").wait_for()
        done = []
        for _twice in range(2):
            done.append(query(first))
            first.keyboard.press("1")
            first.keyboard.press("Enter")
        soon(lambda: len(judgments(scene)) == 2)
        state(first, "saved")
        first.close()
        second.locator("[data-shell]:not([hidden])").wait_for()

        for n in range(3, 7):
            assert query(second) not in done
            done.append(query(second))
            second.keyboard.press("1")
            second.keyboard.press("Enter")
            soon(lambda n=n: len(judgments(scene)) == n)  # type: ignore[misc]
        second.get_by_role("heading", name="Nothing is left for you here.").wait_for()
        assert second.locator(".wb-notice").count() == 0

    def test_answers_wait_while_somebody_else_is_signed_in(
        self, scene: Scene, seat: Seated
    ) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        first = query(page)
        ana, ben = session(page), session(seat("ben"))
        become(page, ben)
        page.keyboard.press("2")
        page.keyboard.press("Enter")
        state(page, "sign_in")
        assert judgments(scene) == []

        become(page, ana)
        state(page, "saved")
        (judgment,) = judgments(scene)
        assert (judgment.annotator, judgment.grade) == (scene.people["ana"], 2)
        assert judgment.item.query.text == first

    def test_another_projects_refused_answer_is_told_but_not_asked_here(
        self, scene: Scene, seat: Seated
    ) -> None:
        scene.read("ana")
        page = seat("ana")
        wire = Wire(page, cut=True)
        open_task(page)
        first = query(page)
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        state(page, "waiting")
        page.evaluate(FROM_ANOTHER_PROJECT)
        wire.cut = False
        open_task(page)
        page.locator(".wb-notice").filter(has_text=first).wait_for()

        seen = []
        while page.locator("[data-shell]").is_visible():
            seen.append(query(page))
            page.keyboard.press("s")
            page.locator("[data-shell], [data-rest]").locator("visible=true").first.wait_for()
        assert first not in seen


class TestWhatIsShown:
    def test_texts_are_texts_and_only_web_addresses_are_links(
        self, scene: Scene, seat: Seated
    ) -> None:
        scene.read("ana")
        page = open_task(seat("ana"))
        addresses = set()
        for done in range(4):
            page.get_by_text(f"{done} in this session").wait_for()
            result = page.locator("[data-result]")
            assert re.fullmatch(r"<b>Titre \d</b>", result.locator("h2").inner_text())
            assert result.locator("b").count() == 0
            for link in result.locator("a").all():
                addresses.add(link.get_attribute("href"))
                assert link.get_attribute("rel") == "noreferrer noopener"
            page.keyboard.press("1")
            page.keyboard.press("Enter")

        assert addresses == {"https://example.org/a"}

    @pytest.mark.parametrize(("language", "chrome"), [("ar", "rtl"), ("en", "ltr")])
    def test_arabic_work_in_either_direction(
        self, transactional_db: None, seat: Seated, language: str, chrome: str
    ) -> None:
        scene = a_scene("ar-EG")
        scene.read("ana")
        scene.speak("ana", language)
        page = open_task(seat("ana"))

        shown = page.evaluate(
            """() => ({
                page: getComputedStyle(document.body).direction,
                query: getComputedStyle(document.querySelector("[data-query]")).direction,
                lang: document.querySelector("[data-query]").lang,
                answerFirst: document.querySelector("[data-answer]").getBoundingClientRect().left
                    < document.querySelector("[data-item]").getBoundingClientRect().left,
            })"""
        )
        assert shown == {
            "page": chrome,
            "query": "rtl",
            "lang": "ar-EG",
            "answerFirst": chrome == "rtl",
        }


class TestForEverybody:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
    def test_no_barrier_and_all_in_sight(
        self, scene: Scene, seat: Seated, scheme: str, width: int, height: int
    ) -> None:
        scene.read("ana")
        page = seat("ana", color_scheme=scheme, viewport={"width": width, "height": height})
        for path in ("/work/", f"/work/{KEY}/guideline"):
            page.goto(path)
            assert_accessible(page)
        open_task(page)
        assert_accessible(page)
        fits = """() => [
            document.documentElement.scrollWidth <= innerWidth,
            document.querySelector(".wb-submit").getBoundingClientRect().bottom <= innerHeight,
        ]"""
        assert page.evaluate(fits) == [True, True]
        page.locator("[data-act=x]").click()
        assert_accessible(page)
        page.locator("[data-act=g]").click()
        assert_accessible(page)

    def test_experts_meet_no_barrier(self, scene: Scene, seat: Seated) -> None:
        scene.read("ana", "ben")
        scene.judge_all("ana", 0)
        scene.judge_all("ben", 3)
        scene.draw(2)
        scene.open_cases()
        page = seat("quinn")
        for screen in ("audits", "adjudications"):
            page.goto(f"/work/{KEY}/{screen}")
            page.locator("[data-shell]:not([hidden])").wait_for()
            assert_accessible(page)

    def test_without_scripts_the_page_says_what_is_missing(
        self, scene: Scene, seat: Seated
    ) -> None:
        scene.read("ana")
        page = seat("ana", java_script_enabled=False)
        page.goto(f"/work/{KEY}/")

        assert "Labeling needs JavaScript" in page.locator(".alert-danger").inner_text()


def test_an_expert_works_with_the_keyboard(scene: Scene, seat: Seated) -> None:
    scene.read("ana", "ben")
    scene.judge_all("ana", 0)
    scene.judge_all("ben", 3)
    scene.draw(2)
    scene.open_cases()
    page = seat("quinn")
    page.goto(f"/work/{KEY}/audits")
    page.locator("[data-shell]:not([hidden])").wait_for()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.get_by_text("You and the annotator disagree.").wait_for()

    page.goto(f"/work/{KEY}/adjudications")
    page.locator("[data-shell]:not([hidden])").wait_for()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    assert page.locator("[data-hint]").inner_text().startswith("Write why")
    page.keyboard.type("On the topic only.")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.get_by_text("Settled.").wait_for()
