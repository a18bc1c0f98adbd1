"""Versions that were published before each kept its task type get that of their guideline."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from tests.factories.guidelines import GuidelineVersionFactory
from touchstone.apps.guidelines.models import GuidelineVersion

BEFORE = ("guidelines", "0003_guideline_notes")
AFTER = ("guidelines", "0004_task_type_of_a_version")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_old_versions_are_filled_and_the_table_is_closed_again() -> None:
    version = GuidelineVersionFactory()
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    MigrationExecutor(connection).migrate([BEFORE])
    try:
        MigrationExecutor(connection).migrate([AFTER])
    finally:
        MigrationExecutor(connection).migrate(leaves)

    found = GuidelineVersion.objects.get(pk=version.pk)
    assert found.task_type == version.guideline.task_type
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        GuidelineVersion.objects.update(changes="otherwise")
