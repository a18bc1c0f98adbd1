"""My results: revealed gold alone, and nothing that tells which other items were gold."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from tests.workbench.conftest import SignedIn
from tests.workbench.scene import Scene, a_scene
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.quality.appealing.deciding import decide_appeal, reveal_gold
from touchstone.apps.quality.appealing.models import Appeal
from touchstone.apps.quality.models import GoldAnswer, GoldMark
from touchstone.apps.quality.operations import add_gold, mark_gold

pytestmark = pytest.mark.slow  # each plays a project in pilot


@pytest.fixture
def missed(db: None) -> Scene:
    """Ana has judged everything as 0; the gold wants 3."""
    scene = a_scene(items=6, gold=4)
    scene.read("ana", "ben")
    scene.judge_all("ana", 0)
    assert GoldMark.objects.filter(judgment__annotator=scene.people["ana"]).exists()
    return scene


def page_of(signed_in: SignedIn, name: str, path: str = "/work/results") -> str:
    answer = signed_in(name).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def without_tokens(page: str) -> str:
    return re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"', r"\1", page)


def test_before_a_reveal_there_is_progress_and_no_accuracy(
    missed: Scene, signed_in: SignedIn
) -> None:
    page = page_of(signed_in, "ana")

    done = Judgment.objects.filter(annotator=missed.people["ana"]).count()
    assert f"{done} tasks submitted in the last two weeks" in page
    assert "<rect" in page and "95 % interval" not in page and "Revealed items" not in page


def test_unrevealed_gold_leaves_no_trace(signed_in: SignedIn, db: None) -> None:
    """Ana and Ben did the same work; of Ana's much is gold that she missed, of Ben's none is."""
    scene = a_scene(items=6)
    scene.read("ana", "ben")
    paths = ("/work/results", "/work/questions", "/work/")
    scene.judge_all("ana", 0)
    scene.judge_all("ben", 0)
    ana, ben = scene.people["ana"], scene.people["ben"]
    before = [without_tokens(page_of(signed_in, "ana", path)) for path in paths]
    keys = [f"i{n}" for n in range(4)]
    add_gold(
        project=scene.project, answers={key: [3] for key in keys}, by=scene.people["olga"],
        at=timezone.now(),
    )  # fmt: skip
    for judgment in Judgment.objects.filter(annotator=ana, item__key__in=keys):
        assert mark_gold(judgment=judgment, at=timezone.now())
    assert not GoldMark.objects.filter(judgment__annotator=ben).exists()

    anas = [without_tokens(page_of(signed_in, "ana", path)) for path in paths]
    bens = [without_tokens(page_of(signed_in, "ben", path)) for path in paths]

    assert anas == before
    assert [page.replace(ana.name, "X") for page in anas] == [
        page.replace(ben.name, "X") for page in bens
    ]


def test_what_is_revealed_says_nothing_of_the_rest(missed: Scene, signed_in: SignedIn) -> None:
    ana = missed.people["ana"]
    first = GoldAnswer.objects.filter(marks__judgment__annotator=ana).first()
    assert first is not None
    rest = GoldAnswer.objects.exclude(pk=first.pk)
    marks = GoldMark.objects.filter(gold__in=rest)
    assert marks.exists()
    queries = set(rest.values_list("item__query__text", flat=True))
    reveal_gold(gold=first, explanation="As §2 says.", by=missed.people["olga"], at=timezone.now())

    page = page_of(signed_in, "ana")
    assert "0 of 1" in page and "As §2 says." in page
    assert not [query for query in queries if query in page]


def test_revealed_gold_shows_both_answers_and_takes_an_appeal(
    missed: Scene, signed_in: SignedIn
) -> None:
    missed.reveal("It answers the question <in full>.")
    browser, ana = signed_in("ana"), missed.people["ana"]
    page = page_of(signed_in, "ana")
    marks = GoldMark.objects.filter(judgment__annotator=ana)
    assert page.count("It answers the question &lt;in full&gt;.") == marks.count()
    assert f"0 of {marks.count()}" in page and "95 % interval" in page
    number = marks[0].judgment_id

    endless = {"number": "9" * 5_000, "reason": "Hm."}
    for bad in ({}, {"number": "x"}, {"number": number, "reason": " "}, endless):
        assert browser.post("/work/results/appeal", bad).status_code == 302
    huge = {"number": "9" * 30, "reason": "Hm."}
    assert browser.post("/work/results/appeal", huge).status_code == 404
    assert signed_in("ben").post(
        "/work/results/appeal", {"number": number, "reason": "Hm."}
    ).status_code == 404  # fmt: skip
    assert not Appeal.objects.exists()

    browser.post("/work/results/appeal", {"number": number, "reason": "It is off topic."})
    waiting = page_of(signed_in, "ana")
    assert "It is off topic." in waiting and "Not decided yet" in waiting

    decide_appeal(
        appeal=Appeal.objects.get(), verdict="overturned", reason="You are right.",
        by=missed.people["quinn"], at=timezone.now(),
    )  # fmt: skip
    decided = page_of(signed_in, "ana")
    assert "the mark is taken back" in decided and "You are right." in decided
    assert f"0 of {marks.count() - 1}" in decided or marks.count() == 1
    assert "1 appeal of yours was decided this week" in page_of(signed_in, "ana", "/work/")


def test_nobody_sees_anothers_results(missed: Scene, signed_in: SignedIn) -> None:
    missed.reveal("As §2 says.")

    assert "As §2 says." not in page_of(signed_in, "ben")
