"""Risks in a register."""

from __future__ import annotations

from datetime import date

from tests.factories.intake import AT
from tests.factories.planning import PlanRiskDraftFactory
from touchstone.apps.planning.models import Project
from touchstone.apps.risks.models import Risk
from touchstone.apps.risks.operations import open_risk

REVIEW_DATE = date(2026, 3, 16)


def a_risk(project: Project, **changes: object) -> Risk:
    """An open risk of `project`, in its owner's care; `changes` are to its draft."""
    return open_risk(
        project=project,
        draft=PlanRiskDraftFactory(**changes),
        owner=project.owner,
        review_date=REVIEW_DATE,
        by=project.owner,
        at=AT,
    )
