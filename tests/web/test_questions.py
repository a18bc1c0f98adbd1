"""Questions, revealed gold and appeals in the console."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from tests.workbench.scene import KEY, Scene, a_scene
from touchstone.apps.guidelines.models import GuidelineNote
from touchstone.apps.labeling.asking.models import ItemAnswer, ItemQuestion
from touchstone.apps.quality.appealing.models import Appeal, AppealDecision, GoldReveal
from touchstone.apps.quality.models import GoldAnswer, GoldMark
from touchstone.apps.quality.operations import add_gold, mark_gold

pytestmark = pytest.mark.slow  # each plays a project in pilot
AT = f"/projects/{KEY}"


@pytest.fixture
def asked(db: None) -> Scene:
    """Ana has judged everything, gold too, and asked twice."""
    scene = a_scene(items=3, gold=4)
    scene.read("ana")
    scene.judge_all("ana", 0)
    scene.ask("ana", "Does a <b>rumour</b> count?", "And a joke?")
    return scene


def browser(scene: Scene, name: str) -> Client:
    client = Client()
    client.force_login(scene.people[name])
    return client


def page(scene: Scene, name: str, tab: str) -> str:
    answer = browser(scene, name).get(f"{AT}/{tab}")
    assert answer.status_code == 200
    return answer.content.decode()


def told(client: Client, path: str, **content: object) -> str:
    return client.post(f"{AT}/{path}", content, follow=True).content.decode()


def test_the_owner_answers_and_makes_a_note(asked: Scene) -> None:
    shown = page(asked, "olga", "questions")
    assert "2 questions wait for an answer" in shown
    assert "Does a &lt;b&gt;rumour&lt;/b&gt; count?" in shown
    assert "secret" in shown or "Titre" in shown  # the item, as its task type lets it be shown
    first, second = ItemQuestion.objects.order_by("pk")
    olga = browser(asked, "olga")

    assert "Answered." in told(olga, "questions/answer", number=first.pk, text="It counts.")

    assert "1 question waits for an answer" in page(asked, "olga", "questions")
    assert "It counts." not in page(asked, "olga", "questions?only=open")
    assert second.text not in page(asked, "olga", "questions?only=answered")
    answer = ItemAnswer.objects.get()
    assert "publish a new version instead" in page(asked, "olga", "questions")
    kept = told(olga, "questions/note", number=answer.pk, text_en="It counts.", text_fr="")
    assert "The note stands beside version 1.0.0" in kept
    assert GuidelineNote.objects.get().text_en == "It counts."


def test_who_only_answers_makes_no_note_to_a_guideline_that_serves_others_too(
    asked: Scene,
) -> None:
    """Quinn, a QA lead: a version is not theirs to publish, and a note is read like one."""
    quinn = browser(asked, "quinn")
    first, _second = ItemQuestion.objects.order_by("pk")
    told(quinn, "questions/answer", number=first.pk, text="It does.")

    shown = page(asked, "quinn", "questions")
    sent = quinn.post(
        f"{AT}/questions/note", {"number": ItemAnswer.objects.get().pk, "text_en": "Yes."}
    )

    assert "It does." in shown
    assert "Make it a note" not in shown
    assert sent.status_code == 403
    assert not GuidelineNote.objects.exists()


def test_a_bad_answer_or_note_changes_nothing(asked: Scene) -> None:
    olga, first = browser(asked, "olga"), ItemQuestion.objects.order_by("pk")[0]

    assert "Write the answer first" in told(olga, "questions/answer", number=first.pk, text=" ")
    assert "No question was named" in told(olga, "questions/answer", text="Yes.")
    assert "No answer was named" in told(olga, "questions/note", text_en="Yes.")
    for path in ("questions/answer", "questions/note", "gold/reveal"):
        content = {"number": 10**30, "text": "x", "text_en": "x", "explanation": "x"}
        assert olga.post(f"{AT}/{path}", content).status_code == 404
    assert not ItemAnswer.objects.exists() and not GuidelineNote.objects.exists()


def test_only_those_who_run_the_project_see_its_questions(asked: Scene) -> None:
    for name, status in {"quinn": 200, "rita": 403, "ana": 404, "zoe": 404}.items():
        assert browser(asked, name).get(f"{AT}/questions").status_code == status, name
        assert browser(asked, name).get(f"{AT}/gold").status_code == status, name


def test_gold_is_revealed_once_with_an_explanation(asked: Scene) -> None:
    gold = GoldAnswer.objects.order_by("pk")[0]
    olga = browser(asked, "olga")
    assert "Perfect" in page(asked, "olga", "gold")

    assert "Explain the answer" in told(olga, "gold/reveal", number=gold.pk, explanation=" ")
    assert "No gold item was named" in told(olga, "gold/reveal", explanation="Why.")
    assert not GoldReveal.objects.exists()

    assert "It serves no longer." in told(olga, "gold/reveal", number=gold.pk, explanation="So.")
    assert "revealed before" in told(olga, "gold/reveal", number=gold.pk, explanation="Again.")
    assert GoldReveal.objects.get().explanation == "So."


def test_an_appeal_is_decided_by_a_lead_who_did_not_write_the_gold(asked: Scene) -> None:
    asked.reveal("So it is.")
    asked.appeal("ana", "It is off topic.")
    appeal = Appeal.objects.get()
    quinn = browser(asked, "quinn")
    assert "Appeals (1)" in page(asked, "quinn", "gold")
    shown = page(asked, "quinn", "appeals")
    assert "It is off topic." in shown and "Take the mark back" in shown
    assert browser(asked, "olga").get(f"{AT}/appeals").status_code == 403

    both = {"number": appeal.pk, "verdict": "overturned"}
    assert "Say why" in told(quinn, "appeals/decide", **both, reason=" ")
    assert "Say whether" in told(quinn, "appeals/decide", number=appeal.pk, reason="Hm.")
    assert not AppealDecision.objects.exists()

    decided = told(quinn, "appeals/decide", **both, reason="You are right.")
    assert "The mark is taken back" in decided and "You are right." in decided
    assert "decided already" in told(quinn, "appeals/decide", **both, reason="Again.")


def test_whoever_wrote_the_gold_is_told_to_leave_it(asked: Scene) -> None:
    quinn, at = asked.people["quinn"], timezone.now()
    judgment = asked.people["ana"].judgments.filter(item__gold_answer=None).first()
    assert judgment is not None
    add_gold(project=asked.project, answers={judgment.item.key: [3]}, by=quinn, at=at)
    assert mark_gold(judgment=judgment, at=at)
    asked.reveal("So it is.")
    for _mark in GoldMark.objects.all():
        asked.appeal("ana", "It is off topic.")
    own = Appeal.objects.get(mark__gold__added_by=quinn)

    assert "You wrote this gold answer" in page(asked, "quinn", "appeals")
    content = {"number": own.pk, "verdict": "upheld", "reason": "Mine."}
    assert browser(asked, "quinn").post(f"{AT}/appeals/decide", content).status_code == 403
    assert not AppealDecision.objects.exists()


def test_the_quality_tab_leads_to_both(asked: Scene) -> None:
    shown = page(asked, "quinn", "quality")

    assert f"{AT}/gold" in shown and f"{AT}/appeals" in shown
