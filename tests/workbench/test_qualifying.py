"""The pages on the way to the work, as the server sends them and in a real browser."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.utils import timezone

from tests.workbench.conftest import Seated, SignedIn
from tests.workbench.scene import KEY, Scene, a_scene
from touchstone.apps.guidelines.models import QuizAttempt
from touchstone.apps.guidelines.teaching import seeded_practice, seeded_quiz
from touchstone.apps.labeling.models import Assignment, Judgment
from touchstone.apps.quality.models import GoldTestAnswer, Qualification
from touchstone.flows.qualifying import send_quiz

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow  # each plays a project in pilot

SEED = "graded-relevance"
QUIZ, TEST, PRACTICE = f"/work/{KEY}/quiz", f"/work/{KEY}/test", f"/work/{KEY}/practice"
IN_FRENCH = f"{TEST}?locale=fr-FR"
GOLD_GRADE = 3


def questions() -> list[dict[str, Any]]:
    quiz: Any = seeded_quiz(SEED)
    return list(quiz["questions"])


def right_answers() -> dict[str, list[str]]:
    return {f"q-{question['key']}": question["right"] for question in questions()}


def wrong_answers() -> dict[str, list[str]]:
    found = {}
    for question in questions():
        values = [option["value"] for option in question["options"]]
        wrong = next(value for value in values if [value] != question["right"])
        found[f"q-{question['key']}"] = [wrong]
    return found


def asking(**changes: Any) -> Scene:
    return a_scene(gold=6, **{"quiz_required": True, "gold_test_size": 2, **changes})


@pytest.fixture
def scene(db: None) -> Scene:
    """Quiz and a test of two items; at 85 % one right answer is enough."""
    return asking()


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


class TestTheOrder:
    def test_each_page_sends_to_the_one_before(self, scene: Scene, signed_in: SignedIn) -> None:
        ana = signed_in("ana")
        for page in (f"/work/{KEY}/", QUIZ, IN_FRENCH):
            assert ana.get(page).headers["Location"] == f"/work/{KEY}/guideline"
        scene.read("ana")
        for page in (f"/work/{KEY}/", IN_FRENCH):
            assert ana.get(page).headers["Location"] == QUIZ
        ana.post(QUIZ, right_answers())
        assert ana.get(f"/work/{KEY}/").headers["Location"] == IN_FRENCH
        start = text_of(ana.get("/work/"))
        assert "Take the test: French (France)" in start and "wb-path" in start

    def test_what_is_not_asked_for_says_so(self, db: None, signed_in: SignedIn) -> None:
        a_scene().read("ana")
        ana = signed_in("ana")

        assert ana.get(QUIZ).status_code == ana.get(IN_FRENCH).status_code == 409
        assert "asks for no quiz" in text_of(ana.get(QUIZ))
        assert ana.get(f"/work/{KEY}/").status_code == 200
        assert "wb-path" not in text_of(ana.get("/work/"))

    def test_another_language_has_no_test(self, scene: Scene, signed_in: SignedIn) -> None:
        scene.read("ana")
        ana = signed_in("ana")
        ana.post(QUIZ, right_answers())

        assert ana.get(f"{TEST}?locale=de-DE").status_code == 404
        assert ana.get(TEST).status_code == 404

    def test_few_queries(
        self, scene: Scene, signed_in: SignedIn, django_assert_max_num_queries: Any
    ) -> None:
        scene.read("ana")
        ana = signed_in("ana")
        with django_assert_max_num_queries(24):
            ana.get("/work/")
        with django_assert_max_num_queries(30):
            ana.get(QUIZ)
        with django_assert_max_num_queries(24):
            ana.get(PRACTICE)


class TestQuiz:
    def test_no_answer_is_in_the_page_before(self, scene: Scene, signed_in: SignedIn) -> None:
        scene.read("ana")
        page = text_of(signed_in("ana").get(QUIZ))

        assert questions()[0]["names"]["en"] in page
        for question in questions():
            assert question["explanation"]["en"][:30] not in page
        assert "data-right" not in page and "wb-marked" not in page

    def test_after_it_everything_is_told(self, scene: Scene, signed_in: SignedIn) -> None:
        scene.read("ana")
        scene.speak("ana", "fr")
        ana = signed_in("ana")
        assert ana.post(QUIZ, wrong_answers()).headers["Location"] == QUIZ

        page = text_of(ana.get(QUIZ))
        assert "Non réussi" in page and "data-right" in page
        assert questions()[0]["explanation"]["fr"][:30] in page
        assert '<form method="post" action="/work/videos/quiz"' not in page  # wait first
        ana.post(QUIZ, right_answers())
        assert QuizAttempt.objects.count() == 1

    def test_what_was_chosen_stays_when_something_is_missing(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        scene.read("ana")
        given = right_answers()
        gone = given.popitem()[0]
        answer = signed_in("ana").post(QUIZ, given)

        assert answer.status_code == 422
        page = text_of(answer)
        assert page.count(" checked") == sum(len(values) for values in given.values())
        assert f'id="{gone}-error"' in page
        assert not QuizAttempt.objects.exists()

    def test_the_day_it_ends_is_told(self, scene: Scene, signed_in: SignedIn) -> None:
        scene.read("ana")
        ana = signed_in("ana")
        ana.post(QUIZ, right_answers())

        page = text_of(ana.get(QUIZ))
        assert "Passed" in page and "It holds until" in page
        assert 'type="radio"' not in page


class TestTest:
    def begin(self, scene: Scene, signed_in: SignedIn) -> Any:
        scene.read("ana")
        ana = signed_in("ana")
        ana.post(QUIZ, right_answers())
        intro = text_of(ana.get(IN_FRENCH))
        assert "needed to pass: 1 of 2" in intro and "data-shell" not in intro
        assert ana.post(TEST, {"locale": "fr-FR"}).headers["Location"] == IN_FRENCH
        return ana

    def task(self, browser: Any) -> str:
        found = re.search(r'name="task" value="([^"]+)"', text_of(browser.get(IN_FRENCH)))
        assert found
        return found[1]

    def send(self, browser: Any, grade: int) -> Any:
        answers = json.dumps({"outcome": "label", "values": {"grade": grade}})
        given = {"locale": "fr-FR", "task": self.task(browser), "answers": answers}
        return browser.post(TEST, given)

    def test_from_the_first_item_to_the_tasks(self, scene: Scene, signed_in: SignedIn) -> None:
        ana = self.begin(scene, signed_in)
        assert "Test: 1 of 2" in text_of(ana.get(IN_FRENCH))
        for _each in range(2):
            assert self.send(ana, GOLD_GRADE).headers["Location"] == IN_FRENCH

        assert "2 of 2 right; needed: 1" in text_of(ana.get(IN_FRENCH))
        assert ana.get(f"/work/{KEY}/").status_code == 200
        assert not Judgment.objects.exists() and not Assignment.objects.exists()

    def test_who_fails_is_told_how_many_and_not_which(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        ana = self.begin(scene, signed_in)
        self.send(ana, 0)
        self.send(ana, 1)

        page = text_of(ana.get(IN_FRENCH))
        assert "Not passed" in page and "0 of 2 right" in page
        assert "You can take another test from" in page and "Start the test" not in page
        assert "Titre" not in page
        assert ana.get(f"/work/{KEY}/").headers["Location"] == IN_FRENCH

    def test_the_page_does_not_tell_the_answer(self, scene: Scene, signed_in: SignedIn) -> None:
        page = text_of(self.begin(scene, signed_in).get(IN_FRENCH))

        assert "accepted" not in page and "secret" not in page
        data = re.search(r'<script id="wb-data"[^>]*>(.*?)</script>', page, re.S)
        assert data
        assert set(json.loads(data[1])["task"]) == {"query", "locale", "direction", "content"}

    def test_a_bad_answer_is_told_and_not_kept(self, scene: Scene, signed_in: SignedIn) -> None:
        ana = self.begin(scene, signed_in)
        for task, answers in (
            (self.task(ana), '{"outcome": "label", "values": {"grade": 9}}'),
            (self.task(ana), "no JSON"),
            ("no-task", "{}"),
        ):
            answer = ana.post(
                TEST, {"locale": "fr-FR", "task": task, "answers": answers}, follow=True
            )
            assert "alert-danger" in text_of(answer)
        assert not GoldTestAnswer.objects.exists()

    def test_anothers_task_is_not_there(self, scene: Scene, signed_in: SignedIn) -> None:
        task = self.task(self.begin(scene, signed_in))
        scene.read("ben")
        ben = signed_in("ben")
        answers = json.dumps({"outcome": "label", "values": {"grade": 3}})
        ben.post(TEST, {"locale": "fr-FR", "task": task, "answers": answers})

        assert not GoldTestAnswer.objects.exists()


class TestPractice:
    def send(self, browser: Any, example: int, answers: dict[str, Any]) -> str:
        given = {"example": example, "answers": json.dumps(answers)}
        return text_of(browser.post(PRACTICE, given))

    def test_feedback_comes_at_once_and_nothing_is_kept(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        ana = signed_in("ana")
        french: Any = [e for e in seeded_practice(SEED) or () if e["locale"] == "fr-FR"]  # type: ignore[index]
        first, why = french[0], french[0]["explanation"]["en"]
        before = text_of(ana.get(PRACTICE))
        assert json.dumps(first["content"]["title"])[1:-1] in before and why not in before
        assert f"Practice: 1 of {len(french)}" in before

        right = self.send(ana, 1, {"outcome": "label", "values": {"grade": 3}})
        wrong = self.send(ana, 1, {"outcome": "label", "values": {"grade": 0}})
        assert why in right and why in wrong
        assert ">Right</h2>" in right and ">Not right</h2>" in wrong
        assert f"{PRACTICE}?example=2" in right
        assert not Judgment.objects.exists() and not Qualification.objects.exists()

    def test_not_to_judge_can_be_right(self, scene: Scene, signed_in: SignedIn) -> None:
        ana = signed_in("ana")
        examples: Any = [e for e in seeded_practice(SEED) or () if e["locale"] == "fr-FR"]  # type: ignore[index]
        number = 1 + next(n for n, e in enumerate(examples) if not e["right"])

        page = self.send(
            ana, number, {"outcome": "cannot_judge", "reason": "not_enough_information"}
        )
        assert ">Right</h2>" in page
        graded = self.send(ana, number, {"outcome": "label", "values": {"grade": 1}})
        assert ">Not right</h2>" in graded

    def test_numbers_go_round_and_nonsense_is_the_first(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        ana = signed_in("ana")
        for asked in ("8", "-3", "x", "9" * 30):
            assert "Practice: 1 of 7" in text_of(ana.get(f"{PRACTICE}?example={asked}"))

    def test_a_bad_answer_is_told(self, scene: Scene, signed_in: SignedIn) -> None:
        assert "alert-danger" in self.send(signed_in("ana"), 1, {"outcome": "label"})


# --- in a browser -------------------------------------------------------------------------------

WORDS = {
    "en": {
        "read": "Read the guideline", "confirm": "I have read it", "send": "Send the answers",
        "on": "Go on", "begin": "Start the test", "tasks": "Go to the tasks", "passed": "Passed",
        "practise": "Practise", "next": "Next example",
    },
    "fr": {
        "read": "Lire le guide", "confirm": "Je l’ai lu", "send": "Envoyer les réponses",
        "on": "Continuer", "begin": "Commencer le test", "tasks": "Aller aux tâches",
        "passed": "Réussi", "practise": "S’entraîner", "next": "Exemple suivant",
    },
}  # fmt: skip
LOOKS = {
    "en": {"viewport": {"width": 1280, "height": 720}, "color_scheme": "light"},
    "fr": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}


def sound(page: Page) -> None:
    """No fault of accessibility, and nothing that has to be scrolled sideways."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def press(page: Page, name: str, role: Any = "link") -> None:
    page.get_by_role(role, name=name, exact=True).first.press("Enter")


def answer_quiz(page: Page) -> None:
    """By keyboard: Tab into each question, Space or the arrows choose."""
    for question in questions():
        for value in question["right"]:
            page.locator(f'input[name="q-{question["key"]}"][value="{value}"]').press("Space")


def answer_item(page: Page, grade: int) -> None:
    page.locator("[data-shell]:not([hidden])").wait_for()
    page.keyboard.press(str(grade))
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_whole_way_by_keyboard(transactional_db: None, seat: Seated, language: str) -> None:
    scene, words = asking(), WORDS[language]
    scene.speak("ana", language)
    page = seat("ana", **LOOKS[language])
    page.goto("/work/")
    sound(page)
    press(page, words["read"])
    press(page, words["confirm"], "button")
    page.wait_for_url(f"**{QUIZ}")
    sound(page)
    answer_quiz(page)
    press(page, words["send"], "button")
    page.get_by_role("heading", name=words["passed"], exact=True).wait_for()
    sound(page)
    press(page, words["on"])
    page.wait_for_url(f"**{IN_FRENCH}")
    sound(page)
    press(page, words["begin"], "button")
    for _each in range(2):
        page.locator("[data-shell]:not([hidden])").wait_for()
        sound(page)
        answer_item(page, GOLD_GRADE)
    page.get_by_role("heading", name=words["passed"], exact=True).wait_for()
    sound(page)
    press(page, words["tasks"])
    page.locator("[data-shell]:not([hidden])").wait_for()
    assert page.url.endswith(f"/work/{KEY}/")
    assert Qualification.objects.filter(passed=True).count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_practice_by_keyboard(transactional_db: None, seat: Seated, language: str) -> None:
    scene, words = asking(), WORDS[language]
    scene.speak("ana", language)
    page = seat("ana", **LOOKS[language])
    page.goto("/work/")
    press(page, words["practise"])
    page.locator("[data-shell]:not([hidden])").wait_for()
    sound(page)
    answer_item(page, 3)
    page.get_by_role("link", name=words["next"]).wait_for()
    sound(page)
    assert page.evaluate("document.activeElement.matches('[data-go-on]')")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("example=2")


@pytest.mark.django_db(transaction=True)
def test_right_to_left(transactional_db: None, seat: Seated) -> None:
    scene = asking()
    scene.read("ana")
    scene.speak("ana", "ar")
    page = seat("ana", viewport={"width": 390, "height": 844})
    for path in ("/work/", QUIZ, PRACTICE):
        page.goto(path)
        assert page.locator("html").get_attribute("dir") == "rtl"
        sound(page)


@pytest.mark.django_db(transaction=True)
def test_a_pass_that_ends_meanwhile_is_told(transactional_db: None, seat: Seated) -> None:
    """The screen is open, the last task is done, and the pass is over: not a lost connection."""
    scene = asking(gold_test_size=0, qualification_days=1)
    scene.read("ana")
    yesterday = timezone.now() - timedelta(days=1) + timedelta(minutes=2)
    answers = {question["key"]: question["right"] for question in questions()}
    send_quiz(
        project=scene.project, by=scene.people["ana"], answers=answers, language="en", at=yesterday
    )
    page = seat("ana")
    page.goto(f"/work/{KEY}/")
    page.locator("[data-shell]:not([hidden])").wait_for()
    with connection.cursor() as cursor:  # two minutes go by
        cursor.execute("ALTER TABLE quality_qualification DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE quality_qualification SET at = at - interval '1 hour',"
            " expires_at = expires_at - interval '1 hour'"
        )
        cursor.execute("ALTER TABLE quality_qualification ENABLE TRIGGER USER")
    told = page.get_by_text("The quiz or the test is to be passed before you go on.")
    for _each in range(8):
        if told.is_visible():
            break
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        page.wait_for_timeout(200)

    told.wait_for()
    assert page.locator("[data-again]").is_hidden()
