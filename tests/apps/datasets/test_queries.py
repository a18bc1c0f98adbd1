"""Reading releases: who sees them, and that damage is noticed."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.factories.datasets import a_release
from tests.factories.labeled import Labeled, UserFactory, with_role
from touchstone.apps.datasets.models import Release, ReleaseChunk, ReleaseFile
from touchstone.apps.datasets.queries import (
    DamagedRelease,
    file_chunks,
    file_lines,
    file_of,
    newest_release,
    qrels_of,
    release_for,
    releases_of,
    verify_release,
)
from touchstone.apps.people.models import Role
from touchstone.apps.people.policies import Capability
from touchstone.lib.errors import NotAllowed, NotVisible

pytestmark = pytest.mark.slow  # each freezes a release


@pytest.fixture
def release(scene: Labeled) -> Release:
    return a_release(scene)


def overwrite(sql: str, *values: object) -> None:
    """Change a frozen row as only a damaged disk could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("datasets_releasechunk", "datasets_releasefile", "datasets_release"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
        cursor.execute(sql, values)


def test_releases_come_newest_first(scene: Labeled, release: Release) -> None:
    second = a_release(scene)

    assert list(releases_of(scene.project)) == [second, release]
    assert newest_release(scene.project) == second


def test_the_requester_finds_a_release_by_its_version(scene: Labeled, release: Release) -> None:
    assert release_for(scene.requester, scene.project, 1) == release
    assert release_for(scene.requester, scene.project.key, 1) == release
    with pytest.raises(NotVisible):
        release_for(scene.requester, scene.project, 2)


def test_an_outsider_does_not_learn_that_there_is_one(scene: Labeled, release: Release) -> None:
    with pytest.raises(NotVisible):
        release_for(UserFactory(), scene.project, release.version)


def test_a_stakeholder_sees_it_but_may_not_download(scene: Labeled, release: Release) -> None:
    stakeholder = with_role(Role.STAKEHOLDER)

    assert release_for(stakeholder, scene.project, 1) == release
    with pytest.raises(NotAllowed):
        release_for(stakeholder, scene.project, 1, Capability.DOWNLOAD_RELEASE)


def test_a_file_that_is_not_there_is_not_found(release: Release) -> None:
    with pytest.raises(NotVisible):
        file_of(release, "../secrets")


def test_lines_are_whole_across_chunks(scene: Labeled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("touchstone.apps.datasets.chunks.CHUNK_BYTES", 61)
    release = a_release(scene)
    file = file_of(release, "consensus.jsonl")

    whole = b"".join(file_chunks(file)).decode()
    assert list(file_lines(file)) == whole.splitlines()
    assert "“" in whole  # a character of several bytes lies across some chunk's end
    assert sum(map(len, qrels_of(release).values())) == release.items


def test_missing_bytes_are_noticed(release: Release) -> None:
    file = file_of(release, "qrels.txt")
    overwrite("DELETE FROM datasets_releasechunk WHERE file_id = %s", file.pk)

    with pytest.raises(DamagedRelease, match=r"qrels\.txt"):
        list(file_chunks(file))


def test_changed_bytes_are_noticed(release: Release) -> None:
    chunk = ReleaseChunk.objects.get(file__name="qrels.txt", file__release=release, number=0)
    flipped = bytes(chunk.data).replace(b"0", b"1", 1)
    overwrite("UPDATE datasets_releasechunk SET data = %s WHERE id = %s", flipped, chunk.pk)

    with pytest.raises(DamagedRelease, match=r"qrels\.txt"):
        verify_release(release)


def test_a_file_that_went_missing_is_noticed(release: Release) -> None:
    file = ReleaseFile.objects.get(release=release, name="qrels.txt")
    overwrite("DELETE FROM datasets_releasechunk WHERE file_id = %s", file.pk)
    overwrite("DELETE FROM datasets_releasefile WHERE id = %s", file.pk)

    with pytest.raises(DamagedRelease, match="checksum does not match its files"):
        verify_release(release)
