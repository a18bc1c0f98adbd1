"""What every test may count on."""

from collections.abc import Iterator

import pytest
from django.utils import translation

# Each plays a programme, or a good part of one, which takes the better part of a second.
SLOW_FIXTURES = {"programme", "judged"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what builds a whole programme, so that `make test-fast` stays fast."""
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A test that speaks French leaves nobody else speaking it."""
    with translation.override("en"):
        yield
