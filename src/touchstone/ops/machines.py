"""What `touchstone-ops machine` does once Django is there: accounts, profiles, runs."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from touchstone.apps.labeling.machines.operations import allow_kin, write_profile
from touchstone.apps.labeling.machines.policies import Terms
from touchstone.apps.labeling.machines.queries import machines_of
from touchstone.apps.people.operations import create_user, grant_role, set_fluency
from touchstone.apps.people.policies import Role
from touchstone.apps.people.queries import user_by_email
from touchstone.apps.planning.queries import project_by_key
from touchstone.flows.machine_estimate import forecast_run
from touchstone.flows.machine_work import Report, run_machine
from touchstone.ops.errors import OperatorError

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project

PROMPT_FILE = "prompt_file"


@transaction.atomic
def open_account(*, email: str, name: str, locales: Sequence[str]) -> str:
    """Open the account of a machine annotator; what to tell the operator.

    :raises Refused: the address is taken, or a locale is not known.
    """
    at = timezone.now()
    user = create_user(email=email, name=name, password=None, kind="machine", by=None, at=at)
    grant_role(user=user, role=Role.ANNOTATOR, everywhere=True, by=None, at=at)
    set_fluency(user=user, locales=locales, by=None, at=at)
    return (
        f"{user.name} may label in {', '.join(sorted(locales))}. "
        "Write its profile, then put it on a project under People."
    )


def take_profile(*, email: str, path: Path) -> str:
    """Write the next version of a machine's profile from a file; what to tell the operator.

    :raises OperatorError: the file cannot be read, or there is no such account.
    :raises Refused: the profile cannot stand.
    """
    profile = write_profile(
        annotator=_account(email), terms=read_terms(path), by=None, at=timezone.now()
    )
    return (
        f"{profile.annotator.name}: version {profile.version} of the profile is in force "
        f"({profile.model}, prompt {profile.prompt_hash[:12]})."
    )


def allow(*, key: str, email: str, reason: str) -> str:
    """Let a machine label for a model of its own family; what to tell the operator.

    :raises OperatorError: there is no such project or account.
    :raises Refused: it is no machine, or no reason is given.
    """
    allowed = allow_kin(
        project=_project(key), annotator=_account(email), reason=reason, by=None, at=timezone.now()
    )
    return (
        f"{allowed.annotator.name} may label on {key} although it is of the family "
        f"{allowed.family}. The reason is kept."
    )


def read_terms(path: Path) -> Terms:
    """The terms that a TOML file gives. `prompt_file` names a text beside it.

    :raises OperatorError: the file cannot be read; the message names the entry.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        if PROMPT_FILE in given:
            beside = path.parent / str(given.pop(PROMPT_FILE))
            given["prompt"] = beside.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise OperatorError(f"{path} cannot be read as a profile: {error}") from None
    known = {each.name: each for each in fields(Terms)}
    needed = {name for name, each in known.items() if each.default is MISSING}
    _refuse_entries(path, "has entries that are not known", given.keys() - known.keys())
    _refuse_entries(path, "lacks", needed - given.keys())
    typed = {name: _typed(given[name], str(known[name].type)) for name in given}
    _refuse_entries(
        path, "has entries of the wrong kind", {name for name in typed if typed[name] is None}
    )
    return Terms(**typed)


def _typed(value: object, kind: str) -> Any:
    """The value as the kind that the terms want; None when it is another."""
    if kind == "Decimal" and type(value) is int:
        return Decimal(value)
    kinds: dict[str, type] = {"str": str, "int": int, "Decimal": Decimal, "date": date}
    wrong = isinstance(value, bool | datetime) or not isinstance(value, kinds[kind])
    return None if wrong else value


def _refuse_entries(path: Path, why: str, names: set[str]) -> None:
    if names:
        raise OperatorError(f"{path} {why}: {', '.join(sorted(names))}.")


def forecast(*, key: str, email: str, limit: int) -> Iterator[str]:
    """What a run would cost, in lines; nothing is asked.

    :raises OperatorError: there is no such project or account.
    :raises Refused: the machine cannot work on the project yet.
    """
    found = forecast_run(project=_project(key), annotator=_account(email), limit=limit)
    asked = found.items - found.known - found.too_long
    basis = f"from {found.measured_calls} calls" if found.measured_calls else "a careful guess"
    yield f"{found.items} items, of which {found.known} are known already and cost nothing"
    if found.too_long:
        yield f"{found.too_long} items are too long to ask about"
    yield (
        f"{asked} calls, {found.input_tokens} tokens asked and {found.output_tokens} answered "
        f"({basis}; {found.sampled} items looked at)"
    )
    yield f"expected {_money(found.cost)} {found.currency}, at most {_money(found.most_cost)}"
    yield "Nothing was asked and nothing spent."


def work(*, key: str, email: str, limit: int, budget: Decimal | None) -> Iterator[str]:
    """Run a machine, then tell what it did, in lines.

    :raises OperatorError: there is no such project or account.
    :raises Refused: the machine cannot work on the project.
    """
    report = run_machine(
        project=_project(key),
        annotator=_account(email),
        limit=limit,
        budget=budget,
        clock=timezone.now,
        environment=os.environ,
        on_progress=_show_progress,
    )
    yield from told(report)


def told(report: Report) -> Iterator[str]:
    """What a run did, in lines."""
    yield f"{report.judged} items judged, {report.reused} of them from earlier answers"
    for state, count in sorted(report.failed.items()):
        yield f"{count} not judged: {state.replace('_', ' ')}"
    yield f"cost {_money(report.cost)} {report.currency}"
    if report.unmetered:
        yield f"{report.unmetered} calls came without a count of tokens: their cost is unknown"
    if report.unposted:
        yield f"The cost is not in the project's ledger yet. {report.unposted}"
    if report.stopped:
        yield f"Stopped early: {report.stopped}. What was judged is kept; run it again to go on."


def overview(*, key: str) -> Iterator[str]:
    """The machines of a project with what they did and cost, in lines.

    :raises OperatorError: there is no such project.
    """
    rows = machines_of(_project(key))
    if not rows:
        yield "No machine has been asked about this project."
    for row in rows:
        states = ", ".join(f"{count} {state}" for state, count in row.states.items())
        yield (
            f"{row.profile.annotator.name}, version {row.profile.version} ({row.profile.model}): "
            f"{row.judgments} judgments, {row.reused} from earlier answers; "
            f"calls: {states or 'none'}; cost {_money(row.cost)} {row.profile.currency_id}"
        )


def _show_progress(report: Report) -> None:
    done = report.judged + sum(report.failed.values())
    if done % 100 == 0:
        print(f"{done} items, {_money(report.cost)} {report.currency}", flush=True)


def _account(email: str) -> User:
    found = user_by_email(email)
    if found is None:
        raise OperatorError(f"There is no account {email}.")
    return found


def _project(key: str) -> Project:
    found = project_by_key(key)
    if found is None:
        raise OperatorError(f"There is no project {key}.")
    return found


def _money(amount: Decimal) -> str:
    return f"{amount:.4f}"
