"""The reference names every task type, layout, kind and hidden content there is."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from touchstone.apps.guidelines.policies import NEVER_SHOWN, parse_schema
from touchstone.apps.guidelines.seeds import SEEDS
from touchstone.apps.guidelines.shapes import KINDS, LAYOUTS
from touchstone.apps.guidelines.sides import NEVER_SHOWN_OF_A_SIDE

TEXT = (Path(settings.ROOT) / "docs" / "reference" / "task-types.md").read_text(encoding="utf-8")
SEEDED = [seed.key for seed in SEEDS]


@pytest.mark.parametrize(
    "name", [*SEEDED, *KINDS, *LAYOUTS, *sorted(NEVER_SHOWN | NEVER_SHOWN_OF_A_SIDE)]
)
def test_it_is_documented(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_the_example_can_be_used() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)

    assert parse_schema(json.loads(example)).screens == (("needs_met",), ("page_quality",))
