"""The reference of the command and of the API is what the code says now."""

from __future__ import annotations

import pytest

from tools import reference


@pytest.mark.parametrize("name", ["api.md", "cli.md"])
def test_a_page_is_current(name: str) -> None:
    written = (reference.FOLDER / name).read_text(encoding="utf-8")

    assert written == reference.pages()[name], "run `python -m tools.reference`"


def test_every_command_and_every_endpoint_is_documented() -> None:
    from touchstone.api.access import endpoints
    from touchstone.api.api import api

    pages = reference.pages()

    assert [name for name, _ in reference.commands() if f"\n{name} " not in pages["cli.md"]] == []
    assert pages["api.md"].count("\nNeeds `") + pages["api.md"].count("\nFor everybody") == len(
        list(endpoints(api))
    )
