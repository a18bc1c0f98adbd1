"""One open project for every test here."""

from __future__ import annotations

import pytest

from tests.factories.labeling import Floor, an_open_project


@pytest.fixture
def floor(db: None) -> Floor:
    """Six items that each want three judgments, and three annotators."""
    return an_open_project()
