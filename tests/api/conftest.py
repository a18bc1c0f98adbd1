"""The people of a programme and their tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories.programme import Programme, a_programme


@pytest.fixture
def programme(db: None, tmp_path: Path) -> Programme:
    """Everybody is there; nothing has been asked for."""
    return a_programme(tmp_path)
