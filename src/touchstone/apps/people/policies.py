"""Which role may do what. Where a role holds is in `Grant`; what it may do is here, in one table.

The surfaces ask for one `Capability` for each page and endpoint; `docs/reference/access.md` is
generated from this table and tested against real requests.
"""

from __future__ import annotations

from enum import Enum

from touchstone.apps.people.models import Role


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
    RUN_CONSENSUS = "run consensus"
    MAKE_RELEASE = "freeze a release"
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
            Capability.AUDIT,
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
