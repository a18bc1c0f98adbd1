"""Reading releases: which there are, their files as streams, their qrels, and their checksums."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assay.trec import parse_qrels
from touchstone.apps.datasets.models import Release, ReleaseChunk, ReleaseFile
from touchstone.apps.datasets.policies import QRELS, SUMS, FileSum, content_digest
from touchstone.apps.people.models import User
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.queries import project_for
from touchstone.lib.errors import NotVisible, TouchstoneError


class DamagedRelease(TouchstoneError):
    """The stored bytes are not those that were frozen."""

    code = "damaged_release"


def releases_of(project: Project) -> QuerySet[Release]:
    """The releases of a project the caller may see, newest first, with their decisions."""
    return (
        project.releases.select_related("by", "run", "plan", "decision__by")
        .prefetch_related("files")
        .order_by("-version")
    )


def newest_release(project: Project) -> Release | None:
    """The last release of a project the caller may see, if there is one."""
    return releases_of(project).first()


def release_for(
    user: User,
    project: Project | str,
    version: int,
    capability: Capability = Capability.VIEW_RELEASES,
) -> Release:
    """The release that `user` names, by its project (or the project's key) and version.

    :raises NotVisible: there is no such release for this person.
    :raises NotAllowed: they may see the project but do not have `capability` on it.
    """
    key = project if isinstance(project, str) else project.key
    found = releases_of(project_for(user, key, capability)).filter(version=version).first()
    if found is None:
        raise NotVisible(_("There is no such release."))
    return found


def file_of(release: Release, name: str) -> ReleaseFile:
    """One file of a release.

    :raises NotVisible: the release has no file of this name.
    """
    found = release.files.filter(name=name).first()
    if found is None:
        raise NotVisible(_("This release has no such file."))
    return found


def file_chunks(file: ReleaseFile) -> Iterator[bytes]:
    """The bytes of a file, a chunk at a time.

    Each chunk is a short query of its own, so that a slow download holds no cursor open.

    :raises DamagedRelease: the chunks do not add up to the file's length.
    """
    sent = number = 0
    while sent < file.size_bytes:
        data = (
            ReleaseChunk.objects.filter(file=file, number=number)
            .values_list("data", flat=True)
            .first()
        )
        if not data:
            break
        sent, number = sent + len(data), number + 1
        yield bytes(data)
    if sent != file.size_bytes:
        raise DamagedRelease(
            _("The file %(name)s is damaged: it has %(found)d bytes instead of %(wanted)d.")
            % {"name": file.name, "found": sent, "wanted": file.size_bytes}
        )


def file_lines(file: ReleaseFile) -> Iterator[str]:
    """The lines of a text file, without their line ends."""
    decoder, rest = codecs.getincrementaldecoder("utf-8")(), ""
    for chunk in file_chunks(file):
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        yield from lines
    if rest:
        yield rest


def qrels_of(release: Release, part: str = QRELS) -> dict[str, dict[str, int]]:
    """The grades by query and document as they were delivered, read from the frozen file."""
    return parse_qrels(file_lines(file_of(release, part)))


def verify_release(release: Release) -> Release:
    """Read every stored byte again and compare all checksums; returns the release.

    :raises DamagedRelease: a file, or the whole, is not what was frozen.
    """
    sums = [_summed(file) for file in release.files.order_by("name")]
    if content_digest(held for held in sums if held.name != SUMS) != release.checksum:
        raise DamagedRelease(
            _("Release %(version)d is damaged: its checksum does not match its files.")
            % {"version": release.version}
        )
    return release


def _summed(file: ReleaseFile) -> FileSum:
    digest = _digest(file_chunks(file))
    if digest != file.sha256:
        raise DamagedRelease(
            _("The file %(name)s is damaged: its checksum does not match.") % {"name": file.name}
        )
    return FileSum(file.name, file.size_bytes, digest)


def _digest(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
