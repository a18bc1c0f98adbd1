"""What somebody finds who comes to work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.workbench.scene import Scene, a_scene
from touchstone.apps.intake.operations import move_request
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.people.operations import set_fluency, set_preferences
from touchstone.flows.desk import my_work, sit_down, start_of_day
from touchstone.flows.labeling import GuidelineUnread, NotOpenForWork, lease_work

NOW = timezone.now


@pytest.fixture
def scene(db: None) -> Scene:
    return a_scene(items=6, overlap=2)


def step(scene: Scene, name: str = "ana") -> tuple[str, int]:
    (row,) = my_work(by=scene.people[name], at=NOW()).to_label
    return row.step, row.waiting


def test_the_next_step_follows_the_work(scene: Scene) -> None:
    assert step(scene) == ("read", 6)
    scene.read("ana")
    assert step(scene) == ("start", 6)
    lease_work(project=scene.project, by=scene.people["ana"], count=2, at=NOW())
    assert step(scene) == ("continue", 6)
    scene.judge_all("ana", 2)
    assert step(scene) == ("continue", 2)  # the two in hand


def test_tasks_whose_time_is_over_wait_again(scene: Scene) -> None:
    scene.read("ana")
    lease_work(project=scene.project, by=scene.people["ana"], count=2, at=NOW())
    later = NOW() + timedelta(days=1)

    (row,) = my_work(by=scene.people["ana"], at=later).to_label
    assert row.step == "start"


def test_nothing_waits_in_a_language_that_one_does_not_read(scene: Scene) -> None:
    scene.read("ana")
    set_fluency(user=scene.people["ana"], locales=["de-DE"], by=None, at=NOW())

    assert step(scene) == ("nothing", 0)


def test_a_paused_project_is_closed(scene: Scene) -> None:
    scene.read("ana")
    move_request(
        request=scene.project.request,
        to=RequestState.PAUSED,
        by=scene.people["olga"],
        at=NOW(),
        reason="Holidays",
    )

    assert step(scene)[0] == "closed"
    with pytest.raises(NotOpenForWork):
        sit_down(project=scene.project, by=scene.people["ana"], language="en", at=NOW())


def test_nobody_sits_down_unread(scene: Scene) -> None:
    with pytest.raises(GuidelineUnread):
        sit_down(project=scene.project, by=scene.people["ana"], language="en", at=NOW())


def test_todays_work_is_counted_and_what_is_in_hand_is_there(scene: Scene) -> None:
    scene.read("ana", "ben")
    scene.judge_all("ben", 1)
    held = lease_work(project=scene.project, by=scene.people["ana"], count=2, at=NOW())

    bens = sit_down(project=scene.project, by=scene.people["ben"], language="fr", at=NOW())
    assert (bens.done_today, bens.tasks, bens.reading.language) == (6, (), "fr")
    anas = sit_down(project=scene.project, by=scene.people["ana"], language="sv", at=NOW())
    assert (anas.done_today, anas.reading.language) == (0, "en")
    assert {t.assignment_id for t in anas.tasks} == {t.assignment_id for t in held}


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("UTC", datetime(2026, 3, 2, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 3, 1, 15, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 3, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_day_starts_where_the_person_is(scene: Scene, zone: str, midnight: datetime) -> None:
    ana = scene.people["ana"]
    set_preferences(user=ana, language="en", time_zone=zone, by=ana, at=NOW())

    assert start_of_day(ana, datetime(2026, 3, 2, 6, tzinfo=UTC)) == midnight


def test_only_who_may_check_is_told_what_waits(scene: Scene) -> None:
    scene.read("ana", "ben")
    scene.judge_all("ana", 0)
    scene.judge_all("ben", 3)
    assert my_work(by=scene.people["quinn"], at=NOW()).to_check == ()
    scene.draw(3)
    scene.open_cases()

    (row,) = my_work(by=scene.people["quinn"], at=NOW()).to_check
    assert (row.project, row.audits, row.cases) == (scene.project, 3, 6)
    assert my_work(by=scene.people["olga"], at=NOW()).to_check == ()
    assert my_work(by=scene.people["ana"], at=NOW()).to_check == ()
