"""My questions, and notes to the guideline, as the server sends them."""

from __future__ import annotations

import pytest

from tests.workbench.conftest import SignedIn
from tests.workbench.scene import KEY, Scene
from tests.workbench.test_screens import text_of
from touchstone.apps.guidelines.operations import add_note
from touchstone.apps.labeling.asking.models import ItemQuestion
from touchstone.apps.labeling.asking.queries import waiting_of

pytestmark = pytest.mark.slow  # each plays a project in pilot


@pytest.fixture
def asked(scene: Scene) -> Scene:
    """Ana has judged everything and asked twice; the first question is answered."""
    scene.read("ana", "ben")
    scene.judge_all("ana", 1)
    scene.ask("ana", "Does a rumour count?", "<b>And a joke?</b>")
    scene.answer("A rumour counts.")
    return scene


def test_the_list_of_projects_says_what_waits(asked: Scene, signed_in: SignedIn) -> None:
    page = text_of(signed_in("ana").get("/work/"))

    assert "1 question of yours has a new answer" in page
    assert "1 question of yours waits for an answer" in page
    assert "of yours" not in text_of(signed_in("ben").get("/work/"))


def test_my_questions_show_what_was_answered_until_it_is_read(
    asked: Scene, signed_in: SignedIn
) -> None:
    browser = signed_in("ana")
    page = browser.get("/work/questions").content.decode()
    for words in ("Does a rumour count?", "A rumour counts.", "Not answered yet", "New"):
        assert words in page
    assert "&lt;b&gt;And a joke?&lt;/b&gt;" in page
    assert asked.people["olga"].name not in page

    number = ItemQuestion.objects.order_by("pk")[0].pk
    assert browser.post("/work/questions/read", {"number": number}).status_code == 302

    assert "I have read it" not in browser.get("/work/questions").content.decode()
    assert waiting_of(asked.people["ana"]).new == 0


def test_another_persons_question_is_not_there(asked: Scene, signed_in: SignedIn) -> None:
    number = ItemQuestion.objects.order_by("pk")[0].pk
    ben = signed_in("ben")

    assert "rumour" not in ben.get("/work/questions").content.decode()
    assert ben.post("/work/questions/read", {"number": number}).status_code == 404
    assert ben.post("/work/questions/read", {"number": "9" * 30}).status_code == 404
    for bad in ("x", "9" * 5_000):
        assert ben.post("/work/questions/read", {"number": bad}).status_code == 302
    assert waiting_of(asked.people["ana"]).new == 1


def test_a_note_stands_with_the_guideline(asked: Scene, signed_in: SignedIn) -> None:
    add_note(
        version=asked.plan.guideline_version, text_en="A <rumour> counts.",
        text_fr="Une rumeur compte.", by=asked.people["olga"],
        at=asked.plan.guideline_version.published_at,
    )  # fmt: skip

    english = signed_in("ana").get(f"/work/{KEY}/guideline").content.decode()
    assert "A &lt;rumour&gt; counts." in english
    assert "The right answers stay the same." in english

    asked.speak("ana", "fr")
    assert "Une rumeur compte." in signed_in("ana").get(f"/work/{KEY}/guideline").content.decode()
    assert "Une rumeur compte." in signed_in("ana").get(f"/work/{KEY}/").content.decode()
