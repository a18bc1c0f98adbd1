"""The owner, their project, and a way to send it files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories.items import AT, a_project, an_owner
from touchstone.apps.items.operations import ImportReport, import_items
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project

Send = Callable[..., ImportReport]


@pytest.fixture
def owner(db: None) -> User:
    return an_owner()


@pytest.fixture
def project(owner: User) -> Project:
    return a_project(owner)


@pytest.fixture
def send(project: Project, owner: User) -> Send:
    """Import bytes into the project, as the owner does."""

    def send(content: bytes, name: str = "items.csv", **options: Any) -> ImportReport:
        given = {"project": project, "by": owner, "at": AT} | options
        return import_items(stream=io.BytesIO(content), file_name=name, **given)

    return send
