"""A free port and a folder for the state of a service."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from touchstone.ops.serving import HOST


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def state() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="touchstone-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
