"""A person's own keys: which can be, and what they move."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.factories.people import UserFactory
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.keymap import (
    ACTIONS,
    DEFAULTS,
    KeyClash,
    KeyRefused,
    check_keys,
    moved_keys,
)
from touchstone.apps.people.models import WorkbenchPreferences
from touchstone.apps.people.operations import set_workbench_preferences
from touchstone.apps.people.queries import workbench_of

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
KEYS = [*LETTERS, *"0123456789", "Enter", "Backspace", "Space"]


def test_no_two_actions_have_one_key() -> None:
    assert len(set(DEFAULTS.values())) == len(DEFAULTS)
    check_keys({})


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(sorted(DEFAULTS)), st.sampled_from(KEYS)))
def test_no_key_ever_does_two_things(chosen: dict[str, str]) -> None:
    try:
        check_keys(chosen)
    except KeyClash:
        assume(False)
    moved = moved_keys(chosen)
    pressed = [moved.get(key, key) for key in {*LETTERS, *"0123456789", *ACTIONS.values()}]
    reachable = [key for key in pressed if key]

    assert len(set(reachable)) == len(reachable)
    # Every action and digit has the key that was asked for.
    for name, usual in DEFAULTS.items():
        assert moved.get(usual, usual) == chosen.get(name, usual)


@pytest.mark.parametrize(
    ("chosen", "moved"),
    [
        ({}, {}),
        ({"skip": "s"}, {}),
        ({"skip": "f"}, {"s": "f", "f": "s"}),  # an answer on f makes room
        ({"skip": "u", "undo": "s"}, {"s": "u", "u": "s"}),
        ({"1": "j", "submit": "Space"}, {"1": "j", "j": "1", "Enter": "Space"}),
        ({"submit": "w"}, {"Enter": "w", "w": ""}),  # no key is left for an answer on w
    ],
)
def test_what_is_pressed_for_what(chosen: dict[str, str], moved: dict[str, str]) -> None:
    assert moved_keys(chosen) == moved


@pytest.mark.django_db
class TestKept:
    def test_they_are_kept_with_the_account_and_in_the_ledger(self) -> None:
        ana = UserFactory()
        assert workbench_of(ana).keys == {}

        set_workbench_preferences(
            user=ana, keys={"skip": "f", "undo": "u"}, auto_advance=True, by=ana, at=AT
        )

        kept = workbench_of(ana)
        assert (kept.keys, kept.auto_advance) == ({"skip": "f"}, True)
        event = Event.objects.get(event="people.workbench.set")
        assert event.data == {"keys": {"skip": "f"}, "auto_advance": True}

    @pytest.mark.parametrize(
        ("keys", "refusal", "told"),
        [
            ({"skip": "g"}, KeyClash, {"key": "g", "names": ["skip", "guideline"]}),
            ({"1": "2"}, KeyClash, {"key": "2", "names": ["1", "2"]}),
            ({"fly": "f"}, KeyRefused, {"name": "fly"}),
            ({"skip": "ArrowUp"}, KeyRefused, {"name": "skip"}),
            ({"skip": "?"}, KeyRefused, {"name": "skip"}),
            ({"skip": ""}, KeyRefused, {"name": "skip"}),
        ],
    )
    def test_a_refusal_changes_nothing(
        self, keys: dict[str, str], refusal: type[Exception], told: dict[str, object]
    ) -> None:
        ana = UserFactory()
        set_workbench_preferences(user=ana, keys={"skip": "f"}, auto_advance=False, by=ana, at=AT)

        with pytest.raises(refusal) as error:
            set_workbench_preferences(user=ana, keys=keys, auto_advance=True, by=ana, at=AT)

        assert error.value.details == told  # type: ignore[attr-defined]
        assert WorkbenchPreferences.objects.get().keys == {"skip": "f"}
        assert not WorkbenchPreferences.objects.get().auto_advance
