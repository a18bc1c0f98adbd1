"""A project with a register, and the people around it."""

from __future__ import annotations

import pytest

from tests.factories.intake import person, places
from tests.factories.planning import a_project
from touchstone.apps.people.models import Role, User
from touchstone.apps.planning.models import Project


@pytest.fixture
def owner(db: None) -> User:
    places()
    return person("odile", Role.PROJECT_OWNER)


@pytest.fixture
def approver(owner: User) -> User:
    return person("pia", Role.PROJECT_OWNER)


@pytest.fixture
def project(owner: User) -> Project:
    return a_project(requester=person("rita", Role.REQUESTER), owner=owner)
