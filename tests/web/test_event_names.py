"""Every event that the ledger may hold has a name for people."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

import touchstone.apps
from touchstone.apps.datasets.models import ReleaseDecision
from touchstone.apps.labeling.models import AssignmentState
from touchstone.apps.quality.models import Lot
from touchstone.web.event_names import EVENT_NAMES, event_name

APPS = Path(touchstone.apps.__path__[0])
DECIDED = {
    "datasets.release": [choice.value for choice in ReleaseDecision.Decision],
    "quality.lot": [choice.value for choice in Lot.Decision],
    # What a person does to a task; the other states have events of their own.
    "labeling.assignment": [AssignmentState.RELEASED.value, AssignmentState.SKIPPED.value],
}


def codes() -> set[str]:
    """The events that the apps' operations record."""
    names = "|".join(path.name for path in APPS.iterdir() if path.is_dir())
    written = re.compile(rf'"((?:{names})\.[a-z_]+\.[a-z_]+)"')
    plain = {found for path in APPS.rglob("*.py") for found in written.findall(path.read_text())}
    return plain | {f"{stem}.{end}" for stem, ends in DECIDED.items() for end in ends}


def test_every_event_has_a_name_and_every_name_an_event() -> None:
    assert codes() == set(EVENT_NAMES)


@pytest.mark.parametrize("code", sorted(EVENT_NAMES))
def test_the_french_name_is_french(code: str) -> None:
    with translation.override("fr"):
        french = str(event_name(code))
    assert french and french != str(event_name(code))


def test_an_event_of_a_later_release_shows_its_code() -> None:
    assert event_name("later.thing.happened") == "later.thing.happened"
