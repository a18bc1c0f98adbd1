"""What the database itself refuses about consensus."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from tests.factories.labeled import Labeled
from touchstone.apps.consensus.models import ConsensusLabel, ConsensusRun

pytestmark = pytest.mark.slow  # each needs a run to break


@pytest.fixture
def label(scene: Labeled) -> ConsensusLabel:
    found = scene.consensus().labels.first()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("consensus_label_once", {}),
        ("consensus_label_probability", {"probability": -0.01}),
        ("consensus_label_probability", {"probability": 1.01}),
    ],
)
def test_a_label_is_one_and_its_probability_is_one(
    label: ConsensusLabel, constraint: str, changes: dict[str, Any]
) -> None:
    names = [f.attname for f in label._meta.concrete_fields if not f.primary_key]
    copied = ConsensusLabel(**{name: getattr(label, name) for name in names} | changes)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        copied.save(force_insert=True)


@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("model", [ConsensusRun, ConsensusLabel])
def test_runs_stay(label: ConsensusLabel, model: type[models.Model], change: str) -> None:
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(model._meta.db_table))
