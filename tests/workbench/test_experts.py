"""Blind audits and disagreements, as the server sends and takes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.workbench.conftest import SignedIn
from tests.workbench.samples import named, plain_schema
from tests.workbench.scene import KEY, Scene
from tests.workbench.test_screens import data_of, text_of
from tests.workbench.typed_scene import a_typed_scene
from touchstone.apps.quality.models import Adjudication, Audit

AUDITS, CASES = f"/work/{KEY}/audits", f"/work/{KEY}/adjudications"


@pytest.fixture
def judged(scene: Scene) -> Scene:
    """Ana and Ben disagree on everything; two judgments of each item's wait to be audited."""
    scene.read("ana", "ben")
    scene.judge_all("ana", 0)
    scene.judge_all("ben", 3)
    scene.draw(12)
    scene.open_cases()
    return scene


def label(grade: object) -> dict[str, str]:
    return {"answers": json.dumps({"outcome": "label", "values": {"grade": grade}})}


def waiting() -> int:
    return Audit.objects.filter(done_at=None).count()


class TestAudits:
    @pytest.mark.parametrize(("name", "status"), [("zoe", 404), ("ana", 404), ("olga", 403)])
    def test_are_for_those_who_audit(
        self, judged: Scene, signed_in: SignedIn, name: str, status: int
    ) -> None:
        audit = Audit.objects.order_by("pk")[0]
        person = signed_in(name)

        assert person.get(AUDITS).status_code == status
        assert person.post(f"{AUDITS}/{audit.pk}", label(1)).status_code == status
        assert waiting() == 12

    def test_the_annotators_answer_is_not_in_the_page(
        self, judged: Scene, signed_in: SignedIn
    ) -> None:
        answer = signed_in("quinn").get(AUDITS)

        task = data_of(answer)["task"]
        assert set(task) == {"query", "locale", "direction", "content"}
        assert " checked" not in text_of(answer).replace("data-keys-switch checked", "")
        assert "Ana" not in text_of(answer)

    @pytest.mark.parametrize("agree", [True, False])
    def test_says_afterwards_whether_the_two_agree(
        self, judged: Scene, signed_in: SignedIn, agree: bool
    ) -> None:
        audit = Audit.objects.select_related("judgment").order_by("pk")[0]
        grade = audit.judgment.grade if agree else 3 - (audit.judgment.grade or 0)
        answer = signed_in("quinn").post(f"{AUDITS}/{audit.pk}", label(grade), follow=True)

        assert answer.redirect_chain == [(AUDITS, 302)]
        assert f"You and the annotator {'agree' if agree else 'disagree'}." in text_of(answer)
        audit.refresh_from_db()
        assert (audit.agrees, audit.grade) == (agree, grade)

    @pytest.mark.parametrize(
        "sent", [{}, {"answers": "{"}, {"answers": "[1]"}, label(9), label("2")]
    )
    def test_a_broken_answer_is_refused_and_nothing_is_kept(
        self, judged: Scene, signed_in: SignedIn, sent: dict[str, str]
    ) -> None:
        audit = Audit.objects.order_by("pk")[0]
        answer = signed_in("quinn").post(f"{AUDITS}/{audit.pk}", sent, follow=True)

        assert "The answers were not taken." in text_of(answer)
        assert waiting() == 12

    def test_the_second_answer_is_refused_and_the_first_kept(
        self, judged: Scene, signed_in: SignedIn
    ) -> None:
        quinn, audit = signed_in("quinn"), Audit.objects.order_by("pk")[0]
        quinn.post(f"{AUDITS}/{audit.pk}", label(1))
        answer = quinn.post(f"{AUDITS}/{audit.pk}", label(2), follow=True)

        assert "finished already" in text_of(answer)
        audit.refresh_from_db()
        assert audit.grade == 1

    def test_an_unknown_audit_is_not_there(self, judged: Scene, signed_in: SignedIn) -> None:
        assert signed_in("quinn").post(f"{AUDITS}/999999", label(1)).status_code == 404

    def test_the_end_is_said(self, scene: Scene, signed_in: SignedIn) -> None:
        assert "No audit waits for you" in text_of(signed_in("quinn").get(AUDITS))


class TestAdjudications:
    def test_shows_the_grades_and_no_names(self, judged: Scene, signed_in: SignedIn) -> None:
        page = text_of(signed_in("quinn").get(CASES))

        assert "<kbd>0</kbd> Irrelevant" in page and "<kbd>3</kbd> Perfect" in page
        assert "Ana" not in page and "Ben" not in page

    def test_a_decision_is_kept_with_its_reason(self, judged: Scene, signed_in: SignedIn) -> None:
        case = Adjudication.objects.order_by("pk")[0]
        answer = signed_in("quinn").post(
            f"{CASES}/{case.pk}", {"grade": "1", "rationale": "On the topic."}, follow=True
        )

        assert answer.redirect_chain == [(CASES, 302)]
        case.refresh_from_db()
        assert (case.grade, case.rationale) == (1, "On the topic.")
        assert case.settled_by == judged.people["quinn"]

    @pytest.mark.parametrize(
        "sent",
        [
            {"grade": "1", "rationale": " "},
            {"grade": "", "rationale": "Because."},
            {"grade": "7", "rationale": "Because."},
            {"grade": "-1", "rationale": "Because."},
        ],
    )
    def test_half_a_decision_is_none(
        self, judged: Scene, signed_in: SignedIn, sent: dict[str, str]
    ) -> None:
        case = Adjudication.objects.order_by("pk")[0]
        answer = signed_in("quinn").post(f"{CASES}/{case.pk}", sent, follow=True)

        assert "alert-danger" in text_of(answer)
        case.refresh_from_db()
        assert case.settled_at is None

    @pytest.mark.parametrize(
        ("kind", "given", "grades"),
        [("ordinal", (-3, 3), ("-3", "3")), ("single", ("worse", "better"), ("0", "1"))],
    )
    def test_a_decision_is_taken_on_any_scale(
        self,
        db: None,
        signed_in: SignedIn,
        kind: str,
        given: tuple[Any, Any],
        grades: tuple[str, str],
    ) -> None:
        schema = plain_schema("result")
        options = [{"value": value, "names": named(f"Answer {value}")} for value in given]
        schema["fields"][0] |= {"kind": kind, "options": options}
        scene = a_typed_scene(schema, [("egg", {"title": "Egg"})], overlap=2)
        scene.judge_all("ana", given[0])
        scene.judge_all("ben", given[1])
        scene.open_cases()
        quinn, case = signed_in("quinn"), Adjudication.objects.get()

        page = text_of(quinn.get(CASES))
        for grade, value in zip(grades, given, strict=True):
            assert f"<kbd>{grade}</kbd> Answer {value}" in page
            assert f'name="q-grade" value="{grade}"' in page
        quinn.post(f"{CASES}/{case.pk}", {"grade": grades[0], "rationale": "Seen."})
        case.refresh_from_db()
        assert str(case.grade) == grades[0]

    @pytest.mark.parametrize(("name", "status"), [("zoe", 404), ("ana", 404), ("olga", 403)])
    def test_are_for_those_who_settle(
        self, judged: Scene, signed_in: SignedIn, name: str, status: int
    ) -> None:
        case, sent = Adjudication.objects.order_by("pk")[0], {"grade": "1", "rationale": "So."}

        assert signed_in(name).get(CASES).status_code == status
        assert signed_in(name).post(f"{CASES}/{case.pk}", sent).status_code == status
        assert not Adjudication.objects.exclude(settled_at=None).exists()
