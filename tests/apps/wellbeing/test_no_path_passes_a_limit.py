"""Leases, renewals, answers, skips, expiries, two vendors and changed clocks, in any order.

Played through the whole journey. Whatever happens, what is in the books stays within every limit,
together with what the work in hand may still cost.
"""

from __future__ import annotations

import contextlib
import itertools
import random
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.apps.wellbeing.conftest import seasoned
from tests.factories.labeled import LOCALE, a_locale, a_vendor
from tests.factories.labeling import Floor, a_grade
from tests.factories.wellbeing import a_harmful_floor, take
from touchstone.apps.guidelines.models import GuidelineReading
from touchstone.apps.labeling.operations import AlreadySubmitted, LeaseLost, expire_leases
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.people.models import Fluency, User
from touchstone.apps.wellbeing.models import Exposure, Reservation, StatedHours
from touchstone.apps.wellbeing.operations import (
    ExposureLimit,
    HoursRefused,
    book_exposure,
    link_accounts,
    state_hours,
    tighten_limits,
)
from touchstone.apps.wellbeing.policies import (
    DEFAULT_LIMITS,
    NONE,
    Hours,
    Limits,
    Severity,
    day_at,
    dose,
    harmful,
    shift_of,
    week_of,
)
from touchstone.apps.wellbeing.queries import human_of, situation_of
from touchstone.flows.exposure import release_work, renew_lease, skip_work
from touchstone.flows.labeling import lease_work, submit_work

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PARIS = "Europe/Paris"
# Friday at eight in Paris; on Sunday the clocks go forward.
FRIDAY = datetime(2026, 3, 27, 7, 0, tzinfo=UTC)
# So tight that a few steps come to them.
TIGHT = Limits(
    daily=40 * MINUTE,
    weekly=90 * MINUTE,
    dose=180 * MINUTE,
    stretch=20 * MINUTE,
    pause=15 * MINUTE,
    wind_down=HOUR,
)
SEVERITIES = ("S1", "S3", "S4")
Held = tuple[LeasedTask, User]
accounts = st.integers(0, 1)
NIGHT = (time(21), time(5))


class Work(RuleBasedStateMachine):
    """One human with accounts at two vendors, three projects, and a clock that only goes on.

    A task stays in its bundle after it is over: people do send answers from old screens.
    """

    floors: dict[str, Floor]
    human: tuple[User, User]
    travels = False
    tasks: Bundle[Held] = Bundle("tasks")

    @initialize()
    def begin(self) -> None:
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.now = FRIDAY
        random.seed(1)

    def teardown(self) -> None:
        if hasattr(self, "rollback"):
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)

    def _leased(self, account: int, severity: str, count: int) -> list[LeasedTask]:
        project, by = self.floors[severity].project, self.human[account]
        try:
            return lease_work(project=project, by=by, count=count, at=self.now)
        except ExposureLimit as refusal:
            assert datetime.fromisoformat(str(refusal.details["again_at"])) > self.now
            return []

    def _answered(self, held: Held, seconds: float) -> None:
        task, by = held
        with contextlib.suppress(AlreadySubmitted):
            submit_work(
                assignment_id=task.assignment_id,
                lease=task.lease,
                answers=a_grade(),
                idempotency_key=uuid4().hex,
                seconds=seconds,
                by=by,
                at=self.now,
            )

    def _skipped(self, held: Held, seconds: float | None, reason: str) -> None:
        task, by = held
        with contextlib.suppress(LeaseLost):
            skip_work(
                assignment_id=task.assignment_id,
                lease=task.lease,
                reason=reason,
                seconds=seconds,
                by=by,
                at=self.now,
            )

    def _released(self, held: Held) -> None:
        task, by = held
        with contextlib.suppress(LeaseLost):
            release_work(assignment_id=task.assignment_id, lease=task.lease, by=by, at=self.now)

    def _renewed(self, held: Held) -> None:
        task, by = held
        with contextlib.suppress(LeaseLost):
            until = renew_lease(
                assignment_id=task.assignment_id, lease=task.lease, by=by, at=self.now
            )
            assert until == Reservation.objects.get(lease=task.lease).until

    @rule(
        target=tasks,
        account=accounts,
        severity=st.sampled_from(SEVERITIES),
        count=st.integers(1, 3),
    )
    def lease(self, account: int, severity: str, count: int) -> Any:
        by = self.human[account]
        return multiple(*((task, by) for task in self._leased(account, severity, count)))

    @rule(held=tasks, seconds=st.floats(0, 3600))
    def answer(self, held: Held, seconds: float) -> None:
        """What is reported may be less than the time since the lease, or more."""
        self._answered(held, seconds)

    @rule(
        held=tasks,
        seconds=st.none() | st.floats(0, 3600),
        reason=st.sampled_from(["", "harmful"]),
    )
    def skip(self, held: Held, seconds: float | None, reason: str) -> None:
        self._skipped(held, seconds, reason)

    @rule(held=tasks)
    def release(self, held: Held) -> None:
        self._released(held)

    @rule(held=tasks)
    def renew(self, held: Held) -> None:
        self._renewed(held)

    @rule(
        account=accounts,
        severity=st.sampled_from(SEVERITIES),
        minutes=st.lists(st.integers(1, 14), min_size=1, max_size=4),
        end=st.sampled_from(["answer", "answer", "skip", "release", "leave"]),
    )
    def hold_on(self, account: int, severity: str, minutes: list[int], end: str) -> None:
        """Whoever means to see as much as can be had: two tasks, renewed as long as it goes."""
        held = [(task, self.human[account]) for task in self._leased(account, severity, 2)]
        for each in minutes:
            self.now += each * MINUTE
            for one in held:
                self._renewed(one)
        for task, by in held:
            if end == "answer":
                self._answered((task, by), 3600.0)
            elif end == "skip":
                self._skipped((task, by), None, "harmful")
            elif end == "release":
                self._released((task, by))

    @rule(minutes=st.integers(1, 40), expire=st.booleans())
    def time_goes_on(self, minutes: int, expire: bool) -> None:
        self.now += minutes * MINUTE
        if expire:
            for floor in self.floors.values():
                expire_leases(project=floor.project, at=self.now)

    @rule(hours=st.integers(6, 16))
    def sleep(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(account=accounts, zone=st.sampled_from(["Asia/Tokyo", "America/Los_Angeles"]))
    def travel(self, account: int, zone: str) -> None:
        if not self.travels:
            return
        with contextlib.suppress(HoursRefused):
            state_hours(
                time_zone=zone, starts=time(8), ends=time(20), by=self.human[account], at=self.now
            )

    def rows(self) -> list[Exposure]:
        return list(Exposure.objects.filter(started_at__gte=FRIDAY).order_by("started_at"))

    @invariant()
    def every_day_and_week_keeps_to_the_limits(self) -> None:
        days: dict[date, dict[Severity, timedelta]] = defaultdict(dict)
        weeks: dict[date, timedelta] = defaultdict(timedelta)
        for row in self.rows():
            severity, day = Severity(row.severity), row.day
            if not self.travels:  # counted anew, by the clock on the wall
                day = day_at(row.ended_at - timedelta(microseconds=1), PARIS)
                assert day == row.day
            days[day][severity] = days[day].get(severity, NONE) + row.spent
            weeks[week_of(day)] += row.spent if severity.is_harmful else NONE
        for seen in days.values():
            assert harmful(seen) <= TIGHT.daily
            assert dose(seen) <= TIGHT.dose
        assert all(spent <= TIGHT.weekly for spent in weeks.values())

    @invariant()
    def one_thing_at_a_time_and_never_outside_of_the_lease(self) -> None:
        rows = self.rows()
        for one, next_one in itertools.pairwise(rows):
            assert one.ended_at <= next_one.started_at
        for row in rows:
            held = Reservation.objects.get(lease=row.lease)
            assert held.since <= row.started_at < row.ended_at <= held.until

    @invariant()
    def nothing_harmful_late_in_the_shift(self) -> None:
        if self.travels:
            return  # hours change at midnight; which shift a moment belongs to would be guessed
        hours = _hours(StatedHours.objects.latest("pk"))
        for row in self.rows():
            if Severity(row.severity).is_harmful:
                day = day_at(row.started_at, PARIS)
                shifts = [shift_of(each, hours) for each in (day, day - timedelta(days=1))]
                assert any(
                    begins <= row.started_at and row.ended_at <= ends - TIGHT.wind_down
                    for begins, ends in shifts
                )

    @invariant()
    def never_longer_than_a_stretch_without_a_break(self) -> None:
        """Counted anew: stretches are parted by a break in which nothing harmful is in hand."""
        harmful_leases = Reservation.objects.filter(since__gte=FRIDAY, severity__gte="S3")
        last_end, spent = None, NONE
        seen = {row.lease: row.spent for row in self.rows()}
        for held in harmful_leases.order_by("since"):
            if last_end is not None and held.since - last_end >= TIGHT.pause:
                spent = NONE
            spent += seen.get(held.lease, NONE)
            assert spent <= TIGHT.stretch
            end = held.ended_at or held.until
            last_end = end if last_end is None else max(last_end, end)

    @invariant()
    def what_is_in_hand_fits_too(self) -> None:
        now = situation_of(human_of(self.human[0]), self.now)
        open_harmful = max((each.until for each in now.held_harmful), default=self.now)
        cost = open_harmful - now.open_since(now.held_harmful) if now.held_harmful else NONE
        assert harmful(now.today) + cost <= TIGHT.daily
        assert harmful(now.week) + cost <= TIGHT.weekly
        if now.held:
            latest = max(each.until for each in now.held)
            worst = max(each.severity.weight for each in now.held)
            assert dose(now.today) + (latest - now.open_since(now.held)) * worst <= TIGHT.dose


def _hours(row: StatedHours) -> Hours:
    return Hours(row.time_zone, row.starts, row.ends)


def set_the_stage(*, starts: time = time(8), ends: time = time(20)) -> None:
    """Two accounts at two vendors, one with a tighter contract, and work of three harm classes."""
    Work.floors = {
        severity: a_harmful_floor(severity, items=60, annotators=0, key=severity.lower())
        for severity in SEVERITIES
    }
    vendors = [a_vendor("north"), a_vendor("south")]
    one, other = (seasoned(vendor=vendor) for vendor in vendors)
    Work.human = (one, other)
    version = Work.floors["S1"].plan.guideline_version
    for user in Work.human:
        Fluency.objects.create(user=user, locale=a_locale(LOCALE))
        GuidelineReading.objects.create(user=user, version=version, language="en", read_at=FRIDAY)
    owner = Work.floors["S1"].owner
    tighten_limits(vendor=vendors[1], limits=TIGHT, by=owner, at=FRIDAY - timedelta(days=20))
    link_accounts(user=other, same_as=one, by=owner, at=FRIDAY - timedelta(days=20))
    state_hours(time_zone=PARIS, starts=starts, ends=ends, by=one, at=FRIDAY - timedelta(days=10))


def play(examples: int) -> None:
    run_state_machine_as_test(
        Work,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # smaller takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
@pytest.mark.parametrize("night", [False, True])
def test_no_path_passes_a_limit(db: None, night: bool) -> None:
    """By day, and by night, when the clocks change in the middle of the shift."""
    starts, ends = NIGHT if night else (time(8), time(20))
    set_the_stage(starts=starts, ends=ends)
    Work.travels = False
    play(12)


@pytest.mark.slow
def test_not_even_for_somebody_who_moves_the_clock(db: None) -> None:
    set_the_stage()
    Work.travels = True
    play(8)


@pytest.mark.slow
def test_the_limits_leave_what_they_allow(db: None) -> None:
    """Somebody who answers honestly, through both accounts, gets nearly all that is allowed.

    What is in the books is what they really looked at, to the second.
    """
    one, other = seasoned(), seasoned()
    link_accounts(user=other, same_as=one, by=one, at=FRIDAY)
    chance, now = random.Random(7), FRIDAY
    truth: dict[date, timedelta] = defaultdict(timedelta)
    while now < FRIDAY + timedelta(days=11):
        now = _work_a_while((one, other), chance, now, truth)

    booked: dict[date, timedelta] = defaultdict(timedelta)
    for row in Exposure.objects.filter(started_at__gte=FRIDAY):
        booked[row.day] += row.spent
    assert booked == truth
    weeks: dict[date, timedelta] = defaultdict(timedelta)
    for day, spent in truth.items():
        assert spent <= DEFAULT_LIMITS.daily
        weeks[week_of(day)] += spent
    assert max(weeks.values()) <= DEFAULT_LIMITS.weekly
    assert max(weeks.values()) > 0.95 * DEFAULT_LIMITS.weekly
    assert max(truth.values()) > 0.95 * DEFAULT_LIMITS.daily


def _work_a_while(
    human: tuple[User, User],
    chance: random.Random,
    now: datetime,
    truth: dict[date, timedelta],
) -> datetime:
    """Lease a few tasks, answer each after a while; or wait until work is allowed again."""
    by = chance.choice(human)
    try:
        leases = take(by, now, leases=3)
    except ExposureLimit as refusal:
        return datetime.fromisoformat(str(refusal.details["again_at"]))
    for lease, until in leases:
        end = min(now + timedelta(seconds=chance.randint(40, 400)), until)
        if end > now:
            truth[day_at(end, "UTC")] += end - now
        book_exposure(
            lease=lease, by=by, source="answered", seconds=(end - now).total_seconds(), at=end
        )
        now = end
    return now
