"""The cast of intake: a requester, an owner, a stakeholder, an annotator, an outsider."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.factories.intake import person, places
from touchstone.apps.people.models import Role, User


@dataclass(frozen=True)
class Cast:
    """Who takes part."""

    requester: User
    owner: User
    stakeholder: User
    annotator: User
    outsider: User


@pytest.fixture
def cast(db: None) -> Cast:
    """The owner and the stakeholder answer for France."""
    places()
    return Cast(
        requester=person("rita", Role.REQUESTER),
        owner=person("odile", Role.PROJECT_OWNER, market="FR"),
        stakeholder=person("stan", Role.STAKEHOLDER, market="FR"),
        annotator=person("anna", Role.ANNOTATOR),
        outsider=person("oscar"),
    )
