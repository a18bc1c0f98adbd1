"""Days, weeks, shifts and limits, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchstone.apps.wellbeing.disclosures import DISCLOSURES
from touchstone.apps.wellbeing.policies import (
    DEFAULT_LIMITS,
    NONE,
    SHORTEST_WINDOW,
    Held,
    Hours,
    Limits,
    Rule,
    Severity,
    Situation,
    Stop,
    day_after,
    day_at,
    day_begins,
    harmful_until,
    loosened,
    next_shift,
    ramped,
    severity_of,
    tightest,
    week_of,
    window,
)

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
S1, S2, S3, S4 = Severity.S1, Severity.S2, Severity.S3, Severity.S4
LONG_AGO = date(2025, 1, 1)


def situation(**given: object) -> Situation:
    """Somebody in the middle of a long shift who has seen nothing and holds nothing."""
    values: dict[str, object] = {
        "at": NOON,
        "hours": Hours("UTC", time(6), time(18)),
        "limits": DEFAULT_LIMITS,
        "today": {},
        "week": {},
        "first_day": LONG_AGO,
    }
    return Situation(**(values | given))  # type: ignore[arg-type]


# --- severity -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "unknown", "S5", "s1", "S3"])
def test_what_nobody_classed_counts_as_s3(name: str) -> None:
    assert severity_of(name) is Severity.S3


def test_the_dose_is_four_hours_of_s3_two_of_s4_eight_of_s2() -> None:
    for severity, hours in ((S2, 8), (S3, 4), (S4, 2)):
        assert DEFAULT_LIMITS.dose / severity.weight == hours * HOUR


FINGERPRINTS = {
    ("S1", 1): "4f323a934989",
    ("S2", 1): "484517fa9250",
    ("S3", 1): "8d3f4f850549",
    ("S4", 1): "a1cee00c09a5",
}


def test_a_disclosure_never_changes_under_its_version() -> None:
    """Whoever agreed did so to these words: a new wording is a new version."""
    fingerprints = {
        (each.severity.value, each.version): each.fingerprint[:12] for each in DISCLOSURES.values()
    }

    assert fingerprints == FINGERPRINTS


def test_a_disclosure_speaks_english_where_it_has_no_other_words() -> None:
    assert DISCLOSURES[S3].text("fr-CA")[0] == "fr"
    assert DISCLOSURES[S3].text("th") == ("en", DISCLOSURES[S3].texts["en"])


# --- days and shifts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 28), 24),
        ("Europe/Paris", date(2026, 3, 29), 23),
        ("Europe/Paris", date(2026, 10, 25), 25),
        ("America/Santiago", date(2026, 9, 6), 23),  # midnight itself does not exist
        ("America/Havana", date(2026, 11, 1), 25),  # midnight happens twice
        ("Asia/Kathmandu", date(2026, 3, 29), 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(zone: str, day: date, hours: int) -> None:
    begins, ends = day_begins(day, zone), day_begins(day + timedelta(days=1), zone)

    assert ends - begins == hours * HOUR
    assert day_at(begins, zone) == day_at(ends - timedelta(microseconds=1), zone) == day
    assert day_at(begins - timedelta(microseconds=1), zone) == day - timedelta(days=1)
    assert day_after(begins, zone) == ends


def test_a_week_begins_on_monday() -> None:
    assert {week_of(date(2026, 3, day)) for day in range(2, 9)} == {date(2026, 3, 2)}


def test_nothing_harmful_in_the_last_hour_nor_outside_of_the_shift() -> None:
    hours = Hours("Europe/Paris", time(9), time(18))
    morning = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)  # nine in Paris

    assert harmful_until(morning, hours, HOUR) == morning + 8 * HOUR
    assert harmful_until(morning - MINUTE, hours, HOUR) is None
    assert harmful_until(morning + 8 * HOUR, hours, HOUR) is None
    assert next_shift(morning + 8 * HOUR, hours) == morning + 24 * HOUR


def test_a_night_shift_crosses_midnight() -> None:
    hours = Hours("UTC", time(22), time(6))
    ten, five = datetime(2026, 3, 4, 22, tzinfo=UTC), datetime(2026, 3, 5, 5, tzinfo=UTC)

    assert harmful_until(ten, hours, HOUR) == five
    assert harmful_until(five - MINUTE, hours, HOUR) == five
    assert harmful_until(five, hours, HOUR) is None
    assert next_shift(five, hours) == ten + 24 * HOUR


@pytest.mark.parametrize(("day", "length"), [(28, 8), (29, 7)])
def test_a_night_in_which_the_clocks_change_is_shorter(day: int, length: int) -> None:
    hours = Hours("Europe/Paris", time(22), time(6))
    begins = datetime(2026, 3, day - 1, 21, tzinfo=UTC)

    assert harmful_until(begins, hours, HOUR) == begins + (length - 1) * HOUR


# --- limits -------------------------------------------------------------------------------------


@given(st.lists(st.builds(
    Limits,
    *(st.timedeltas(timedelta(0), timedelta(hours=30)) for _field in range(6)),
)))  # fmt: skip
def test_a_contract_never_widens_a_limit(contracts: list[Limits]) -> None:
    found = tightest(contracts)

    assert not loosened(found)
    for contract in contracts:
        assert found.daily <= contract.daily
        assert found.pause >= contract.pause


def test_what_is_wider_is_named() -> None:
    wider = replace(DEFAULT_LIMITS, daily=5 * HOUR, pause=5 * MINUTE, weekly=HOUR)

    assert loosened(wider) == ["daily", "pause"]


def test_the_first_week_is_shorter() -> None:
    first = date(2026, 3, 2)
    days = [ramped(4 * HOUR, first + timedelta(days=n), first) / HOUR for n in range(9)]

    assert days == [1, 1, 2, 2, 3, 3, 3, 4, 4]
    assert ramped(4 * HOUR, first, None) == HOUR


@pytest.mark.parametrize(
    ("seen", "rule"),
    [
        ({"today": {S3: 3 * HOUR, S4: 20 * MINUTE}, "week": {S3: 4 * HOUR}}, None),
        ({"today": {S3: 4 * HOUR}, "week": {S3: 4 * HOUR}}, Rule.DAILY),
        ({"today": {S2: 8 * HOUR}}, Rule.DOSE),
        ({"week": {S3: 20 * HOUR}}, Rule.WEEKLY),
        ({"stretch": 2 * HOUR, "rested_since": NOON - 14 * MINUTE}, Rule.BREAK),
        ({"stretch": 2 * HOUR, "rested_since": NOON - 15 * MINUTE}, None),
        ({"hours": Hours("UTC", time(4), time(13))}, Rule.SHIFT),
        ({"hours": Hours("UTC", time(13), time(20))}, Rule.SHIFT),
    ],
)
def test_each_limit_says_no_and_until_when(seen: dict[str, object], rule: Rule | None) -> None:
    found = window(situation(**seen), S3, HOUR)

    if rule is None:
        assert isinstance(found, datetime)
    else:
        assert isinstance(found, Stop)
        assert found.rule is rule
        assert found.again_at > NOON
        later = situation(**seen | {"at": found.again_at, "today": {}, "week": {}})
        assert isinstance(window(later, S3, HOUR), datetime), "the time that was named holds"


def test_a_daily_limit_ends_with_the_next_shift_and_not_at_midnight() -> None:
    found = window(situation(today={S3: 4 * HOUR}), S3, HOUR)

    assert found == Stop(Rule.DAILY, datetime(2026, 3, 5, 6, tzinfo=UTC))


def test_milder_work_goes_on_in_a_break_and_after_the_shift() -> None:
    resting = situation(
        hours=Hours("UTC", time(1), time(9)), stretch=2 * HOUR, rested_since=NOON - MINUTE
    )

    assert isinstance(window(resting, S3, HOUR), Stop)
    assert window(resting, S2, HOUR) == NOON + HOUR


def test_work_in_hand_counts_as_seen_until_it_ends() -> None:
    """Half an hour is left: held since ten minutes, twenty are left for anything new."""
    held = Held(S3, NOON - 10 * MINUTE, NOON + 20 * MINUTE)
    now = situation(today={S3: 3.5 * HOUR}, held=(held,))

    assert window(now, S3, HOUR) == held.until
    assert window(replace(now, held=()), S3, HOUR) == NOON + 30 * MINUTE


def test_time_in_the_books_is_not_counted_twice() -> None:
    held = Held(S3, NOON - 10 * MINUTE, NOON + 20 * MINUTE)
    now = situation(today={S3: 3.5 * HOUR}, held=(held,), accounted_until=NOON - 4 * MINUTE)

    assert window(now, S3, HOUR) == NOON + 26 * MINUTE


def test_only_work_in_hand_in_the_way_says_when_it_ends() -> None:
    held = Held(S3, NOON - 29 * MINUTE, NOON + MINUTE)
    now = situation(today={S3: 3.5 * HOUR}, held=(held,), at=NOON + 0.5 * MINUTE)

    assert window(now, S3, HOUR) == Stop(Rule.DAILY, held.until)


def test_worse_work_waits_for_milder_that_was_given_for_longer() -> None:
    mild = Held(S1, NOON, NOON + HOUR)
    now = situation(today={S2: 7 * HOUR}, held=(mild,))

    assert window(now, S4, HOUR) == Stop(Rule.DOSE, mild.until)
    assert window(now, S1, HOUR) == NOON + HOUR


@given(
    severity=st.sampled_from([S1, S2, S3, S4]),
    today=st.dictionaries(st.sampled_from([S1, S2, S3, S4]), st.timedeltas(NONE, 5 * HOUR)),
    before=st.timedeltas(NONE, 20 * HOUR),
    stretch=st.timedeltas(NONE, 3 * HOUR),
    rested=st.timedeltas(NONE, HOUR),
    held=st.lists(
        st.builds(
            lambda severity, since, until: Held(severity, NOON - since, NOON + until),
            st.sampled_from([S1, S2, S3, S4]),
            st.timedeltas(MINUTE, HOUR),
            st.timedeltas(MINUTE, HOUR),
        ),
        max_size=3,
    ),
    minutes=st.integers(1, 24 * 60),
)
def test_a_window_fits_into_every_limit_or_says_when(
    severity: Severity,
    today: dict[Severity, timedelta],
    before: timedelta,
    stretch: timedelta,
    rested: timedelta,
    held: list[Held],
    minutes: int,
) -> None:
    now = situation(
        today=today,
        week={**today, S3: today.get(S3, NONE) + before},
        stretch=stretch,
        rested_since=NOON - rested,
        held=tuple(held),
    )
    found = window(now, severity, minutes * MINUTE)

    if isinstance(found, Stop):
        assert found.again_at > NOON
        return
    assert SHORTEST_WINDOW <= found - NOON <= minutes * MINUTE or minutes == 1
    worst = max([severity, *(each.severity for each in held)])
    spent = sum((length * each.weight for each, length in today.items()), NONE)
    assert spent + (found - now.open_since(now.held)) * worst.weight <= DEFAULT_LIMITS.dose
    if severity.is_harmful:
        seen = today.get(S3, NONE) + today.get(S4, NONE)
        assert seen + (found - now.open_since(now.held_harmful)) <= DEFAULT_LIMITS.daily
