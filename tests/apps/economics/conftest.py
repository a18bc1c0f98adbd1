"""One labeled project for every test here."""

from __future__ import annotations

import pytest

from tests.factories.labeled import Labeled, a_labeled_project


@pytest.fixture
def scene(db: None) -> Labeled:
    return a_labeled_project()
