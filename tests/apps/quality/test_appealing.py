"""Gold that is shown, appeals against its marks, and what a mark that is taken back still does."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.labeled import LATER, LOCALE, Labeled, UserFactory, judge
from tests.factories.labeling import an_open_project
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import User
from touchstone.apps.quality import measuring
from touchstone.apps.quality.appealing.deciding import (
    OwnGold,
    UnknownVerdict,
    decide_appeal,
    reveal_gold,
)
from touchstone.apps.quality.appealing.models import Appeal, AppealDecision, GoldReveal
from touchstone.apps.quality.appealing.operations import (
    AlreadyAppealed,
    AppealRefused,
    raise_appeal,
)
from touchstone.apps.quality.appealing.queries import (
    appeal_of,
    appeals_of,
    decided_since,
    gold_of,
    open_appeals,
    revealed_answers,
    revealed_share,
)
from touchstone.apps.quality.models import GoldAnswer, GoldMark
from touchstone.apps.quality.operations import (
    AlreadyDone,
    OwnWork,
    ReasonMissing,
    add_gold,
    decide_lot,
    mark_gold,
)
from touchstone.apps.quality.queries import (
    accepted_grades,
    gold_in_use,
    gold_rows,
    rater_rows,
    unseen_gold,
)
from touchstone.lib.errors import NotVisible

pytestmark = pytest.mark.slow  # each has gold that was answered


class Marked:
    """Two gold items; Ana misses the first and hits the second."""

    def __init__(self, scene: Labeled) -> None:
        self.scene = scene
        self.ana: User = UserFactory()
        add_gold(
            project=scene.project, answers={"i1-0": [1], "i1-1": [2, 3]}, by=scene.owner, at=LATER
        )
        items = {item.key: item for item in scene.items}
        self.judgments = [
            judge(scene, items["i1-0"], self.ana, 0),
            judge(scene, items["i1-1"], self.ana, 3),
        ]
        self.miss, self.hit = (self._mark(each) for each in self.judgments)

    def _mark(self, judgment: Judgment) -> GoldMark:
        mark = mark_gold(judgment=judgment, at=LATER)
        assert mark is not None
        return mark

    def reveal(self, *marks: GoldMark) -> None:
        for mark in marks or (self.miss, self.hit):
            reveal_gold(gold=mark.gold, explanation="As §2 says.", by=self.scene.owner, at=LATER)

    def appeal(self, mark: GoldMark | None = None, reason: str = "It is right.") -> Appeal:
        return raise_appeal(
            judgment_id=(mark or self.miss).judgment_id, reason=reason, by=self.ana, at=LATER
        )

    def decide(self, appeal: Appeal, verdict: str = "overturned", **by: User) -> AppealDecision:
        return decide_appeal(
            appeal=appeal, verdict=verdict, reason="So it is.",
            by=by.get("by", self.scene.expert), at=LATER,
        )  # fmt: skip


@pytest.fixture
def marked(scene: Labeled) -> Marked:
    return Marked(scene)


# --- reveals -------------------------------------------------------------------------------------


def test_revealed_gold_serves_no_longer(marked: Marked) -> None:
    gold, project = marked.miss.gold, marked.scene.project
    somebody = UserFactory()
    before = unseen_gold(project=project, annotator=somebody, locale_tags=[LOCALE], count=99)
    assert gold.item_id in before

    marked.reveal(marked.miss)

    after = unseen_gold(project=project, annotator=somebody, locale_tags=[LOCALE], count=99)
    assert set(before) - set(after) == {gold.item_id}
    assert gold_in_use(gold.item_id) is None
    assert gold.item_id not in accepted_grades(project)
    assert Event.objects.get(event="quality.gold.revealed").data == {"marks": 1}


def test_work_that_comes_in_after_the_reveal_is_not_marked(marked: Marked) -> None:
    marked.reveal(marked.miss)
    late = judge(marked.scene, marked.miss.gold.item, UserFactory(), 0)

    assert mark_gold(judgment=late, at=LATER) is None


def test_gold_is_revealed_once_and_with_an_explanation(marked: Marked) -> None:
    for explanation in ("", " \n", "x" * 4001):
        with pytest.raises(ReasonMissing):
            reveal_gold(
                gold=marked.miss.gold, explanation=explanation, by=marked.scene.owner, at=LATER
            )
    assert not GoldReveal.objects.exists()
    assert GoldAnswer.objects.get(pk=marked.miss.gold_id).retired_at is None

    marked.reveal(marked.miss)
    with pytest.raises(AlreadyDone):
        marked.reveal(marked.miss)


def test_what_is_shown_is_ones_own_and_revealed(marked: Marked) -> None:
    assert revealed_answers(marked.ana) == []
    assert (revealed_share(marked.ana).n, revealed_share(marked.ana).value) == (0, None)

    marked.reveal(marked.miss)

    (answer,) = revealed_answers(marked.ana)
    assert (answer.given, answer.right_ones, answer.right) == (0, (1,), False)
    assert (answer.explanation, answer.appeal, answer.stands) == ("As §2 says.", None, True)
    assert revealed_answers(UserFactory()) == []

    marked.reveal(marked.hit)
    share = revealed_share(marked.ana)
    assert (share.right, share.n, share.value) == (1, 2, 0.5)
    assert share.low is not None and share.high is not None
    assert round(share.low, 3) == 0.095 and round(share.high, 3) == 0.905  # Wilson's 1 of 2


# --- appeals -------------------------------------------------------------------------------------


def test_an_appeal_is_raised_once_against_a_revealed_miss_of_ones_own(marked: Marked) -> None:
    with pytest.raises(NotVisible):  # not revealed: as if it were no gold at all
        marked.appeal()
    marked.reveal()
    for reason in ("", "  ", "x" * 4001, "a\0b"):
        with pytest.raises(AppealRefused):
            marked.appeal(reason=reason)
    with pytest.raises(AppealRefused, match="was right"):
        marked.appeal(marked.hit)
    with pytest.raises(NotVisible):
        raise_appeal(judgment_id=marked.miss.judgment_id, reason="Hm.", by=UserFactory(), at=LATER)
    with pytest.raises(NotVisible):
        raise_appeal(judgment_id=0, reason="Hm.", by=marked.ana, at=LATER)
    assert not Appeal.objects.exists()

    appeal = marked.appeal()
    with pytest.raises(AlreadyAppealed):
        marked.appeal()

    assert list(Appeal.objects.all()) == [appeal]
    assert open_appeals(marked.scene.project) == 1


def test_neither_the_golds_author_nor_who_appealed_decides(marked: Marked) -> None:
    marked.reveal()
    appeal = marked.appeal()

    with pytest.raises(OwnGold):
        marked.decide(appeal, by=marked.scene.owner)
    with pytest.raises(OwnWork):
        marked.decide(appeal, by=marked.ana)
    with pytest.raises(UnknownVerdict):
        marked.decide(appeal, "forgiven")
    with pytest.raises(ReasonMissing):
        decide_appeal(appeal=appeal, verdict="upheld", reason=" ", by=marked.scene.expert, at=LATER)
    assert not AppealDecision.objects.exists()


def test_a_decision_is_told_and_stands(marked: Marked) -> None:
    marked.reveal()
    appeal = marked.appeal()

    marked.decide(appeal, "upheld")
    with pytest.raises(AlreadyDone):
        marked.decide(appeal, "overturned")

    told = next(each for each in revealed_answers(marked.ana) if not each.right)
    assert told.appeal is not None and told.stands
    assert (told.appeal.verdict, told.appeal.decided_because) == ("upheld", "So it is.")
    assert revealed_share(marked.ana).n == 2
    assert decided_since(marked.ana, LATER) == 1
    assert open_appeals(marked.scene.project) == 0


def figures(marked: Marked) -> dict[str, tuple[int, ...]]:
    """Ana's gold in every place that counts it: (misses or hits, how many)."""
    project, scene = marked.scene.project, marked.scene
    row = next(each for each in rater_rows(project, scene.owner, 0.9) if each.user == marked.ana)
    gold = gold_rows(project).get(item__key="i1-0")
    share = revealed_share(marked.ana)
    return {
        "rater": (row.gold_hits, row.gold_trials),
        "item": (gold.misses, gold.trials),
        "own": (share.right, share.n),
    }


def test_a_mark_that_is_taken_back_counts_nowhere(marked: Marked) -> None:
    marked.reveal()
    appeal = marked.appeal()
    before = figures(marked)
    measured = measuring.gold_accuracy(measuring.Slice(marked.scene.project, None), at=LATER).n
    assert before == {"rater": (1, 2), "item": (1, 1), "own": (1, 2)}

    marked.decide(appeal)

    assert figures(marked) == {"rater": (1, 1), "item": (0, 0), "own": (1, 1)}
    again = measuring.gold_accuracy(measuring.Slice(marked.scene.project, None), at=LATER)
    assert again.n == measured - 1
    told = next(each for each in revealed_answers(marked.ana) if not each.right)
    assert not told.stands
    lot = decide_lot(
        project=marked.scene.project, locale_tag=LOCALE, decision="accepted", reason="",
        by=marked.scene.owner, at=LATER,
    )  # fmt: skip
    assert lot.evidence["gold_marks"] == again.n


def test_an_appeal_stays_on_its_project(marked: Marked) -> None:
    marked.reveal()
    appeal = marked.appeal()
    other = an_open_project(1, key="other").project

    assert list(appeals_of(marked.scene.project)) == [appeal]
    assert list(appeals_of(other)) == []
    assert appeal_of(marked.scene.project, appeal.pk) == appeal
    for find, pk in ((appeal_of, appeal.pk), (gold_of, marked.miss.gold_id)):
        with pytest.raises(NotVisible):
            find(other, pk)


def test_nothing_of_it_is_changed_or_taken_back(marked: Marked) -> None:
    marked.reveal()
    marked.decide(marked.appeal())

    for table in ("appealdecision", "appeal", "goldreveal"):
        for change in (f"DELETE FROM quality_{table}", f"UPDATE quality_{table} SET at = at"):
            with (
                pytest.raises(IntegrityError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(change)


def test_the_database_wants_reasons(marked: Marked) -> None:
    owner = marked.scene.owner
    with pytest.raises(IntegrityError, match="reveal_says_why"), transaction.atomic():
        GoldReveal.objects.create(gold=marked.hit.gold, explanation="", by=owner, at=LATER)
    with pytest.raises(IntegrityError, match="appeal_says_why"), transaction.atomic():
        Appeal.objects.create(mark=marked.miss, reason="", by=marked.ana, at=LATER)
    appeal = Appeal.objects.create(mark=marked.miss, reason="Hm.", by=marked.ana, at=LATER)
    with pytest.raises(IntegrityError, match="appealdecision_says_why"), transaction.atomic():
        AppealDecision.objects.create(
            appeal=appeal, verdict="upheld", reason="", by=owner, at=LATER
        )
