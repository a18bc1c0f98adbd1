"""The demonstration: a real programme played through the product's own flows.

`play` may run again and again: what is there stays, what is missing is played, and everything is
checked anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from touchstone.apps.guidelines.operations import seed_task_types
from touchstone.apps.guidelines.queries import newest_version
from touchstone.apps.markets.operations import seed_markets
from touchstone.apps.planning.queries import project_by_key
from touchstone.ops.demo import cast as casting
from touchstone.ops.demo import checks, open_data, pilots, task_types
from touchstone.ops.errors import OperatorError

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import GuidelineVersion
    from touchstone.apps.planning.models import Project

GUIDELINE = "graded-relevance"


def play(tell: Callable[[str], None] = print) -> list[checks.Check]:
    """Play what is missing, check everything, tell it; returns the checks.

    :raises OperatorError: a check does not hold.
    """
    now = datetime.now(UTC)
    began = time.monotonic()
    seed_markets(at=now)
    cast = casting.assemble(at=now, joined_at=open_data.FILED)
    seed_task_types(by=cast["owner"], at=open_data.FILED)
    version = newest_version(GUIDELINE)
    projects = [
        _once(open_data.KEY, tell, lambda: open_data.play(cast=cast, version=version)),
        *(
            _once(pilot.key, tell, _pilot(pilot, cast, version, now))
            for pilot in (pilots.FRENCH, pilots.ARABIC)
        ),
        *(_once(trial.key, tell, _trial(trial, cast, now)) for trial in task_types.TRIALS),
    ]
    found = checks.of_open_data(projects[0])
    for project in projects[1:]:
        found += checks.of_pilot(project)
    _report(found, cast.passwords, time.monotonic() - began, tell)
    return found


def _pilot(
    pilot: pilots.Pilot, cast: casting.Cast, version: GuidelineVersion, now: datetime
) -> Callable[[], Project]:
    return lambda: pilots.play(pilot=pilot, cast=cast, version=version, now=now)


def _trial(trial: task_types.Trial, cast: casting.Cast, now: datetime) -> Callable[[], Project]:
    return lambda: task_types.play(trial=trial, cast=cast, now=now)


def _once(key: str, tell: Callable[[str], None], act: Callable[[], Project]) -> Project:
    found = project_by_key(key)
    if found is not None:
        tell(f"  {found.name}: played before")
        return found
    project = act()
    tell(f"  {project.name}: played")
    return project


def _report(
    found: list[checks.Check],
    passwords: Mapping[str, str],
    seconds: float,
    tell: Callable[[str], None],
) -> None:
    tell(f"\nChecks ({seconds:.1f} s):")
    for check in found:
        tell(f"  {'ok ' if check.holds else 'NOT'} {check.what}: {check.result}")
    if not all(check.holds for check in found):
        raise OperatorError("The demonstration does not agree with its own data; see NOT above.")
    tell("\nLog-ins, made at random for this run and shown only here:")
    for part in casting.PARTS:
        role = part.role.label if part.role else ""
        tell(f"  {part.email:<32} {passwords[part.email]:<18} {role}")
