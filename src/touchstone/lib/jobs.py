"""Work beside the requests: jobs that wait in a queue, jobs by the clock, and pulses.

The only module that knows procrastinate, which keeps the queue in our database: a job that is
enqueued in a transaction exists when that is committed, and never otherwise. Finished jobs are
deleted; failed ones stay a month to be looked at.

A pulse is what has to happen every second or so. It needs no row, waits behind no job, and may
beat in many workers at once: what it does must bear that.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError, connections, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued

log = logging.getLogger(__name__)

# A job that failed is tried again after 4, 16, 64 and 256 seconds.
RETRY = RetryStrategy(max_attempts=4, exponential_wait=4)
KEEP_FAILED_HOURS = 30 * 24
STOP_SECONDS = 10.0

Job = Callable[..., None]
Act = Callable[[], object]


@dataclass(frozen=True)
class Pulse:
    """Something done every `seconds`."""

    name: str
    seconds: float
    act: Act


PULSES: dict[str, Pulse] = {}


def job(name: str) -> Callable[[Job], Job]:
    """Make a function a job under `name`; its arguments are plain JSON values.

    A worker that dies in the middle of it leaves it to another, so it must bear to be run twice.
    """

    def register(act: Job) -> Job:
        app.task(name=name, retry=RETRY)(act)
        return act

    return register


def clockwork(name: str, cron: str) -> Callable[[Act], Act]:
    """Make a function run at the minutes that `cron` says, once for all workers together."""

    def register(act: Act) -> Act:
        def at_its_time(timestamp: int) -> None:
            act()

        app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(at_its_time))
        return act

    return register


def pulse(name: str, *, seconds: float) -> Callable[[Act], Act]:
    """Make a function beat every `seconds` in each worker."""

    def register(act: Act) -> Act:
        PULSES[name] = Pulse(name, seconds, act)
        return act

    return register


def enqueue(name: str, *, once: str = "", **arguments: Any) -> bool:
    """Have a worker do the job `name` after this transaction; False if it waits already.

    Of jobs with the same `once` only one waits at a time.

    :raises KeyError: there is no such job.
    """
    load()
    task = app.tasks[name]
    with contextlib.suppress(AlreadyEnqueued):
        with transaction.atomic():  # a refusal must not spoil what the caller is about
            task.configure(queueing_lock=once or None).defer(**arguments)
        return True
    return False


def load() -> None:
    """Import the modules that define jobs: `PROCRASTINATE_IMPORT_PATHS` of the settings."""
    app.perform_import_paths()


@app.periodic(cron="* * * * *")
@app.task(name="jobs.housekeeping", queueing_lock="jobs.housekeeping")
async def _keep_house(timestamp: int) -> None:
    """Take up what a dead worker left half done; forget failures that nobody will look at now."""
    for left in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(left)
    await app.job_manager.delete_old_jobs(
        nb_hours=KEEP_FAILED_HOURS,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )


def work(*, concurrency: int = 2) -> None:
    """Do jobs and beat pulses until a signal ends this process.

    It may end by itself when the database goes away: whoever started it starts it again.
    """
    load()
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with beating(), app.replace_connector(connector.get_worker_connector()):
        app.run_worker(
            concurrency=concurrency,
            delete_jobs="successful",
            # A second's wait is nothing for a job, and a connection that listens cannot go
            # through a pooler of transactions.
            listen_notify=False,
            fetch_job_polling_interval=1.0,
            shutdown_graceful_timeout=STOP_SECONDS,
        )


@contextlib.contextmanager
def beating() -> Iterator[None]:
    """All pulses beat, each in a thread of its own, while the block lasts."""
    load()
    stop = threading.Event()
    threads = [
        threading.Thread(target=_beat, args=(each, stop), name=each.name, daemon=True)
        for each in PULSES.values()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(STOP_SECONDS)


def _beat(each: Pulse, stop: threading.Event) -> None:
    """One thread's life; it keeps its connection between beats and drops it after trouble."""
    while not stop.wait(each.seconds):
        try:
            each.act()
        except (InterfaceError, OperationalError) as error:
            log.warning("pulse %s: the database is away: %s", each.name, error)
            connections.close_all()
        except Exception:  # one act at fault must not end the others, nor its own next beat
            log.exception("pulse %s", each.name)
            connections.close_all()
    connections.close_all()
