"""Machine annotators: an account that may label, a profile that asks a server on this machine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.factories.labeled import AT, LOCALE, UserFactory, a_locale, currency_of
from tests.factories.labeling import Floor
from touchstone.apps.guidelines.models import GuidelineText
from touchstone.apps.labeling.machines.models import MachineProfile
from touchstone.apps.labeling.machines.operations import write_profile
from touchstone.apps.labeling.machines.policies import Terms
from touchstone.apps.people.models import Fluency, Grant, Role, User
from touchstone.apps.planning.models import Membership, Project

GUIDELINE = "Grade 3 answers the question whole; grade 0 has nothing to do with it."


def plain_terms(base_url: str = "http://127.0.0.1:9/v1", **more: Any) -> Terms:
    """Terms that can stand: prices at which a usual call costs 0.000099 euros."""
    said: dict[str, Any] = {
        "model": "judge-large-2026-02-01",
        "family": "judge",
        "currency": "EUR",
        "priced_on": date(2026, 3, 1),
        "input_price": Decimal("0.15"),
        "output_price": Decimal("0.6"),
        "requests_per_minute": 60_000,
        "timeout_seconds": 5,
        "max_retries": 0,
    }
    return Terms(base_url=base_url, **said | more)


def a_machine(project: Project | None = None, *tags: str) -> User:
    """A machine that labels in `tags`, an annotator on `project` if there is one."""
    machine: User = UserFactory(kind=User.Kind.MACHINE)
    Grant.objects.create(user=machine, role=Role.ANNOTATOR, everywhere=True)
    for tag in tags or (LOCALE,):
        Fluency.objects.create(user=machine, locale=a_locale(tag))
    if project is not None:
        Membership.objects.create(
            project=project, user=machine, function=Membership.Function.ANNOTATOR, added_at=AT
        )
    return machine


def a_profile(
    machine: User, base_url: str = "http://127.0.0.1:9/v1", **more: Any
) -> MachineProfile:
    """The next version of a machine's profile."""
    currency_of("EUR")
    said = plain_terms(base_url, **more)
    return write_profile(annotator=machine, terms=said, by=None, at=AT)


def a_judge(floor: Floor, base_url: str = "http://127.0.0.1:9/v1", **more: Any) -> User:
    """A machine ready to work on a floor, whose guideline has a text."""
    version = floor.plan.guideline_version
    GuidelineText.objects.get_or_create(
        version=version, language="en", defaults={"body": GUIDELINE}
    )
    machine = a_machine(floor.project)
    a_profile(machine, base_url, **more)
    return machine
