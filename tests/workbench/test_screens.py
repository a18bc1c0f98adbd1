"""The annotator's screens as the server sends them."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from tests.workbench.conftest import SignedIn
from tests.workbench.scene import KEY, Scene, a_scene
from touchstone.apps.guidelines.models import GuidelineReading
from touchstone.apps.wellbeing.policies import Severity
from touchstone.flows import phases
from touchstone.flows.labeling import lease_work
from touchstone.workbench.screens import research_url

pytestmark = pytest.mark.slow  # each plays a project in pilot


def text_of(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def data_of(answer: object) -> dict[str, object]:
    """What the scripts of a screen start with."""
    found = re.search(r'<script id="wb-data"[^>]*>(.*?)</script>', text_of(answer), re.S)
    assert found
    return json.loads(found[1])  # type: ignore[no-any-return]


class TestWhoGetsIn:
    @pytest.mark.parametrize("path", ["", f"{KEY}/", f"{KEY}/guideline", f"{KEY}/audits"])
    def test_strangers_are_asked_to_sign_in(self, scene: Scene, client: Client, path: str) -> None:
        answer = client.get(f"/work/{path}")

        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/sign-in?next=/work/{path}"

    @pytest.mark.parametrize("name", ["zoe", "olga", "quinn", "rita"])
    def test_only_the_projects_annotators_label(
        self, scene: Scene, signed_in: SignedIn, name: str
    ) -> None:
        for path in (f"{KEY}/", f"{KEY}/guideline"):
            assert signed_in(name).get(f"/work/{path}").status_code == 404
        assert signed_in(name).post(f"/work/{KEY}/guideline").status_code == 404
        assert not GuidelineReading.objects.exists()

    def test_a_method_that_does_nothing_is_refused(self, scene: Scene, signed_in: SignedIn) -> None:
        assert signed_in("ana").post(f"/work/{KEY}/").status_code == 405
        assert signed_in("ana").get("/work/language").status_code == 405

    def test_no_screen_is_kept_by_the_browser(self, scene: Scene, signed_in: SignedIn) -> None:
        assert "no-store" in signed_in("ana").get("/work/").headers["Cache-Control"]


class TestMyProjects:
    def test_first_the_guideline_then_the_start(self, scene: Scene, signed_in: SignedIn) -> None:
        ana = signed_in("ana")
        assert f'href="/work/{KEY}/guideline"' in text_of(ana.get("/work/"))

        scene.read("ana")
        page = text_of(ana.get("/work/"))
        assert f'href="/work/{KEY}/"' in page
        assert "French (France)" in page

    def test_nobody_is_sent_to_a_project_that_rests(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        scene.read("ana")
        phases.pause(
            project=scene.project, by=scene.people["olga"], at=timezone.now(), reason="Holidays"
        )

        assert "Not open for work now" in text_of(signed_in("ana").get("/work/"))
        assert signed_in("ana").get(f"/work/{KEY}/").status_code == 409

    def test_an_empty_desk_says_so(self, scene: Scene, signed_in: SignedIn) -> None:
        assert "Nothing waits for you" in text_of(signed_in("zoe").get("/work/"))

    def test_the_lead_sees_what_waits_and_annotators_do_not(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        scene.read("ana", "ben")
        scene.judge_all("ana", 0)
        scene.judge_all("ben", 3)
        scene.draw(4)
        scene.open_cases()

        page = text_of(signed_in("quinn").get("/work/"))
        assert f'href="/work/{KEY}/audits"' in page
        assert f'href="/work/{KEY}/adjudications"' in page
        assert "/audits" not in text_of(signed_in("ana").get("/work/"))
        assert "Nothing left for you" in text_of(signed_in("ana").get("/work/"))


class TestGuideline:
    def test_is_read_in_ones_language_and_confirmed_once(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        scene.speak("ana", "fr")
        ana = signed_in("ana")
        assert ana.get(f"/work/{KEY}/").headers["Location"] == f"/work/{KEY}/guideline"
        assert '<div class="wb-guideline-text" lang="fr" dir="ltr">' in text_of(
            ana.get(f"/work/{KEY}/guideline")
        )

        for _twice in range(2):
            answer = ana.post(f"/work/{KEY}/guideline", {"language": "fr"})
            assert answer.headers["Location"] == f"/work/{KEY}/"
        reading = GuidelineReading.objects.get()
        assert (reading.user, reading.language) == (scene.people["ana"], "fr")

    def test_another_language_is_one_click_away(self, scene: Scene, signed_in: SignedIn) -> None:
        page = text_of(signed_in("ana").get(f"/work/{KEY}/guideline?language=ar"))

        assert '<div class="wb-guideline-text" lang="ar" dir="rtl">' in page
        assert '<html lang="en" dir="ltr"' in page


class TestTaskScreen:
    def test_starts_with_what_is_in_hand_and_only_what_is_to_be_seen(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        scene.read("ana", "ben")
        mine = lease_work(project=scene.project, by=scene.people["ana"], count=2, at=timezone.now())
        lease_work(project=scene.project, by=scene.people["ben"], count=2, at=timezone.now())

        answer = signed_in("ana").get(f"/work/{KEY}/")
        tasks = data_of(answer)["tasks"]
        assert {task["assignment"] for task in tasks} == {str(t.assignment_id) for t in mine}
        assert {frozenset(task["content"]) for task in tasks} == {
            frozenset({"title", "text", "url"})
        }
        assert "secret" not in text_of(answer)

    def test_a_gold_item_looks_like_any_other(self, db: None, signed_in: SignedIn) -> None:
        scene = a_scene(items=6, gold=6)
        scene.read("ana")
        gold = scene.project.items.exclude(gold_answer=None).values_list("pk", flat=True)
        work = scene.project.items.filter(gold_answer=None).values_list("pk", flat=True)
        mixed = lease_work(
            project=scene.project,
            by=scene.people["ana"],
            count=2,
            at=timezone.now(),
            item_ids=[gold[0], work[0]],
        )
        assert len(mixed) == 2

        shown = data_of(signed_in("ana").get(f"/work/{KEY}/"))["tasks"]
        assert len(shown) == 2
        assert len({frozenset(task) | frozenset(task["content"]) for task in shown}) == 1
        assert "gold" not in json.dumps(shown)

    def test_every_key_is_shown_beside_its_answer(self, scene: Scene, signed_in: SignedIn) -> None:
        scene.read("ana")
        page = text_of(signed_in("ana").get(f"/work/{KEY}/"))

        for key, name in ((0, "Irrelevant"), (3, "Perfect")):
            option = re.search(rf'data-hotkey="{key}".*?</label>', page, re.S)
            assert option and f">{key}</kbd>" in option[0] and name in option[0]

    def test_only_pages_with_items_load_pictures_from_elsewhere(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        scene.read("ana")
        ana = signed_in("ana")
        task, start = (
            ana.get(path).headers["Content-Security-Policy"] for path in (f"/work/{KEY}/", "/work/")
        )
        assert "img-src 'self' data: https:;" in task and "media-src 'self' https:;" in task
        assert "https:" not in start and "script-src 'self' 'nonce" in task

    def test_all_scripts_are_asked_for_at_once(self, scene: Scene, signed_in: SignedIn) -> None:
        scene.read("ana")
        page = text_of(signed_in("ana").get(f"/work/{KEY}/"))

        for name in ("task", "panel", "layouts/parts", "fields/span"):
            preloaded = f'<link rel="modulepreload" href="/static/workbench/{name}.js">' in page
            assert preloaded == (name != "task"), name  # which has its own tag

    def test_needs_few_queries(
        self, scene: Scene, signed_in: SignedIn, django_assert_max_num_queries
    ) -> None:
        scene.read("ana")
        ana = signed_in("ana")
        for path in ("/work/", f"/work/{KEY}/", f"/work/{KEY}/guideline"):
            with django_assert_max_num_queries(20):
                ana.get(path)


class TestLanguage:
    def test_arabic_turns_the_whole_screen(self, scene: Scene, signed_in: SignedIn) -> None:
        scene.read("ana")
        ana = signed_in("ana")
        answer = ana.post("/work/language", {"language": "ar", "next": f"/work/{KEY}/"})
        assert answer.headers["Location"] == f"/work/{KEY}/"

        page = text_of(ana.get(f"/work/{KEY}/"))
        assert '<html lang="ar" dir="rtl"' in page
        assert "tabler.rtl.min.css" in page and "tabler.min.css" not in page
        assert "إرسال" in page and "Submit" not in page
        scene.people["ana"].refresh_from_db()
        assert scene.people["ana"].language == "ar"

    def test_the_console_stays_in_a_language_it_has(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        scene.speak("quinn", "ar")

        assert '<html lang="en" dir="ltr"' in text_of(signed_in("quinn").get(f"/projects/{KEY}"))
        assert '<html lang="ar" dir="rtl"' in text_of(signed_in("quinn").get("/work/"))

    @pytest.mark.parametrize("language", ["xx", "en-gb", ""])
    def test_what_the_workbench_lacks_is_not_taken(
        self, scene: Scene, signed_in: SignedIn, language: str
    ) -> None:
        signed_in("ana").post("/work/language", {"language": language})

        scene.people["ana"].refresh_from_db()
        assert scene.people["ana"].language == "en"

    def test_a_query_is_not_looked_up_where_harm_is_counted(self) -> None:
        assert research_url(Severity.S0).startswith("https://")
        assert not any(research_url(each) for each in Severity if each.is_exposure)

    def test_nobody_is_led_astray(self, scene: Scene, signed_in: SignedIn) -> None:
        answer = signed_in("ana").post(
            "/work/language", {"language": "fr", "next": "https://evil.example/"}
        )
        assert answer.headers["Location"] == "/work/"

    def test_a_refusal_speaks_the_language_too(self, scene: Scene, signed_in: SignedIn) -> None:
        scene.speak("zoe", "ar")
        answer = signed_in("zoe").get(f"/work/{KEY}/")

        assert answer.status_code == 404
        assert "لا يوجد مشروع كهذا." in text_of(answer)
