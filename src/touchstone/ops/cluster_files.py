"""The files of an embedded cluster that are ours, not PostgreSQL's: folders, sockets, passwords."""

import hashlib
import os
import re
import secrets
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

from touchstone.ops.errors import OperatorError
from touchstone.ops.postgres_programs import Account, can_traverse

SYSTEM_STATE = Path("/var/lib/touchstone")
# The kernel takes 107 bytes; PostgreSQL adds its own file name.
SOCKET_BYTES = 107 - len("/.s.PGSQL.5432.lock")
SAFE_SOCKET = re.compile(r"[\w./ +-]+", re.ASCII)


def reachable_home(home: Path, account: Account | None) -> Path:
    """`home`, or a folder of the system's when the service account cannot enter `home`.

    The name is derived from `home`, so that every start finds the same cluster.
    """
    home = home.absolute()
    existing = next(folder for folder in home.parents if folder.exists())
    if account is None or can_traverse(existing, account):
        return home
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return SYSTEM_STATE / f"{home.parent.name}-{digest}"


def make_folder(path: Path, *, mode: int, account: Account | None = None) -> None:
    """A folder with exactly `mode`, whatever the umask, owned by `account`."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    if account:
        os.chown(path, account.uid, account.gid)


def secret_in(path: Path) -> str:
    """The random text kept in `path`, made at random the first time."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        file.write(secret := secrets.token_urlsafe(24))
    return secret


def socket_folder(home: Path, account: Account | None) -> Path:
    """A private folder for the socket, short enough for the kernel."""
    folder = home / "s"
    if len(os.fsencode(folder)) <= SOCKET_BYTES and SAFE_SOCKET.fullmatch(str(folder)):
        make_folder(folder, mode=0o700, account=account)
        return folder
    note = home / "socket-folder"
    if note.exists() and _is_private(remembered := Path(note.read_text()), account):
        return remembered
    folder = Path(tempfile.mkdtemp(prefix="touchstone-s-"))
    make_folder(folder, mode=0o700, account=account)
    if len(os.fsencode(folder)) > SOCKET_BYTES:
        raise OperatorError(f"No short path for a socket: set TMPDIR to one, not {folder.parent}.")
    note.write_text(str(folder))
    return folder


def _is_private(folder: Path, account: Account | None) -> bool:
    """Whether `folder` is still ours alone: a temporary directory may have been cleaned."""
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return False
    owner = account.uid if account else os.geteuid()
    private = stat.S_IMODE(status.st_mode) == 0o700
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner and private


def database_url(*, user: str, password: str, database: str, folder: Path) -> str:
    """The address of a database behind a socket in `folder`."""
    secret, host = quote(password, safe=""), quote(str(folder), safe="")
    return f"postgresql://{user}:{secret}@/{database}?host={host}"
