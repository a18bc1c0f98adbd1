"""Every task type, layout and kind of field in a real browser, by keyboard only."""

from __future__ import annotations

import gzip
import io
import wave
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.workbench import samples
from tests.workbench.at_task import open_task, soon
from tests.workbench.conftest import Seated
from tests.workbench.scene import Scene, judgments
from tests.workbench.typed_scene import a_typed_scene
from touchstone.apps.guidelines.seeds import SEEDS

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response, Route

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

LOCALES = {"en": "en-US", "ar": "ar-EG"}
COVER = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="360" height="640">'
    '<rect width="360" height="640" fill="#b87514"/></svg>'
)
FITS = """() => [
    document.documentElement.scrollWidth <= innerWidth,
    document.querySelector(".wb-submit").getBoundingClientRect().bottom <= innerHeight,
]"""


@dataclass(frozen=True)
class Played:
    """What somebody presses on a task of a type, and what is kept of it.

    `forward` stands for the arrow key that goes on in the text, "type:…" for what is written.
    """

    layout: str
    keys: tuple[str, ...]
    kept: dict[str, object]
    more: dict[str, object] = field(default_factory=dict)
    """Content beside the sample of the layout."""


READINGS = [
    {"id": "time", "title": "Time"},
    {"id": "egg", "title": "Egg"},
    {"id": "c", "title": "C"},
]
PLAYED = {
    "graded-relevance": Played("result", ("3", "Enter"), {"grade": 3}),
    "needs-met-quality": Played(
        "result", ("6", "Enter", "8", "Enter"), {"needs_met": 6, "page_quality": 8}
    ),
    "esci": Played("result", ("2", "Enter"), {"match": "substitute"}),
    "pairwise": Played(
        "pair",
        ("1", "n", "type:Clearer", "Escape", "Enter"),
        {"preference": "left", "why": "Clearer"},
    ),
    "side-by-side": Played(
        "lists", ("7", "1", "4", "Enter"), {"side": 3, "reasons": ["more_relevant", "more_variety"]}
    ),
    "suggestion-quality": Played(
        "suggestion",
        ("2", "6", "1", "Enter"),
        {"usefulness": 2, "flags": ["ungrammatical", "unsafe"]},
    ),
    "search-ads": Played(
        "ad",
        ("3", "1", "Enter", "2", "Enter"),
        {"ad_relevance": 3, "flags": ["misleading"], "landing_page": 2},
    ),
    "search-security": Played(
        "media",
        ("v", "9", "1", "2", "Enter"),
        {"policy": "privacy", "severity": 1, "context": "education"},
    ),
    "query-understanding": Played(
        "query",
        ("2", "1", "Enter", "1", "1", "0", "Enter", "forward", "1", "n", "type:boiled", "Escape",
         "n", "2", "1", "Enter"),
        {"intent": "know_simple", "other_intents": ["know"], "query_language": "locale",
         "freshness": 1, "locality": 0, "corrected": "boiled", "readings": ["egg", "time", "c"]},
        {"readings": READINGS},
    ),
    "video-result": Played(
        "video",
        ("2", "5", "Shift+N", "1", "2", "Enter"),
        {"relevance": 2, "answer_at": 12, "flags": ["hidden_ad"]},
    ),
}  # fmt: skip
MIRRORED = {"left": "right", "right": "left", "same": "same"}


def silence(seconds: int = 2) -> bytes:
    """A clip that a browser can play, with nothing to see."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes([128]) * 8000 * seconds)
    return kept.getvalue()


class Media:
    """The covers and clips of the samples, and which of them a page has asked for."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        page.context.route(f"{samples.MEDIA}/**", self._answer)

    def _answer(self, route: Route) -> None:
        self.asked.append(route.request.url.removeprefix(f"{samples.MEDIA}/"))
        assert "referer" not in route.request.headers
        if route.request.url.endswith(".png"):
            route.fulfill(body=COVER, content_type="image/svg+xml")
        else:
            route.fulfill(body=silence(), content_type="audio/wav")


def press(page: Page, *keys: str) -> None:
    """The keys of one task, one after the other."""
    forward = (
        "document.querySelector('[data-span-text]').dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight'"
    )
    for key in keys:
        if key.startswith("type:"):
            page.keyboard.type(key.removeprefix("type:"))
        else:
            page.keyboard.press(page.evaluate(forward) if key == "forward" else key)


def sample(layout: str, language: str, **more: object) -> tuple[str, dict[str, Any]]:
    query, content = samples.contents(language)[layout]
    return query, content | more


def values_of(scene: Scene) -> dict[str, Any]:
    """The values of the newest judgment, as kept."""
    kept: dict[str, Any] = judgments(scene)[-1].answers["values"]
    return kept


def test_each_type_that_ships_is_played_here() -> None:
    assert set(PLAYED) == {seed.key for seed in SEEDS}


@pytest.mark.parametrize("languages", [("en", "fr"), ("ar",)], ids="-".join)
@pytest.mark.parametrize("key", PLAYED)
def test_by_keyboard_only_to_a_kept_judgment(
    transactional_db: None, seat: Seated, key: str, languages: tuple[str, ...]
) -> None:
    played, first = PLAYED[key], languages[0]
    item = sample(played.layout, first, **played.more)
    scene = a_typed_scene(key, [item] * len(languages), LOCALES[first])
    page = seat("ana")
    Media(page)
    for done, language in enumerate(languages, start=1):
        scene.speak("ana", language)
        open_task(page)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator(".wb-answer :checked").count() == 0
        press(page, *played.keys)
        soon(lambda done=done: len(judgments(scene)) == done)

        kept = values_of(scene)
        spelling = kept.pop("spelling", None)
        assert kept == as_kept(played.kept, judgments(scene)[-1].swapped)
        if key == "query-understanding":
            word = len(item[0].split()[0])
            assert spelling == [{"start": 0, "end": word, "tag": "misspelled"}]


def as_kept(shown: dict[str, Any], swapped: bool) -> dict[str, Any]:
    """What was answered about sides, turned back if they were shown swapped."""
    if not swapped:
        return shown
    turned = {"preference": MIRRORED.get, "side": lambda value: -value}
    return {key: turned[key](value) if key in turned else value for key, value in shown.items()}


# --- what is shown -------------------------------------------------------------------------------


def a_layout(layout: str, language: str = "en", *fields: dict[str, Any], **more: object) -> Scene:
    query, content = sample(layout, language, **more)
    context = [key for key in content if key not in ("kind", "media_kind", "media")]
    schema = samples.plain_schema(layout, *fields, context=context)
    return a_typed_scene(schema, [(query, content)], LOCALES[language])


def shown(page: Page) -> str:
    return page.locator("[data-result]").inner_text()


@pytest.mark.parametrize("layout", samples.contents("en"))
def test_no_barrier_in_any_layout(transactional_db: None, seat: Seated, layout: str) -> None:
    scene = a_layout(layout)
    page = seat("ana")
    Media(page)
    for language, scheme, (width, height) in (
        ("en", "light", (1280, 720)),
        ("ar", "dark", (390, 844)),
    ):
        scene.speak("ana", language)
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": height})
        open_task(page)
        for fold in page.locator("[data-shell] summary").all():
            fold.click()
        assert page.evaluate(FITS) == [True, True]
        assert_accessible(page)


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("layout", samples.contents("en"))
def test_a_script_is_a_text(transactional_db: None, seat: Seated, layout: str) -> None:
    _query, content = sample(layout, "en")
    a_typed_scene(
        samples.plain_schema(layout, context=[*content, "note"]),
        [(samples.SCRIPT, _scripted(content) | {"note": samples.SCRIPT})],
        LOCALES["en"],
    )
    page = open_task(seat("ana"))

    assert page.locator("[data-query]").inner_text() == samples.SCRIPT
    assert samples.SCRIPT in shown(page)
    assert page.locator("[data-item] script").count() == 0
    assert all(
        link.get_attribute("href").startswith("https://")  # type: ignore[union-attr]
        for link in page.locator("[data-item] a").all()
    )
    assert "taken over" not in page.title()


def _scripted(value: Any) -> Any:
    """Every text of a content a script, every address one that runs it; media stay on the web."""
    if isinstance(value, dict):
        return {key: _scripted_entry(key, each) for key, each in value.items()}
    return [_scripted(each) for each in value]


def _scripted_entry(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return _scripted(value)
    if key in ("id", "kind", "media_kind", "cover", "clip", "media"):
        return value
    return "javascript:alert(1)" if key.endswith("url") else samples.SCRIPT


class TestVideo:
    def test_a_clip_waits_for_the_key_and_makes_no_sound(
        self, transactional_db: None, seat: Seated
    ) -> None:
        a_layout("video")
        page = seat("ana")
        Media(page)
        open_task(page)
        clip = page.locator("video")
        told = "(clip) => [clip.paused, clip.muted, clip.controls, clip.preload, clip.autoplay]"
        assert clip.evaluate(told) == [True, True, True, "metadata", False]

        page.keyboard.press("v")
        page.get_by_role("button", name="Pause the clip").wait_for()
        assert clip.evaluate("(clip) => [clip.paused, clip.muted]") == [False, True]
        page.keyboard.press("v")
        page.get_by_role("button", name="Play the clip").wait_for()

    def test_the_transcript_is_one_key_away(self, transactional_db: None, seat: Seated) -> None:
        a_layout("video")
        page = open_task(seat("ana"))
        transcript = page.get_by_text("lower the egg in with a spoon")
        assert not transcript.is_visible()
        page.keyboard.press("t")
        assert transcript.is_visible()
        assert "February 14, 2026" in shown(page) and "0:42" in shown(page)

    def test_what_cannot_be_loaded_says_so(self, transactional_db: None, seat: Seated) -> None:
        a_layout("video")
        page = open_task(seat("ana"))  # the browser of the tests reaches this machine only

        page.get_by_text("The image could not be loaded.").wait_for()
        page.get_by_text("The clip could not be loaded.").wait_for()


class TestSides:
    def test_are_a_and_b_and_nothing_tells_whose_they_are(
        self, transactional_db: None, seat: Seated
    ) -> None:
        _query, content = sample("pair", "en")
        for side, system in (("left", "incumbent"), ("right", "candidate")):
            content[side] = content[side] | {"system": system, "run": f"run of {system}"}
        schema = samples.plain_schema("pair", context=["left", "right"])
        a_typed_scene(schema, [("eggs", content)], LOCALES["en"])
        page = open_task(seat("ana"))

        names = page.locator(".wb-side-panel").evaluate_all(
            "(sides) => sides.map((side) => side.querySelector('h2').textContent)"
        )
        assert names == ["A", "B"]
        assert "incumbent" not in shown(page) and "candidate" not in shown(page)

    def test_lists_are_shown_one_at_a_time_on_a_phone(
        self, transactional_db: None, seat: Seated
    ) -> None:
        a_layout("lists")
        page = open_task(seat("ana", viewport={"width": 390, "height": 844}, has_touch=True))
        first, second = page.locator(".wb-side-panel").all()
        assert (first.is_visible(), second.is_visible()) == (True, False)

        page.get_by_role("button", name="Show list B").click()
        assert (first.is_visible(), second.is_visible()) == (False, True)
        page.locator(".wb-columns").evaluate(SWIPE_BACK)
        assert (first.is_visible(), second.is_visible()) == (True, False)

        page.set_viewport_size({"width": 1280, "height": 720})
        assert first.is_visible() and second.is_visible()


SWIPE_BACK = """(columns) => {
    const at = (clientX) => [new Touch({identifier: 1, target: columns, clientX, clientY: 300})];
    columns.dispatchEvent(new TouchEvent("touchstart", {changedTouches: at(80)}));
    columns.dispatchEvent(new TouchEvent("touchend", {changedTouches: at(300)}));
}"""


class TestMedia:
    def test_stay_covered_and_unloaded_until_asked(
        self, transactional_db: None, seat: Seated
    ) -> None:
        a_layout("media")
        page = seat("ana")
        media = Media(page)
        open_task(page)
        text = page.locator(".wb-text").bounding_box()
        veil = page.locator(".wb-veiled").bounding_box()
        assert text and veil and text["y"] < veil["y"]
        assert page.locator("[data-result] img").count() == 0
        assert media.asked == []

        page.keyboard.press("v")
        page.locator("[data-result] img").wait_for()
        soon(lambda: media.asked == ["thumb.png"])
        style = "(image) => getComputedStyle(image).filter"
        assert page.locator(".wb-image").evaluate(style) == "blur(14px) grayscale(1)"
        page.keyboard.press("v")
        assert page.locator("[data-result] img").count() == 0

    def test_how_they_are_shown_is_remembered(self, transactional_db: None, seat: Seated) -> None:
        a_layout("media")
        page = seat("ana")
        Media(page)
        open_task(page)
        page.get_by_role("checkbox", name="Blurred").uncheck()
        page.reload()
        page.locator("[data-shell]:not([hidden])").wait_for()
        assert page.locator("[data-covered]").count() == 1
        page.keyboard.press("v")

        style = "(image) => getComputedStyle(image).filter"
        assert page.locator(".wb-image").evaluate(style) == "grayscale(1)"


def test_an_advertisers_money_is_nowhere(transactional_db: None, seat: Seated) -> None:
    scene = a_layout("ad")
    page = open_task(seat("ana"))

    assert "Free returns" in shown(page) and "Egg cookers" in shown(page)
    assert "secret" not in page.content()
    assert scene.project.items.get().content["price"] == "19.99 secret"


def test_the_second_screen_puts_the_query_away(transactional_db: None, seat: Seated) -> None:
    a_typed_scene("needs-met-quality", [sample("result", "en")], LOCALES["en"])
    page = open_task(seat("ana"))
    query, away = page.locator("[data-query]"), page.locator("[data-no-query]")
    assert query.is_visible() and not away.is_visible()
    press(page, "4", "Enter")
    assert away.is_visible() and not query.is_visible()
    assert page.evaluate("document.activeElement.matches('[data-no-query]')")
    assert page.locator("[data-steps]").inner_text() == "Screen 2 of 2"
    assert_accessible(page)

    press(page, "Backspace")
    assert query.is_visible()
    assert page.locator("[data-screen]:not([hidden]) :checked").get_attribute("value") == "4"


# --- how it is answered --------------------------------------------------------------------------


@pytest.fixture
def kinds(transactional_db: None) -> Scene:
    """One item with a question of every kind."""
    query, content = sample("query", "en")
    schema = samples.plain_schema("query", *samples.every_kind(), context=["location"])
    return a_typed_scene(schema, [(query, content)], LOCALES["en"])


# The mistakes of the query are "boild", 0–5, and "logn", 14–18.
EVERY_KEY = (
    *("3", "2", "1", "3", "n", "0", "1", "2", ".", "5", "Escape"),
    *("n", "forward", "1", "forward", "forward", "forward", "2"),
    *("n", "3", "1", "n", "type:Seen it", "Escape"),
)
EVERY_VALUE = {
    "grade": 3,
    "intent": "do",
    "topics": ["food", "health"],
    "fresh": False,
    "minutes": 12.5,
    "typos": [
        {"start": 0, "end": 5, "tag": "spelling"},
        {"start": 14, "end": 18, "tag": "grammar"},
    ],
    "order": ["c", "a", "b"],
    "why": "Seen it",
}


class TestKinds:
    def test_each_is_answered_with_keys(self, kinds: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        press(page, *EVERY_KEY, "Enter")

        soon(lambda: len(judgments(kinds)) == 1)
        assert values_of(kinds) == EVERY_VALUE

    def test_a_draft_brings_each_back(self, kinds: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        press(page, *EVERY_KEY)
        page.reload()
        page.locator("[data-shell]:not([hidden])").wait_for()
        assert page.locator(".wb-marks li").count() == 2
        press(page, "Enter")

        soon(lambda: len(judgments(kinds)) == 1)
        assert values_of(kinds) == EVERY_VALUE

    def test_half_an_answer_comes_back_as_half(self, kinds: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        press(page, *EVERY_KEY[: EVERY_KEY.index(".")], ".")
        page.reload()
        page.locator("[data-shell]:not([hidden])").wait_for()

        assert page.locator("#wb-minutes").input_value() == "12."
        press(page, "Enter")
        assert page.locator("[data-hint]").inner_text() == "Write a number, with digits only."
        assert judgments(kinds) == []

    def test_every_key_can_be_seen_and_every_control_has_a_name(
        self, kinds: Scene, seat: Seated
    ) -> None:
        page = open_task(seat("ana"))
        press(page, *EVERY_KEY)
        for chosen in page.locator("[data-hotkey]").all():
            holder = (
                chosen
                if chosen.evaluate("(one) => one.matches('button')")
                else chosen.locator("..")
            )
            assert holder.locator("kbd").inner_text() == chosen.get_attribute("data-hotkey")
        assert_accessible(page)

    def test_enter_goes_to_what_is_missing_before_it_complains(
        self, kinds: Scene, seat: Seated
    ) -> None:
        page = open_task(seat("ana"))
        press(page, "3", "1", "1", "Enter")
        turn = page.locator("[data-turn]")
        assert turn.get_attribute("data-question") == "fresh"
        assert page.locator("[data-hint]").inner_text() == ""
        press(page, "Enter")
        assert page.locator("[data-hint]").inner_text() == "Choose an answer first: press its key."

    def test_too_many_are_told_at_once(self, kinds: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        press(page, "3", "1", "1", "2", "3")
        assert page.locator("[data-hint]").inner_text() == "Choose at most 2."
        press(page, "2")
        assert page.locator("[data-hint]").inner_text() == ""

    @pytest.mark.parametrize(
        ("written", "hint"),
        [
            ("61", "The number is from 0 to 60."),
            ("1.25", "The number goes in steps of 0.5."),
            ("1e3", "Write a number, with digits only."),
            ("١٢٫٥", ""),
            ("12,5", ""),
        ],
    )
    def test_a_number_is_checked_before_it_is_sent(
        self, kinds: Scene, seat: Seated, written: str, hint: str
    ) -> None:
        page = open_task(seat("ana"))
        press(page, *EVERY_KEY)
        page.locator("#wb-minutes").fill(written)
        press(page, "Enter")

        if hint:
            assert page.locator("[data-hint]").inner_text() == hint
            assert judgments(kinds) == []
        else:
            soon(lambda: len(judgments(kinds)) == 1)
            assert values_of(kinds)["minutes"] == 12.5

    def test_backspace_takes_back_step_by_step(self, kinds: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        press(page, "3", "2", "Backspace", "Backspace")
        assert page.locator(".wb-answer :checked").count() == 0
        assert page.locator("[data-turn]").get_attribute("data-question") == "grade"


class TestMarking:
    @pytest.fixture
    def marking(self, transactional_db: None) -> Scene:
        return a_layout("result", "en", MARKS, text="I 😀 boiled  egs, they  said.")

    def test_with_the_mouse_to_the_character(self, marking: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        press(page, "3")
        box = page.locator("[data-span-text]")
        edges = box.evaluate(
            """(box) => {
                const words = [...box.querySelectorAll("[data-word]")];
                const word = words.find((one) => one.textContent === "egs");
                const range = document.createRange();
                range.setStart(word.querySelector("span").firstChild, 1);
                range.setEnd(word.querySelector("span").firstChild, 3);
                const {left, right, top, bottom} = range.getBoundingClientRect();
                return [left, right, (top + bottom) / 2];
            }"""
        )
        page.mouse.move(edges[0] + 1, edges[2])
        page.mouse.down()
        page.mouse.move(edges[1], edges[2])
        page.mouse.up()
        page.get_by_role("button", name="Typo").click()
        press(page, "Enter")

        soon(lambda: len(judgments(marking)) == 1)
        # Code points, as Python counts: the emoji is one.
        assert values_of(marking)["typos"] == [{"start": 13, "end": 15, "tag": "typo"}]

    def test_several_words_and_back_again(self, marking: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        page.locator("[data-span-text]").focus()
        press(page, "ArrowRight", "ArrowRight", "Shift+ArrowRight", "1")
        assert page.locator(".wb-marked").inner_text() == "😀 boiled"
        press(page, "2")
        assert page.locator(".wb-mark-tag").inner_text() == "Typo"  # nothing was selected
        assert page.locator("[data-hint]").inner_text().startswith("Select words first")
        press(page, "Shift+ArrowRight", "2")
        assert page.locator(".wb-mark-tag").inner_text() == "Style"
        press(page, "Backspace", "n", "3", "Enter")

        soon(lambda: len(judgments(marking)) == 1)
        assert values_of(marking) == {"grade": 3}


MARKS = {
    "key": "typos", "kind": "span", "of": "text", "names": samples.named("Typos"),
    "options": samples.choices("typo", "style"),
}  # fmt: skip
ORDER = {"key": "order", "kind": "ranking", "of": "results", "names": samples.named("Order")}


class TestOrder:
    @pytest.fixture
    def ordering(self, transactional_db: None) -> Scene:
        return a_layout("query", "en", ORDER)

    def test_is_made_with_keys_and_arrows(self, ordering: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        press(page, "3", "n", "2", "1", "ArrowUp", "Enter")

        soon(lambda: len(judgments(ordering)) == 1)
        assert values_of(ordering) == {"grade": 3, "order": ["a", "b", "c"]}

    def test_is_made_with_buttons(self, ordering: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        page.locator(".wb-offer", has_text="Egg timer").click()
        page.locator(".wb-offer", has_text="Eggs: all").click()
        page.get_by_role("button", name="Move up: Eggs: all you need to know").click()
        assert page.locator(".wb-rank-name").all_inner_texts() == [
            "Eggs: all you need to know",
            "Egg timer",
            "How long to boil an egg",
        ]
        page.get_by_role("button", name="Take out of the order: Egg timer").click()
        press(page, "Escape")
        page.locator("[data-question=grade] .wb-option").last.click()
        page.locator(".wb-submit").click()
        assert page.locator("[data-hint]").inner_text().startswith("Put all of them in order")
        assert judgments(ordering) == []

    def test_nothing_is_in_order_by_itself(self, ordering: Scene, seat: Seated) -> None:
        page = open_task(seat("ana"))
        press(page, "3", "Enter")

        soon(lambda: len(judgments(ordering)) == 1)
        assert values_of(ordering) == {"grade": 3}

    def test_is_not_asked_where_there_is_nothing(
        self, transactional_db: None, seat: Seated
    ) -> None:
        a_typed_scene(
            samples.plain_schema("query", ORDER, context=["location"]),
            [("eggs", {"location": "Lyon"})],
            LOCALES["en"],
        )
        page = open_task(seat("ana"))
        assert not page.locator("[data-question=order]").is_visible()


class TestNotLabeling:
    def test_escalation_takes_a_reason_of_its_own(
        self, transactional_db: None, seat: Seated
    ) -> None:
        scene = a_layout("result")
        page = open_task(seat("ana"))
        press(page, "3", "e", "Enter")
        assert page.locator("[data-hint]").inner_text() == "Choose a reason first: press its key."
        press(page, "1", "x")
        assert page.get_by_role("group", name="Why can it not be judged?").is_visible()
        press(page, "e", "2")
        page.reload()
        page.locator("[data-shell]:not([hidden])").wait_for()
        assert page.get_by_role("group", name="Why should an expert look at it?").is_visible()
        press(page, "Enter")

        soon(lambda: len(judgments(scene)) == 1)
        kept = judgments(scene)[0]
        assert (kept.outcome, kept.reason, kept.grade) == ("escalate", "unclear", None)

    def test_backspace_goes_back_to_the_label(self, transactional_db: None, seat: Seated) -> None:
        scene = a_layout("result")
        page = open_task(seat("ana"))
        press(page, "2", "e", "1", "Backspace", "Enter")

        soon(lambda: len(judgments(scene)) == 1)
        assert (judgments(scene)[0].outcome, values_of(scene)) == ("label", {"grade": 2})


MOST_SCRIPT_BYTES = 120 * 1024


def test_the_scripts_of_the_page_are_small(transactional_db: None, seat: Seated) -> None:
    a_layout("video")
    page = seat("ana")
    scripts: list[Response] = []
    page.on("response", lambda one: scripts.append(one) if is_script(one) else None)
    open_task(page)

    assert len(scripts) > 10
    assert sum(len(gzip.compress(one.body())) for one in scripts) < MOST_SCRIPT_BYTES


def is_script(response: Response) -> bool:
    return bool(response.request.resource_type == "script")
