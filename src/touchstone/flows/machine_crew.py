"""Whether a machine may work on a project, and by what: its profile, the plan, the key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from touchstone.apps.labeling.machines.queries import profile_in_force
from touchstone.apps.planning.queries import projects_to_label
from touchstone.flows.labeling import working_plan
from touchstone.flows.machine_leases import refuse_kin
from touchstone.lib.chat import Connection
from touchstone.lib.errors import Refused

if TYPE_CHECKING:
    from touchstone.apps.labeling.machines.models import MachineProfile
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project


class NotReady(Refused):
    """The machine cannot work on this project yet; the message says what is missing."""

    code = "machine_not_ready"


@dataclass(frozen=True)
class Crew:
    """A machine that may work on a project, with what it works by."""

    project: Project
    plan: Plan
    annotator: User
    profile: MachineProfile


def crew_for(project: Project, annotator: User) -> Crew:
    """A machine with its profile and the project's plan.

    :raises NotReady: it has no profile, or is not an annotator on the project.
    :raises SameFamily: it is of the family of the model that the labels are for.
    :raises NotOpenForWork: the project is not in pilot or live.
    """
    profile = profile_in_force(annotator)
    if profile is None:
        raise NotReady(
            _("%(name)s has no profile yet: say which model it asks.") % {"name": annotator.name}
        )
    if not projects_to_label(annotator).filter(pk=project.pk).exists():
        raise NotReady(
            _("%(name)s is not an annotator on this project. Put it on the project first.")
            % {"name": annotator.name}
        )
    refuse_kin(project, annotator)
    return Crew(project, working_plan(project), annotator, profile)


def connection_of(profile: MachineProfile, environment: Mapping[str, str]) -> Connection:
    """Where and how to ask, with the key from the environment.

    :raises NotReady: the environment does not hold the key that the profile names.
    """
    key = environment.get(profile.key_variable, "") if profile.key_variable else ""
    if profile.key_variable and not key:
        raise NotReady(
            _("The environment variable %(name)s is empty: it holds the key of the endpoint.")
            % {"name": profile.key_variable}
        )
    return Connection(
        base_url=profile.base_url,
        key=key,
        timeout=float(profile.timeout_seconds),
        retries=profile.max_retries,
        per_minute=profile.requests_per_minute,
    )
