"""Jobs wait in the database with the transaction that wants them; pulses survive what they do."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, transaction

from tests.factories.jobs import run_waiting, waiting
from touchstone.lib import jobs
from touchstone.lib.jobs import PULSES, beating, enqueue, pulse


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """A job `tests.note` that notes its argument."""
    notes: list[object] = []
    jobs.job("tests.note")(lambda word: notes.append(word))
    yield notes
    del jobs.app.tasks["tests.note"]


@pytest.fixture
def no_pulses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    jobs.load()
    monkeypatch.setattr(jobs, "PULSES", {})
    yield


@pytest.mark.django_db
def test_a_job_waits_and_is_done_once(heard: list[object]) -> None:
    assert enqueue("tests.note", word="now")
    assert heard == []

    assert run_waiting() == 1
    assert run_waiting() == 0
    assert heard == ["now"]


@pytest.mark.django_db
def test_a_job_exists_only_with_its_transaction(heard: list[object]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue("tests.note", word="never")
        raise RuntimeError

    assert waiting() == []


@pytest.mark.django_db
def test_of_jobs_that_are_the_same_only_one_waits(heard: list[object]) -> None:
    with transaction.atomic():
        assert enqueue("tests.note", once="same", word=1)
        assert not enqueue("tests.note", once="same", word=2)
        assert enqueue("tests.note", once="other", word=3)

    run_waiting()
    assert heard == [1, 3], "and the transaction was not spoiled by the refusal"
    assert enqueue("tests.note", once="same", word=4), "once done, it may be wanted again"


@pytest.mark.django_db
def test_an_unknown_job_is_refused() -> None:
    with pytest.raises(KeyError):
        enqueue("tests.nonsense")


def test_the_jobs_of_the_house_are_known() -> None:
    jobs.load()

    assert {"labeling.fit_raters", "labeling.look_for_fits", "jobs.housekeeping"} <= set(
        jobs.app.tasks
    )
    assert {"labeling.decide", "labeling.expire"} <= set(PULSES)


def test_a_pulse_goes_on_after_trouble(no_pulses: None, caplog: pytest.LogCaptureFixture) -> None:
    beats = 0
    done = threading.Event()

    @pulse("tests.beat", seconds=0.01)
    def beat() -> None:
        nonlocal beats
        beats += 1
        if beats == 1:
            raise OperationalError("gone")
        if beats == 2:
            raise ZeroDivisionError
        done.set()

    with beating():
        assert done.wait(timeout=10)

    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert said == [
        ("WARNING", "pulse tests.beat: the database is away: gone"),
        ("ERROR", "pulse tests.beat"),
    ]
    assert not [each for each in threading.enumerate() if each.name == "tests.beat"]


@pytest.mark.django_db
def test_jobs_lie_in_our_own_database() -> None:
    assert "procrastinate_jobs" in connection.introspection.table_names()
