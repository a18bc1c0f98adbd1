"""The cast of planning: requester, owner, approver, QA lead, annotator, outsider."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.factories.intake import person, places
from tests.factories.planning import a_project
from touchstone.apps.people.models import Role, User
from touchstone.apps.planning.models import Project


@dataclass(frozen=True)
class Cast:
    """Who takes part."""

    requester: User
    owner: User
    approver: User
    qa_lead: User
    annotator: User
    outsider: User


def a_cast() -> Cast:
    """The people, and the places they know."""
    places()
    return Cast(
        requester=person("rita", Role.REQUESTER),
        owner=person("odile", Role.PROJECT_OWNER),
        approver=person("pia", Role.PROJECT_OWNER),
        qa_lead=person("quentin", Role.QA_LEAD, market="GB"),
        annotator=person("anna", Role.ANNOTATOR),
        outsider=person("oscar"),
    )


@pytest.fixture
def cast(db: None) -> Cast:
    return a_cast()


@pytest.fixture
def project(cast: Cast) -> Project:
    """A project in `approved` for 600 items in fr-FR and 300 in en-GB, with 5,000 €."""
    return a_project(requester=cast.requester, owner=cast.owner)
