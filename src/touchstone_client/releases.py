"""Releases and their files."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from touchstone_client.errors import ChecksumMismatch
from touchstone_client.transport import Transport
from touchstone_client.wire import decode, encode


@dataclass(frozen=True, kw_only=True)
class ReleaseFile:
    """One file of a release."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the requester decided."""

    decision: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ReleaseSummary:
    """A frozen delivery; `checksum` covers the checksums of all its files."""

    version: int
    consensus_run: int
    plan: int
    note: str
    test_share: Decimal
    split_seed: int
    items: int
    judgments: int
    checksum: str
    files: tuple[ReleaseFile, ...]
    decision: Decision | None
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Release(ReleaseSummary):
    """A release with its data card."""

    card: Mapping[str, Any]


class Releases:
    """`touchstone.releases`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, project: str) -> Iterator[ReleaseSummary]:
        """The releases, newest first."""
        rows = self._transport.pages(f"/projects/{project}/releases")
        return (decode(ReleaseSummary, row) for row in rows)

    def get(self, project: str, version: int) -> Release:
        """One release with its data card."""
        return decode(Release, self._transport.get(f"/projects/{project}/releases/{version}"))

    def freeze(
        self,
        project: str,
        *,
        test_share: Decimal,
        split_seed: int = 0,
        note: str = "",
        consensus_run: int | None = None,
    ) -> Release:
        """Freeze a consensus run (the newest one, unless named) into files that never change."""
        body = {
            "test_share": test_share,
            "split_seed": split_seed,
            "note": note,
            "consensus_run": consensus_run,
        }
        return decode(Release, self._transport.post(f"/projects/{project}/releases", encode(body)))

    def accept(self, project: str, version: int) -> Release:
        """Accept a release."""
        return self._decide(project, version, "accepted", "")

    def send_back(self, project: str, version: int, *, reason: str) -> Release:
        """Return a release with the reason why."""
        return self._decide(project, version, "returned", reason)

    def download(
        self, project: str, version: int, folder: Path | str, *, only: str | None = None
    ) -> tuple[Path, ...]:
        """Write the files of a release (or `only` one) into `folder`, which is made if needed.

        Each file is checked against its SHA-256 before it appears under its name.

        :raises ChecksumMismatch: a file arrived damaged; nothing was written under its name.
        :raises ValueError: the release has no file called `only`.
        """
        release = self.get(project, version)
        wanted = [file for file in release.files if only in (None, file.name)]
        if not wanted:
            raise ValueError(f"Release {version} has no file {only!r}.")
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(self._fetch(project, version, file, folder) for file in wanted)

    def _fetch(self, project: str, version: int, file: ReleaseFile, folder: Path) -> Path:
        path = f"/projects/{project}/releases/{version}/files/{quote(file.name, safe='')}"
        # The name comes from the server: only its last part decides where the file goes.
        target = folder / Path(file.name).name
        digest = hashlib.sha256()
        partial, name = tempfile.mkstemp(dir=folder, prefix=f".{target.name}.", suffix=".part")
        try:
            with os.fdopen(partial, "wb") as out, self._transport.stream(path) as response:
                for piece in response.iter_bytes():
                    digest.update(piece)
                    out.write(piece)
            if digest.hexdigest() != file.sha256:
                raise ChecksumMismatch(
                    f"{file.name} arrived with the checksum {digest.hexdigest()} instead of "
                    f"{file.sha256}. It was not written; try again."
                )
            Path(name).chmod(0o644)
            os.replace(name, target)
        finally:
            Path(name).unlink(missing_ok=True)
        return target

    def _decide(self, project: str, version: int, decision: str, reason: str) -> Release:
        body = {"decision": decision, "reason": reason}
        path = f"/projects/{project}/releases/{version}/decision"
        return decode(Release, self._transport.post(path, body))
