"""The ground every test stands on: a PostgreSQL of its own, and no way out to the network.

Loaded with `-p tests.plugin`, before Django reads its settings. `DATABASE_URL` in the environment
puts another server (15 or later) in place of the throw-away one.
"""

import contextlib
import gc
import ipaddress
import os
import socket
from collections.abc import Generator
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

_running = contextlib.ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Prepare once; workers of pytest-xdist inherit the database's address."""
    os.environ.setdefault("SECRET_KEY", "only-for-the-tests")
    os.environ["DATABASE_POOL_SIZE"] = "0"  # a pool would hold the test databases open
    os.environ["STATIC_HASHED"] = "0"
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        from touchstone.ops import embedded, message_catalogs

        message_catalogs.compile_all()  # the French of now, not of the last `make setup`
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = _running.enter_context(embedded.throw_away()).url
    return (yield)


def pytest_configure() -> None:
    """Refuse connections that leave this machine; hash passwords quickly."""
    PBKDF2PasswordHasher.iterations = 1  # a million of them are for thieves, not for tests
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _kept_home(getattr(socket.socket, name)))


def pytest_collection_finish() -> None:
    """Let the collector leave alone what was imported: a tenth of the time goes into it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    """Stop the database that this process started, if it did."""
    _running.close()


def _kept_home(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise RuntimeError(f"A test reached for {address[0]}: tests stay on this machine.")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
