"""Who may label: the quiz and the test before the work, how long they hold."""

from __future__ import annotations

import dataclasses
import random
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, models, transaction

from tests.apps.guidelines.test_quizzes import RIGHT, WRONG, a_quiz
from tests.factories.labeled import AT, LOCALE
from tests.factories.labeling import (
    CANNOT_JUDGE,
    GOLD_GRADE,
    Floor,
    a_grade,
    an_annotator,
    an_open_project,
)
from touchstone.apps.guidelines.models import (
    GuidelineQuiz,
    GuidelineReading,
    GuidelineText,
    GuidelineVersion,
    QuizAttempt,
)
from touchstone.apps.guidelines.policies import InvalidAnswers
from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.labeling.models import Assignment, Judgment, QueueEntry
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import Fluency, User
from touchstone.apps.planning.models import Plan, PlanState
from touchstone.apps.quality.gold_tests import RetestTooSoon, TooFewTestItems
from touchstone.apps.quality.models import (
    GoldAnswer,
    GoldMark,
    GoldTest,
    GoldTestAnswer,
    GoldTestTask,
    Qualification,
)
from touchstone.apps.quality.operations import AlreadyDone
from touchstone.apps.quality.policies import RETEST_WAIT
from touchstone.apps.wellbeing.disclosures import DISCLOSURES
from touchstone.apps.wellbeing.models import Exposure
from touchstone.apps.wellbeing.operations import ConsentNeeded, give_consent
from touchstone.apps.wellbeing.policies import Severity
from touchstone.flows.desk import my_work, sit_down
from touchstone.flows.labeling import GuidelineUnread, lease_work
from touchstone.flows.qualification import NothingAsked, QualificationNeeded, qualified
from touchstone.flows.qualifying import (
    GoOn,
    TestDesk,
    answer_test,
    begin_test,
    open_quiz,
    open_test,
    path_of,
    send_quiz,
)
from touchstone.lib.errors import NotVisible

pytestmark = pytest.mark.slow

HOLDS = timedelta(days=90)
SIZE = 4


@pytest.fixture
def floor(db: None) -> Floor:
    """Quiz and test are asked for; of four gold items two have to be right; gold is plenty."""
    floor = an_open_project(8, gold=3 * SIZE, gold_rate="0.5", quiz=True, test_size=SIZE)
    version = floor.plan.guideline_version
    GuidelineText.objects.create(version=version, language="en", body="Read.")
    GuidelineQuiz.objects.create(version=version, content=a_quiz())
    return floor


def quiz(floor: Floor, by: User, answers: object = RIGHT, at: datetime = AT) -> None:
    send_quiz(project=floor.project, by=by, answers=answers, language="en", at=at)


def desk_of(floor: Floor, by: User, at: datetime = AT, tag: str = LOCALE) -> TestDesk:
    return open_test(project=floor.project, by=by, locale_tag=tag, at=at)


def take(floor: Floor, by: User, hits: int = SIZE, at: datetime = AT, tag: str = LOCALE) -> None:
    """Take a whole test with that many right."""
    begin_test(project=floor.project, by=by, locale_tag=tag, at=at)
    place = 0
    while task := desk_of(floor, by, at, tag).task:
        answer(floor, by, task.pk, a_grade(GOLD_GRADE if place < hits else 0), at)
        place += 1
    assert place == SIZE


def answer(floor: Floor, by: User, task: UUID, answers: dict[str, object], at: datetime) -> GoOn:
    return answer_test(project=floor.project, by=by, task_id=task, answers=answers, at=at)


def leased(floor: Floor, by: User, at: datetime = AT, count: int = 1) -> int:
    return len(lease_work(project=floor.project, by=by, count=count, at=at))


def stopped_at(floor: Floor, by: User, at: datetime = AT) -> str:
    """What a lease says is missing."""
    with pytest.raises(QualificationNeeded) as refused:
        leased(floor, by, at)
    return str(refused.value.details["step"])


def path(floor: Floor, by: User, at: datetime = AT) -> list[tuple[str, str]]:
    steps = path_of(project=floor.project, by=by, at=at)
    return [(step.name, step.state) for step in steps]


def next_version(floor: Floor, major: int, minor: int) -> GuidelineVersion:
    """A new version of the guideline under a plan like the one in force."""
    old = floor.plan.guideline_version
    version = GuidelineVersion.objects.create(
        guideline=old.guideline, task_type=old.task_type, major=major, minor=minor, patch=0,
        published_by=floor.owner, published_at=AT,
    )  # fmt: skip
    terms = list(floor.plan.locales.all())
    Plan.objects.filter(pk=floor.plan.pk).update(state=PlanState.SUPERSEDED)
    plan = Plan.objects.get(pk=floor.plan.pk)
    plan.pk, plan.version, plan.guideline_version = None, plan.version + 1, version
    plan.state = PlanState.DRAFT
    plan.save(force_insert=True)
    for each in terms:
        each.pk, each.plan = None, plan
        each.save(force_insert=True)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.APPROVED)
    floor.plan = Plan.objects.get(pk=plan.pk)
    for person in floor.annotators:
        GuidelineReading.objects.create(user=person, version=version, language="en", read_at=AT)
    return version


# --- the way to the work ------------------------------------------------------------------------


def test_each_step_opens_the_next(floor: Floor) -> None:
    ana = an_annotator(floor.project, LOCALE)
    assert path(floor, ana) == [
        ("read", "now"), ("quiz", "later"), ("test", "later"), ("label", "later"),
    ]  # fmt: skip
    with pytest.raises(GuidelineUnread):
        leased(floor, ana)
    with pytest.raises(GuidelineUnread):
        open_quiz(project=floor.project, by=ana, language="en", at=AT)

    GuidelineReading.objects.create(
        user=ana, version=floor.plan.guideline_version, language="en", read_at=AT
    )
    assert stopped_at(floor, ana) == "quiz"
    with pytest.raises(QualificationNeeded):
        begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT)

    quiz(floor, ana)
    assert path(floor, ana)[1:] == [("quiz", "done"), ("test", "now"), ("label", "later")]
    assert stopped_at(floor, ana) == "test"
    assert not Assignment.objects.exists()

    take(floor, ana)
    assert path(floor, ana)[2:] == [("test", "done"), ("label", "now")]
    assert leased(floor, ana) == 1


def test_the_start_page_says_what_comes_next(floor: Floor) -> None:
    ana = floor.annotators[0]

    def step() -> str:
        (row,) = my_work(by=ana, at=AT).to_label
        return row.step

    assert step() == "quiz"
    quiz(floor, ana)
    assert step() == "test"
    (row,) = my_work(by=ana, at=AT).to_label
    assert [each.locale_tag for each in row.open_tests] == [LOCALE] and row.shows_path
    with pytest.raises(QualificationNeeded):
        sit_down(project=floor.project, by=ana, language="en", at=AT)
    take(floor, ana)
    assert step() == "start"
    (row,) = my_work(by=ana, at=AT).to_label
    assert row.open_tests == () and not row.shows_path


def test_who_has_no_language_here_is_sent_nowhere(floor: Floor) -> None:
    ana = floor.annotators[0]
    Fluency.objects.filter(user=ana).delete()

    (row,) = my_work(by=ana, at=AT).to_label
    assert row.step == "nothing"
    quiz(floor, ana)
    (row,) = my_work(by=ana, at=AT).to_label
    assert row.step == "nothing"
    assert leased(floor, ana) == 0


def test_a_plan_that_asks_nothing_looks_nothing_up(
    db: None, django_assert_num_queries: object
) -> None:
    floor = an_open_project(2)
    plan = Plan.objects.select_related("guideline_version").get(pk=floor.plan.pk)

    with django_assert_num_queries(0):  # type: ignore[operator]
        assert qualified(plan=plan, by=floor.annotators[0], tags=[LOCALE], at=AT) == [LOCALE]
    with pytest.raises(NothingAsked):
        open_quiz(project=floor.project, by=floor.annotators[0], language="en", at=AT)
    with pytest.raises(NothingAsked):
        desk_of(floor, floor.annotators[0])


def test_one_look_at_an_index_is_enough(floor: Floor, django_assert_num_queries: object) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    take(floor, ana)
    plan = Plan.objects.select_related("guideline_version").get(pk=floor.plan.pk)

    with django_assert_num_queries(1):  # type: ignore[operator]
        assert qualified(plan=plan, by=ana, tags=[LOCALE], at=AT) == [LOCALE]


def test_named_items_need_the_same(floor: Floor) -> None:
    named = [floor.item("i0").pk]

    with pytest.raises(QualificationNeeded):
        lease_work(project=floor.project, by=floor.annotators[0], count=1, at=AT, item_ids=named)
    assert not Assignment.objects.exists()


# --- the quiz -----------------------------------------------------------------------------------


def test_nothing_is_told_before_an_attempt(floor: Floor) -> None:
    desk = open_quiz(project=floor.project, by=floor.annotators[0], language="fr", at=AT)

    assert desk.told == () and desk.result is None and desk.again_at is None
    said = str(dataclasses.asdict(desk))
    assert "Because" not in said and "right" not in said
    assert desk.questions[0].name == "About one (fr)"


def test_an_attempt_tells_everything(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana, WRONG)

    desk = open_quiz(project=floor.project, by=ana, language="en", at=AT)
    assert desk.result is not None and not desk.result.passed and not desk.is_passed
    assert desk.again_at == AT + timedelta(minutes=15)
    assert [(each.chosen, each.is_right) for each in desk.told] == [
        (("b",), False), (("a",), False), (("b",), False),
    ]  # fmt: skip
    assert stopped_at(floor, ana) == "quiz"


def test_who_has_passed_is_not_marked_again(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    quiz(floor, ana, WRONG)

    assert QuizAttempt.objects.count() == 1
    assert open_quiz(project=floor.project, by=ana, language="en", at=AT).is_passed


def test_a_quiz_holds_wherever_its_guideline_does(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    other = an_open_project(2, quiz=True, annotators=1, key="other")

    assert leased(other, ana) == 1
    assert stopped_at(other, other.annotators[0]) == "quiz"


# --- the test -----------------------------------------------------------------------------------


def test_the_mark_is_that_of_the_policy_and_decides(floor: Floor) -> None:
    ana, ben, _chloe = floor.annotators
    for person, hits in ((ana, 2), (ben, 1)):
        quiz(floor, person)
        assert desk_of(floor, person).pass_mark == 2  # 4 items at .8: P(fewer than 2) = 2.7 %
        take(floor, person, hits)

    assert leased(floor, ana) == 1
    assert stopped_at(floor, ben) == "test"
    results = {q.user_id: q for q in Qualification.objects.filter(gold_test__isnull=False)}
    assert (results[ana.pk].score, results[ana.pk].n, results[ana.pk].passed) == (2, SIZE, True)
    assert (results[ben.pk].score, results[ben.pk].passed) == (1, False)
    assert results[ana.pk].expires_at == AT + HOLDS


def test_not_to_judge_is_not_right_in_a_test(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT)
    while task := desk_of(floor, ana).task:
        answer(floor, ana, task.pk, CANNOT_JUDGE, AT)

    assert Qualification.objects.get(gold_test__isnull=False).score == 0


def test_an_answer_whose_gold_was_retired_is_held_against_nobody(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT)
    task = desk_of(floor, ana).task
    assert task is not None
    GoldAnswer.objects.filter(item__in=GoldTestTask.objects.values("item")).update(retired_at=AT)

    answer(floor, ana, task.pk, a_grade(0), AT)

    assert GoldTestAnswer.objects.get().hit


def test_a_test_is_no_work(floor: Floor) -> None:
    ana = floor.annotators[0]
    before = list(QueueEntry.objects.order_by("pk").values())
    quiz(floor, ana)
    take(floor, ana)

    assert not Judgment.objects.exists()
    assert not Assignment.objects.exists()
    assert not GoldMark.objects.exists()
    assert list(QueueEntry.objects.order_by("pk").values()) == before


def test_an_item_of_a_test_never_comes_again(floor: Floor) -> None:
    """Not as gold, not in the next test: it would give itself away."""
    ana = floor.annotators[0]
    quiz(floor, ana)
    take(floor, ana, 0)
    take(floor, ana, SIZE, AT + RETEST_WAIT)
    tested = list(GoldTestTask.objects.values_list("item_id", flat=True))
    assert len(set(tested)) == 2 * SIZE
    random.seed(3)

    at = AT + RETEST_WAIT
    served = {task.item_id for task in lease_work(project=floor.project, by=ana, count=20, at=at)}
    gold = set(GoldAnswer.objects.values_list("item_id", flat=True))
    assert served & gold and not served & set(tested)


def test_gold_already_served_is_in_no_test(floor: Floor) -> None:
    ana = floor.annotators[0]
    keys = [f"g{n}" for n in range(2 * SIZE)]
    floor.lease(ana, item_ids=[floor.item(key).pk for key in keys])
    quiz(floor, ana)
    begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT)

    tested = set(GoldTestTask.objects.values_list("item__key", flat=True))
    assert len(tested) == SIZE and not tested & set(keys)


def test_a_test_is_gone_on_with(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    assert desk_of(floor, ana).task is None
    for _twice in range(2):
        begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT)
    first = desk_of(floor, ana).task
    assert first is not None
    answer(floor, ana, first.pk, a_grade(), AT)

    later = AT + timedelta(days=3)
    desk = desk_of(floor, ana, later)
    assert (desk.done, GoldTest.objects.count()) == (1, 1)
    assert desk.task is not None and desk.task.pk != first.pk
    with pytest.raises(AlreadyDone):
        answer(floor, ana, first.pk, a_grade(0), later)
    assert GoldTestAnswer.objects.get().grade == 1


def test_after_a_failure_one_waits(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    take(floor, ana, 0)
    soon = AT + RETEST_WAIT - timedelta(seconds=1)

    with pytest.raises(RetestTooSoon) as refused:
        begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=soon)
    assert refused.value.details["again_at"] == AT + RETEST_WAIT
    assert desk_of(floor, ana, soon).again_at == AT + RETEST_WAIT
    begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT + RETEST_WAIT)
    assert GoldTest.objects.count() == 2


def test_too_little_gold_starts_nothing(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    GoldAnswer.objects.filter(item__key__in=[f"g{n}" for n in range(SIZE - 1)]).update(
        retired_at=None
    )
    GoldAnswer.objects.exclude(item__key__in=[f"g{n}" for n in range(SIZE - 1)]).update(
        retired_at=AT
    )

    with pytest.raises(TooFewTestItems):
        begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT)
    assert not GoldTest.objects.exists()


def test_answers_outside_the_schema_are_not_kept(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT)
    task = desk_of(floor, ana).task
    assert task is not None

    with pytest.raises(InvalidAnswers):
        answer(floor, ana, task.pk, a_grade(9), AT)
    assert not GoldTestAnswer.objects.exists()


def test_anothers_test_does_not_exist(floor: Floor) -> None:
    ana, ben, _chloe = floor.annotators
    quiz(floor, ana)
    quiz(floor, ben)
    begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT)
    task = desk_of(floor, ana).task
    assert task is not None

    for stranger, asked in ((ben, task.pk), (ana, uuid4())):
        with pytest.raises(NotVisible):
            answer(floor, stranger, asked, a_grade(), AT)
    with pytest.raises(NotVisible):
        desk_of(floor, ana, tag="de-DE")


def test_what_is_shown_of_a_task_tells_no_answer(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT)
    task = desk_of(floor, ana).task
    assert task is not None

    assert {field.name for field in dataclasses.fields(task)} == {
        "pk", "position", "query", "locale", "direction", "content", "schema",
        "schema_json",
    }  # fmt: skip
    assert set(task.content) == {"title"}


def test_each_language_has_its_own_test(db: None) -> None:
    floor = an_open_project(8, gold=SIZE, annotators=1, test_size=SIZE, locales=(LOCALE, "fr-FR"))
    ana = floor.annotators[0]
    assert path(floor, ana)[1:] == [("test", "now"), ("test", "now"), ("label", "later")]

    take(floor, ana)

    assert path(floor, ana)[1:] == [("test", "done"), ("test", "now"), ("label", "now")]
    tasks = lease_work(project=floor.project, by=ana, count=8, at=AT)
    assert {task.locale for task in tasks} == {LOCALE}
    with pytest.raises(QualificationNeeded) as refused:
        lease_work(project=floor.project, by=ana, count=1, at=AT, item_ids=[floor.item("i1").pk])
    assert refused.value.details["locale"] == "fr-FR"
    with pytest.raises(TooFewTestItems):  # gold lies in the first language only
        begin_test(project=floor.project, by=ana, locale_tag="fr-FR", at=AT)


# --- a test of harmful items --------------------------------------------------------------------


def test_harmful_items_are_shown_with_leave_only_and_booked(floor: Floor) -> None:
    ana = floor.annotators[0]
    LabelingRequest.objects.filter(project=floor.project).update(harm_class="S2")
    floor.project.request.refresh_from_db()
    quiz(floor, ana)

    def begin(at: datetime = AT) -> UUID | None:
        return begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=at)

    with pytest.raises(ConsentNeeded):
        begin()
    assert not GoldTest.objects.exists()
    version = DISCLOSURES[Severity.S2].version
    give_consent(severity=Severity.S2, version=version, language="en", by=ana, at=AT)

    leave = begin()
    blind = desk_of(floor, ana)
    assert blind.is_begun and blind.task is None
    desk = open_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT, sitting=leave)
    assert leave is not None and desk.task is not None
    later = AT + timedelta(seconds=90)
    kept = answer_test(
        project=floor.project, by=ana, task_id=desk.task.pk, answers=a_grade(), at=later,
        sitting=leave,
    )  # fmt: skip

    seen = Exposure.objects.get()
    assert (seen.lease, seen.severity, seen.spent) == (leave, "S2", timedelta(seconds=90))
    assert kept.sitting not in (None, leave)
    after = open_test(
        project=floor.project, by=ana, locale_tag=LOCALE, at=later, sitting=kept.sitting
    )
    assert after.task is not None and after.done == 1
    with pytest.raises(AlreadyDone):
        answer(floor, ana, desk.task.pk, a_grade(), later)


# --- how long it holds --------------------------------------------------------------------------


def test_a_pass_ends_with_its_days(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    take(floor, ana, at=AT + timedelta(days=1))

    assert leased(floor, ana, AT + HOLDS - timedelta(seconds=1)) == 1
    assert stopped_at(floor, ana, AT + HOLDS) == "quiz"
    quiz(floor, ana, at=AT + HOLDS)
    assert leased(floor, ana, AT + HOLDS) == 1  # the test has a day to go
    assert stopped_at(floor, ana, AT + HOLDS + timedelta(days=1)) == "test"


def test_a_minor_version_leaves_a_pass_and_a_major_one_ends_it(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    take(floor, ana)
    same = floor.plan.guideline_version.major

    next_version(floor, same, 9)
    assert leased(floor, ana) == 1

    newest = next_version(floor, same + 1, 0)
    GuidelineQuiz.objects.create(version=newest, content=a_quiz())
    assert stopped_at(floor, ana) == "quiz"
    quiz(floor, ana)
    take(floor, ana)
    assert leased(floor, ana) == 1


def test_a_test_begun_under_the_old_version_does_not_count_for_the_new(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT)
    newest = next_version(floor, floor.plan.guideline_version.major + 1, 0)
    GuidelineQuiz.objects.create(version=newest, content=a_quiz())
    quiz(floor, ana)

    assert desk_of(floor, ana).task is None
    take(floor, ana)

    assert GoldTest.objects.count() == 2
    assert Qualification.objects.get(gold_test__isnull=False).major == newest.major


# --- what the database holds --------------------------------------------------------------------


def test_every_step_is_in_the_ledger(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    take(floor, ana)

    events = list(
        Event.objects.filter(by_id=ana.pk, event__startswith="quality.").values_list(
            "event", flat=True
        )
    )
    assert events.count("quality.qualification.decided") == 2
    assert events.count("quality.test.started") == 1
    assert events.count("quality.test.answered") == SIZE


@pytest.mark.parametrize("model", [GoldTest, GoldTestTask, GoldTestAnswer, Qualification])
def test_what_was_decided_stays(floor: Floor, model: type[models.Model]) -> None:
    quiz(floor, floor.annotators[0])
    take(floor, floor.annotators[0])
    table = model._meta.db_table

    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
    ):
        cursor.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"passed": False}, "passed_by_score"),
        ({"score": 9}, "passed_by_score"),
        ({"pass_mark": 9, "passed": False}, "passed_by_score"),
        ({"project_id": None}, "quiz_or_test"),
        ({"quiz_attempt_id": None, "gold_test_id": None}, "quiz_or_test"),
        ({"expires_at": AT}, "expires_later"),
        ({}, "gold_test_id_key"),
    ],
)
def test_a_qualification_that_cannot_be_is_refused(
    floor: Floor, changes: dict[str, object], constraint: str
) -> None:
    quiz(floor, floor.annotators[0])
    take(floor, floor.annotators[0])
    row = Qualification.objects.get(gold_test__isnull=False)
    for name, value in changes.items():
        setattr(row, name, value)
    row.pk = None

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


def test_one_attempt_has_one_number(floor: Floor) -> None:
    ana = floor.annotators[0]
    quiz(floor, ana)
    begin_test(project=floor.project, by=ana, locale_tag=LOCALE, at=AT)
    row = GoldTest.objects.get()
    row.pk = None

    with pytest.raises(IntegrityError, match="goldtest_attempt"), transaction.atomic():
        row.save(force_insert=True)
