"""Opening projects, writing and deciding plans, putting people on projects.

What changes with the life of a project holds the row of its request first
(`intake.operations.hold_request`), so plans and states cannot cross each other.
"""

from touchstone.apps.planning.drafts import PlanDraft, PlanLocaleDraft, PlanRiskDraft
from touchstone.apps.planning.operations.plans import (
    ApprovedBySubmitter,
    InvalidPlan,
    PlanNotInState,
    PlanStillOpen,
    RequestNotPlannable,
    approve_plan,
    draft_plan,
    reject_plan,
    revise_plan,
    submit_plan,
)
from touchstone.apps.planning.operations.projects import (
    AlreadyMember,
    InvalidProject,
    NotAMember,
    RequestNotApproved,
    RoleNotHeld,
    add_member,
    open_project,
    remove_member,
)

__all__ = (
    "AlreadyMember",
    "ApprovedBySubmitter",
    "InvalidPlan",
    "InvalidProject",
    "NotAMember",
    "PlanDraft",
    "PlanLocaleDraft",
    "PlanNotInState",
    "PlanRiskDraft",
    "PlanStillOpen",
    "RequestNotApproved",
    "RequestNotPlannable",
    "RoleNotHeld",
    "add_member",
    "approve_plan",
    "draft_plan",
    "open_project",
    "reject_plan",
    "remove_member",
    "revise_plan",
    "submit_plan",
)
