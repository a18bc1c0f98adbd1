"""Writing a file of a release into the database, a chunk at a time."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from django.db import connection

from touchstone.apps.datasets.models import Release, ReleaseChunk, ReleaseFile
from touchstone.apps.datasets.policies import CHUNK_BYTES, FileSum, media_type


class ChunkWriter(io.RawIOBase):
    """A binary file to write to, kept in the database; memory holds one chunk of it.

    A file's row carries its length and checksum and can never be changed, so it is written last,
    by `keep`. Its chunks go in before it under an id taken from the sequence: foreign keys are
    checked when the transaction commits. Use it inside one.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self._file_id = _next_file_id()
        self._pending = bytearray()
        self._number = 0
        self._size = 0
        self._digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, data: Any, /) -> int:
        """Take bytes; store every full chunk."""
        piece = bytes(data)
        self._digest.update(piece)
        self._size += len(piece)
        self._pending += piece
        while len(self._pending) >= CHUNK_BYTES:
            self._store(CHUNK_BYTES)
        return len(piece)

    def finish(self) -> FileSum:
        """Store what is left and say what was written."""
        if self._pending:
            self._store(len(self._pending))
        return FileSum(self.name, self._size, self._digest.hexdigest())

    def keep(self, release: Release) -> ReleaseFile:
        """Write the file's own row; after `finish`."""
        summed = self.finish()
        return ReleaseFile.objects.create(
            pk=self._file_id,
            release=release,
            name=self.name,
            media_type=media_type(self.name),
            size_bytes=summed.size_bytes,
            sha256=summed.sha256,
        )

    def _store(self, length: int) -> None:
        ReleaseChunk.objects.create(
            file_id=self._file_id, number=self._number, data=bytes(self._pending[:length])
        )
        del self._pending[:length]
        self._number += 1


def _next_file_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [ReleaseFile._meta.db_table]
        )
        found: int = cursor.fetchone()[0]
    return found
