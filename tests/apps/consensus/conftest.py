"""A finished project for every test here."""

from __future__ import annotations

import pytest

from tests.factories.labeled import Labeled, a_labeled_project


@pytest.fixture
def scene(db: None) -> Labeled:
    """24 items with three judgments each; odd cases as `factories.labeled` says."""
    return a_labeled_project()
