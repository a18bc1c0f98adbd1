"""What the database itself refuses about releases."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from tests.factories.datasets import a_release
from tests.factories.labeled import LATER, Labeled
from touchstone.apps.datasets.models import (
    Release,
    ReleaseChunk,
    ReleaseDecision,
    ReleaseFile,
)

pytestmark = pytest.mark.slow  # each needs a whole release to break


@pytest.fixture
def release(scene: Labeled) -> Release:
    return a_release(scene)


def copied(row: models.Model, **changes: Any) -> models.Model:
    """The same row again, as a new one, but for some fields."""
    names = [f.attname for f in row._meta.concrete_fields if not f.primary_key]
    return type(row)(**{name: getattr(row, name) for name in names} | changes)


def refused(row: models.Model, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


def test_a_version_is_given_once(release: Release) -> None:
    refused(copied(release), "datasets_release_version")


def test_a_release_is_of_something(release: Release) -> None:
    refused(copied(release, version=2, items=0), "datasets_release_not_empty")


def test_a_file_is_in_a_release_once(release: Release) -> None:
    file = ReleaseFile.objects.filter(release=release).first()
    assert file is not None
    refused(copied(file), "datasets_file_once")


def test_a_chunk_is_in_a_file_once(release: Release) -> None:
    chunk = ReleaseChunk.objects.filter(file__release=release).first()
    assert chunk is not None
    refused(copied(chunk), "datasets_chunk_once")


def test_a_return_says_why(release: Release) -> None:
    decision = ReleaseDecision(release=release, decision="returned", by=release.by, at=LATER)
    refused(decision, "datasets_decision_returned_why")


def test_a_release_is_decided_once(release: Release) -> None:
    decision = ReleaseDecision(release=release, decision="accepted", by=release.by, at=LATER)
    decision.save()
    refused(copied(decision), "datasets_releasedecision_release_id_key")


@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("model", [Release, ReleaseFile, ReleaseChunk, ReleaseDecision])
def test_what_is_frozen_stays(release: Release, model: type[models.Model], change: str) -> None:
    ReleaseDecision.objects.create(release=release, decision="accepted", by=release.by, at=LATER)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(model._meta.db_table))
