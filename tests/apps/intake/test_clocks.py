"""The owning team's clocks, against counts made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.apps.intake.conftest import Cast
from tests.factories.intake import filed
from touchstone.apps.intake.models import LabelingRequest, RequestState
from touchstone.apps.intake.operations import move_request
from touchstone.apps.intake.policies import Clock, ClockName
from touchstone.apps.intake.queries import clocks_of, owning_market
from touchstone.apps.markets import seeds
from touchstone.apps.markets.models import Holiday

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)


def paris(day: int, hour: int, month: int = 5) -> datetime:
    """An hour on the clocks of Paris in 2026; 1, 8 and 14 May are holidays there."""
    return datetime(2026, month, day, hour, tzinfo=PARIS).astimezone(UTC)


@pytest.fixture
def request_in_france(cast: Cast) -> LabelingRequest:
    Holiday.objects.bulk_create(seeds.holiday_rows("FR", [2026]))
    return filed(cast.requester)


def _live(request: LabelingRequest, cast: Cast, *steps: tuple[str, datetime]) -> None:
    for to, at in steps:
        move_request(
            request=request, to=RequestState(to), by=cast.owner, at=at, reason="as it went"
        )


def _clock(request: LabelingRequest, name: ClockName, at: datetime) -> Clock:
    (clock,) = (clock for clock in clocks_of(request, at) if clock.name is name)
    return clock


def test_no_clock_runs_for_a_draft(request_in_france: LabelingRequest) -> None:
    assert clocks_of(request_in_france, paris(30, 16, month=4)) == ()


def test_a_holiday_and_a_weekend_do_not_count(
    cast: Cast, request_in_france: LabelingRequest
) -> None:
    # Thursday 16:00 to Monday 10:00 with 1 May between: one hour on each side.
    _live(
        request_in_france,
        cast,
        ("submitted", paris(30, 16, month=4)),
        ("triaged", paris(4, 10)),
    )

    clock = _clock(request_in_france, ClockName.ACKNOWLEDGE, paris(20, 9))

    assert clock.used == 2 * HOUR
    assert clock.allowed == 8 * HOUR
    assert (clock.ended_at, clock.is_late) == (paris(4, 10), False)
    assert clock.due_at == paris(4, 16)


def test_waiting_for_information_stops_the_clock(
    cast: Cast, request_in_france: LabelingRequest
) -> None:
    _live(
        request_in_france,
        cast,
        ("submitted", paris(30, 16, month=4)),
        ("triaged", paris(4, 10)),
        ("needs_info", paris(4, 11)),
    )
    held = _clock(request_in_france, ClockName.DECIDE, paris(5, 15))
    assert (held.used, held.held, held.due_at) == (3 * HOUR, True, None)

    _live(request_in_france, cast, ("triaged", paris(6, 11)))
    running = _clock(request_in_france, ClockName.DECIDE, paris(6, 12))
    # 16 hours in all, 3 used: 6 on Wednesday from 11:00, 7 on Thursday from 9:00.
    assert (running.used, running.due_at, running.held) == (4 * HOUR, paris(7, 16), False)

    _live(request_in_france, cast, ("scoped", paris(6, 12)), ("approved", paris(7, 10)))
    over = _clock(request_in_france, ClockName.DECIDE, paris(29, 10))
    assert (over.used, over.ended_at, over.is_late) == (10 * HOUR, paris(7, 10), False)


def test_planning_starts_with_the_approval_and_a_broken_promise_shows(
    cast: Cast, request_in_france: LabelingRequest
) -> None:
    at = paris(7, 10)
    _live(
        request_in_france,
        cast,
        *((state, at) for state in ("submitted", "triaged", "scoped", "approved")),
    )

    # Five days of eight hours: 7 on the 7th, 8 on the 11th, 12th, 13th and 15th, 1 on the 18th.
    for hour, is_late in ((10, False), (11, True)):
        clock = _clock(request_in_france, ClockName.PLAN, paris(18, hour))
        assert clock.due_at == paris(18, 10)
        assert clock.is_late is is_late


def test_a_pause_stops_the_planning_clock(cast: Cast, request_in_france: LabelingRequest) -> None:
    at = paris(18, 9)
    _live(
        request_in_france,
        cast,
        *((state, at) for state in ("submitted", "triaged", "scoped", "approved")),
        ("paused", paris(18, 12)),
        ("approved", paris(20, 12)),
        ("planned", paris(20, 14)),
    )

    clock = _clock(request_in_france, ClockName.PLAN, paris(22, 9))

    assert (clock.used, clock.ended_at) == (5 * HOUR, paris(20, 14))


@pytest.mark.parametrize("decision", ["declined", "deferred"])
def test_turning_a_request_away_is_a_decision_too(
    cast: Cast, request_in_france: LabelingRequest, decision: str
) -> None:
    _live(
        request_in_france,
        cast,
        ("submitted", paris(18, 9)),
        ("triaged", paris(18, 10)),
        (decision, paris(18, 11)),
    )

    clock = _clock(request_in_france, ClockName.DECIDE, paris(22, 9))

    assert (clock.used, clock.ended_at) == (2 * HOUR, paris(18, 11))


def test_the_market_with_most_items_lends_its_calendar(cast: Cast) -> None:
    mostly_british = filed(
        cast.requester, locales={"fr-FR": 500, "en-GB": 600, "fr-CA": 200, "en-CA": 300}
    )
    even = filed(cast.requester, locales={"fr-FR": 500, "de-DE": 500})

    assert [owning_market(r).code for r in (mostly_british, even)] == ["GB", "DE"]
