"""What every test may count on."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A test that speaks French leaves nobody else speaking it."""
    with translation.override("en"):
        yield
