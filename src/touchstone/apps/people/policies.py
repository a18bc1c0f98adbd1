"""Which role may do what, and where it can be held. Who holds what is in `Grant`.

The surfaces ask for one `Capability` for each page and endpoint; `docs/reference/access.md` is
generated from this table and tested against real requests.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from zoneinfo import available_timezones

from touchstone.apps.people.models import Role as Role  # surfaces take it from here


class Capability(Enum):
    """One thing that a person may be allowed to do."""

    FILE_REQUEST = "file a labeling request"
    VIEW_REQUEST = "see a labeling request"
    TRIAGE_REQUEST = "decide on a labeling request"
    VIEW_PROJECT = "see a project"
    VIEW_ITEMS = "see a project's items"
    VIEW_PEOPLE = "see who works on a project"
    VIEW_QUALITY = "see quality figures"
    VIEW_RELEASES = "see releases and evaluations"
    VIEW_VALUE = "see costs and the return"
    VIEW_RISKS = "see the risk register"
    VIEW_ACTIVITY = "see the audit trail of a project"
    WRITE_PLAN = "write and submit a plan"
    APPROVE_PLAN = "approve a plan that another submitted"
    RUN_PROJECT = "start, pause and resume a project"
    IMPORT_ITEMS = "import items"
    ASSIGN_PEOPLE = "put people on a project"
    LABEL = "label items"
    RUN_QUALITY = "measure quality, draw audits, decide lots"
    AUDIT = "audit judgments and adjudicate disagreements"
    ANSWER_QUESTIONS = "answer annotators' questions"
    RUN_CONSENSUS = "run consensus"
    MAKE_RELEASE = "freeze a release"
    EXPORT_JUDGMENTS = "export judgments as they stand"
    DOWNLOAD_RELEASE = "download a release"
    DECIDE_RELEASE = "accept or return a release"
    EVALUATE = "upload system runs and evaluate them"
    ESTIMATE_RETURN = "estimate the return"
    WRITE_RISKS = "keep the risk register"
    MANAGE_PEOPLE = "make accounts and give roles"


_SEE = frozenset(
    {
        Capability.VIEW_REQUEST,
        Capability.VIEW_PROJECT,
        Capability.VIEW_QUALITY,
        Capability.VIEW_RELEASES,
        Capability.VIEW_VALUE,
        Capability.VIEW_RISKS,
    }
)

CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.ADMIN: frozenset(Capability) - {Capability.LABEL},
    Role.PROJECT_OWNER: frozenset(Capability)
    - {
        Capability.LABEL,
        Capability.AUDIT,
        Capability.DECIDE_RELEASE,
        Capability.MANAGE_PEOPLE,
    },
    Role.REQUESTER: _SEE
    | {
        Capability.FILE_REQUEST,
        Capability.VIEW_ITEMS,
        Capability.DOWNLOAD_RELEASE,
        Capability.DECIDE_RELEASE,
        Capability.EVALUATE,
    },
    Role.ANNOTATOR: frozenset({Capability.LABEL}),
    Role.QA_LEAD: frozenset(
        {
            Capability.VIEW_PROJECT,
            Capability.VIEW_ITEMS,
            Capability.VIEW_PEOPLE,
            Capability.VIEW_QUALITY,
            Capability.VIEW_RISKS,
            Capability.RUN_QUALITY,
            Capability.EXPORT_JUDGMENTS,
            Capability.AUDIT,
            Capability.ANSWER_QUESTIONS,
        }
    ),
    Role.VENDOR_MANAGER: frozenset(
        {Capability.VIEW_PROJECT, Capability.VIEW_PEOPLE, Capability.VIEW_VALUE}
    ),
    Role.STAKEHOLDER: _SEE,
}


def allowed(roles: frozenset[Role], capability: Capability) -> bool:
    """Whether any of `roles` brings `capability`."""
    return any(capability in CAPABILITIES[role] for role in roles)


class Scope(Enum):
    """How wide a grant is."""

    EVERYWHERE = "everywhere"
    MARKET = "market"
    VENDOR = "vendor"


# A role granted where it reaches nothing would look like access and give none.
SCOPES: dict[Role, frozenset[Scope]] = {
    Role.ADMIN: frozenset({Scope.EVERYWHERE, Scope.MARKET}),
    Role.PROJECT_OWNER: frozenset({Scope.EVERYWHERE, Scope.MARKET}),
    Role.REQUESTER: frozenset({Scope.EVERYWHERE, Scope.MARKET}),
    Role.ANNOTATOR: frozenset(Scope),
    Role.QA_LEAD: frozenset(Scope),
    Role.VENDOR_MANAGER: frozenset({Scope.VENDOR}),
    Role.STAKEHOLDER: frozenset({Scope.EVERYWHERE, Scope.MARKET}),
}


def scope_of(*, everywhere: bool, market: object, vendor: object) -> Scope | None:
    """The one scope that the arguments of a grant name; None when they name none or several."""
    named = [
        scope
        for scope, given in (
            (Scope.EVERYWHERE, everywhere),
            (Scope.MARKET, market),
            (Scope.VENDOR, vendor),
        )
        if given
    ]
    return named[0] if len(named) == 1 else None


def normal_email(email: str) -> str:
    """An address as it is stored: without outer spaces, in lower case."""
    return email.strip().lower()


def network_of(address: str) -> str:
    """The network that a limit counts: one IPv4 address, or the /64 an IPv6 household has.

    What is not an address (a proxy's own word, nothing at all) counts as it stands.
    """
    try:
        found = ip_address(address.strip())
    except ValueError:
        return address.strip()
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped or ip_network((found, 64), strict=False))
    return str(found)


@cache
def time_zones() -> frozenset[str]:
    """The time zones there are. Looking them up walks the disk, so a process does it once."""
    return frozenset(available_timezones())
