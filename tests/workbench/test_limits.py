"""Consent before the queue, and one's own limits, as the server sends them."""

from __future__ import annotations

from datetime import time, timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from tests.factories.wellbeing import look
from tests.workbench.conftest import SignedIn
from tests.workbench.scene import KEY, Scene, a_scene
from tests.workbench.test_screens import data_of, text_of
from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.people.models import User
from touchstone.apps.wellbeing.models import Consent, StatedHours, TopicChoice
from touchstone.apps.wellbeing.operations import give_consent, state_hours
from touchstone.apps.wellbeing.policies import Severity

pytestmark = pytest.mark.slow  # each plays a project in pilot


@pytest.fixture
def scene(db: None) -> Scene:
    """Six French items that may be harmful; Ana has read the guideline."""
    return harmful_scene()


def harmful_scene(severity: str = "S3") -> Scene:
    scene = a_scene()
    LabelingRequest.objects.filter(project=scene.project).update(harm_class=severity)
    scene.project.request.refresh_from_db()
    scene.read("ana")
    return scene


def agree(scene: Scene, name: str = "ana", severity: Severity = Severity.S3) -> User:
    """Consent, and hours around this moment: the tests run at any hour."""
    by, now = scene.people[name], timezone.now()
    give_consent(severity=severity, version=1, language="en", by=by, at=now)
    starts = (now - timedelta(hours=1)).replace(minute=0)
    ends = starts + timedelta(hours=10)
    state_hours(time_zone="UTC", starts=clock(starts), ends=clock(ends), by=by, at=now)
    return by


def clock(at: object) -> time:
    return at.time().replace(second=0, microsecond=0)  # type: ignore[attr-defined, no-any-return]


class TestConsent:
    @pytest.mark.parametrize("path", ["", "practice"])
    def test_every_way_to_the_items_leads_past_it(
        self, scene: Scene, signed_in: SignedIn, path: str
    ) -> None:
        answer = signed_in("ana").get(f"/work/{KEY}/{path}")

        assert answer.status_code == 302
        after = f"%2Fwork%2F{KEY}%2F{path}"
        assert answer.headers["Location"] == f"/work/{KEY}/consent?next={after}"

    def test_it_says_what_the_work_may_show_and_lets_one_go(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        page = text_of(signed_in("ana").get(f"/work/{KEY}/consent"))

        assert "This work shows harmful content" in page
        assert 'href="/work/"' in page
        assert not Consent.objects.exists()

    def test_in_french_it_is_french_and_kept_as_such(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        scene.speak("ana", "fr")
        ana = signed_in("ana")

        assert "Ce travail montre des contenus nuisibles" in text_of(
            ana.get(f"/work/{KEY}/consent")
        )
        assert ana.post(f"/work/{KEY}/consent", {"version": "1"}).status_code == 302
        assert Consent.objects.get().language == "fr"

    def test_in_arabic_the_english_text_stands_from_left_to_right(
        self, scene: Scene, signed_in: SignedIn
    ) -> None:
        scene.speak("ana", "ar")

        page = text_of(signed_in("ana").get(f"/work/{KEY}/consent"))

        assert 'dir="rtl"' in page
        assert 'lang="en" dir="ltr"' in page

    def test_who_agrees_gets_to_work(self, scene: Scene, signed_in: SignedIn) -> None:
        ana = signed_in("ana")

        answer = ana.post(f"/work/{KEY}/consent", {"version": "1"})

        assert answer.headers["Location"] == f"/work/{KEY}/"
        assert ana.get(f"/work/{KEY}/").status_code == 200
        assert ana.get(f"/work/{KEY}/consent").status_code == 302, "nothing is asked twice"

    @pytest.mark.parametrize(
        ("after", "onward"),
        [
            (f"/work/{KEY}/practice", f"/work/{KEY}/practice"),
            ("//elsewhere.example/", f"/work/{KEY}/"),
            ("https://elsewhere.example/", f"/work/{KEY}/"),
            ("javascript:alert(1)", f"/work/{KEY}/"),
        ],
    )
    def test_who_agrees_comes_back_to_the_screen_they_wanted(
        self, scene: Scene, signed_in: SignedIn, after: str, onward: str
    ) -> None:
        address = f"/work/{KEY}/consent?{urlencode({'next': after})}"

        answer = signed_in("ana").post(address, {"version": "1"})

        assert answer.headers["Location"] == onward

    @pytest.mark.parametrize("version", ["", "2", "x", "-1", "9" * 5_000])
    def test_only_the_text_in_force_can_be_agreed_to(
        self, scene: Scene, signed_in: SignedIn, version: str
    ) -> None:
        answer = signed_in("ana").post(f"/work/{KEY}/consent", {"version": version}, follow=True)

        assert "The text has changed" in text_of(answer)
        assert not Consent.objects.exists()

    def test_work_that_shows_nothing_asks_nothing(self, db: None, signed_in: SignedIn) -> None:
        harmful_scene("S0")

        answer = signed_in("ana").get(f"/work/{KEY}/")

        assert answer.status_code == 200
        assert "Harmful: skip" not in text_of(answer)
        assert data_of(answer)["harmful"] is False


class TestExperts:
    """Who audits and settles looks at the items as well."""

    @pytest.fixture
    def checked(self, db: None) -> Scene:
        """Work that waits for Quinn, and turns out to be harmful."""
        scene = a_scene(items=2)
        scene.read("ana", "ben")
        scene.judge_all("ana", 3)
        scene.judge_all("ben", 0)
        scene.draw(2)
        scene.open_cases()
        LabelingRequest.objects.filter(project=scene.project).update(harm_class="S3")
        return scene

    @pytest.mark.parametrize("path", ["audits", "adjudications"])
    def test_agree_before_they_see_an_item(
        self, checked: Scene, signed_in: SignedIn, path: str
    ) -> None:
        quinn = signed_in("quinn")
        before = quinn.get(f"/work/{KEY}/{path}")
        after = f"%2Fwork%2F{KEY}%2F{path}"
        assert before.headers["Location"] == f"/work/{KEY}/checks/consent?next={after}"
        page = quinn.get(before.headers["Location"])
        assert "I agree to see this content" in text_of(page)

        agreed = quinn.post(f"/work/{KEY}/checks/consent", {"version": "1"})
        assert agreed.headers["Location"] == "/work/"
        agree(checked, "quinn")  # with hours around this moment
        assert quinn.get(f"/work/{KEY}/{path}").status_code == 200
        assert quinn.get(f"/work/{KEY}/checks/consent").headers["Location"] == "/work/"

    def test_an_older_wording_is_not_agreed_to(self, checked: Scene, signed_in: SignedIn) -> None:
        answer = signed_in("quinn").post(f"/work/{KEY}/checks/consent", {"version": "0"})

        assert answer.headers["Location"] == f"/work/{KEY}/checks/consent"
        assert not Consent.objects.exists()

    def test_at_a_limit_the_reason_is_said_and_no_item_shown(
        self, checked: Scene, signed_in: SignedIn
    ) -> None:
        quinn = agree(checked, "quinn")
        look(quinn, 60, timezone.now() - timedelta(minutes=61))

        answer = signed_in("quinn").get(f"/work/{KEY}/audits")

        assert answer.status_code == 409
        assert "limit for harmful content. You can go on from" in text_of(answer)
        assert "wb-data" not in answer.content.decode()


class TestMyLimits:
    def test_everybody_has_the_page(self, scene: Scene, signed_in: SignedIn) -> None:
        for name in ("ana", "olga", "quinn"):
            page = text_of(signed_in(name).get("/work/limits"))
            assert "<meter" in page
            assert "0\u00a0min of" in page

    def test_hours_are_stated_there(self, scene: Scene, signed_in: SignedIn) -> None:
        sent = {"time_zone": "Asia/Tokyo", "starts": "22:00", "ends": "06:00"}

        page = text_of(signed_in("ana").post("/work/limits/hours", sent, follow=True))

        assert "Your working hours are kept." in page
        assert 'value="22:00"' in page
        assert StatedHours.objects.get().time_zone == "Asia/Tokyo"

    @pytest.mark.parametrize(
        "change", [{"starts": ""}, {"ends": "25:00"}, {"ends": "22:30"}, {"time_zone": "Mars"}]
    )
    def test_hours_that_cannot_be_change_nothing(
        self, scene: Scene, signed_in: SignedIn, change: dict[str, str]
    ) -> None:
        sent = {"time_zone": "UTC", "starts": "22:00", "ends": "06:00"} | change

        answer = signed_in("ana").post("/work/limits/hours", sent, follow=True)

        assert "alert-danger" in text_of(answer)
        assert not StatedHours.objects.exists()

    def test_a_topic_is_declined_and_taken_again(self, scene: Scene, signed_in: SignedIn) -> None:
        ana = signed_in("ana")

        page = text_of(
            ana.post("/work/limits/topics", {"topic": "ads", "choice": "decline"}, follow=True)
        )
        assert "Take again" in page
        ana.post("/work/limits/topics", {"topic": "ads", "choice": "take"})
        assert ana.post("/work/limits/topics", {"topic": "rankling"}).status_code == 409

        choices = TopicChoice.objects.order_by("pk").values_list("topic", "declined")
        assert list(choices) == [("ads", True), ("ads", False)]

    def test_consent_is_withdrawn_there(self, scene: Scene, signed_in: SignedIn) -> None:
        agree(scene)
        ana = signed_in("ana")
        assert ana.get(f"/work/{KEY}/").status_code == 200

        page = text_of(ana.post("/work/limits/consent", {"severity": "S3"}, follow=True))

        assert "withdrawn" in page
        assert ana.get(f"/work/{KEY}/").status_code == 302
        assert ana.post("/work/limits/consent", {"severity": "S9"}).status_code == 409
