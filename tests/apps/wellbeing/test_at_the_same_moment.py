"""Two leases of one human at the same moment do not pass a limit together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections, transaction

from tests.apps.wellbeing.conftest import seasoned
from tests.factories.labeled import UserFactory
from tests.factories.wellbeing import AT, agreed, look, take
from touchstone.apps.people.models import User
from touchstone.apps.wellbeing.models import Account, Exposure, Person, Reservation
from touchstone.apps.wellbeing.operations import (
    ExposureLimit,
    book_exposure,
    link_accounts,
    open_window,
    reserve,
)
from touchstone.apps.wellbeing.policies import Severity
from touchstone.apps.wellbeing.queries import human_of, situation_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MINUTE = timedelta(minutes=1)


def at_once(works: list[Callable[[], object]]) -> list[object]:
    """What each of `works` gives, all begun at the same moment."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        try:
            start.wait(timeout=30)
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result() for each in [pool.submit(run, work) for work in works]]


def test_two_accounts_of_one_human_wait_for_each_other() -> None:
    """Eight minutes of S4 are left of the dose: S4 beside S1 that is held for an hour is too much.

    Whichever comes first, the other is decided in the knowledge of it.
    """
    one, other = seasoned(), seasoned()
    link_accounts(user=other, same_as=one, by=one, at=AT)
    now = look(one, 112, AT, Severity.S4) + timedelta(hours=1)
    start = Barrier(2)

    def lease(user: User, severity: Severity) -> object:
        start.wait(timeout=30)
        with transaction.atomic():
            try:
                window = open_window(
                    user=user, severity=severity, topic="ads", length=40 * MINUTE, at=now
                )
            except ExposureLimit as refusal:
                return refusal.details["rule"]
            reserve(window=window, leases={uuid4(): window.until})
            return window.until

    found = at_once([
        lambda: lease(one, Severity.S4),
        lambda: lease(other, Severity.S1),
    ])  # fmt: skip

    situation = situation_of(human_of(one), now)
    latest = max(held.until for held in situation.held)
    worst = max(held.severity.weight for held in situation.held)
    seen = sum((s.weight * spent for s, spent in situation.today.items()), timedelta(0))
    assert seen + (latest - now) * worst <= situation.limits.dose
    assert len(situation.held) == 2 or "dose" in found


def test_a_first_consent_through_two_screens_makes_one_person() -> None:
    ana: User = UserFactory()

    at_once([lambda: agreed(User.objects.get(pk=ana.pk)) for _screen in range(4)])

    assert Account.objects.get().user_id == ana.pk
    assert Person.objects.count() == 1


def test_a_lease_is_booked_once_however_often_its_answer_comes() -> None:
    ana = seasoned()
    ((held, _until),) = take(ana)

    def answer() -> timedelta:
        return book_exposure(lease=held, by=ana, source="answered", seconds=60, at=AT + 5 * MINUTE)

    found = at_once([answer] * 5)

    assert sum(spent > timedelta(0) for spent in found) == 1  # type: ignore[operator]
    assert Exposure.objects.filter(lease=held).count() == 1


def test_answers_of_two_accounts_do_not_overlap() -> None:
    """Five tasks each, all answered at the same moment: ten minutes passed, not a hundred."""
    one, other = seasoned(), seasoned()
    link_accounts(user=other, same_as=one, by=one, at=AT)
    leases = [(user, lease) for user in (one, other) for lease, _until in take(user, leases=5)]

    def answer(user: User, lease: object) -> timedelta:
        return book_exposure(
            lease=lease,  # type: ignore[arg-type]
            by=user,
            source="answered",
            seconds=600,
            at=AT + 10 * MINUTE,
        )

    at_once([lambda user=user, lease=lease: answer(user, lease) for user, lease in leases])

    rows = Exposure.objects.filter(started_at__gte=AT).order_by("started_at")
    assert sum((row.spent for row in rows), timedelta(0)) == 10 * MINUTE
    assert not Reservation.objects.filter(ended_at=None).exists()
