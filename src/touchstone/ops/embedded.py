"""A PostgreSQL of the project's own, so that a fresh machine needs none.

`Cluster` makes, starts and stops one server in one folder. It listens on a private socket only,
ends with the process that started it, and comes back after a power cut. What it does not do:
upgrades between major versions, replication, backups. Production sets DATABASE_URL instead.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from touchstone.ops import postmaster
from touchstone.ops.cluster_files import (
    database_url,
    make_folder,
    reachable_home,
    secret_in,
    socket_folder,
)
from touchstone.ops.errors import OperatorError
from touchstone.ops.postgres_programs import MAJOR, programs_for, service_account
from touchstone.ops.processes import end, end_with_parent, is_alive

DATABASE = "touchstone"
APPLICATION = "touchstone"
SUPERUSER = "postgres"
START_SECONDS = 60.0
STOP_SECONDS = 60.0
LOG_BYTES = 10_000_000
# "Fast": roll back and write a checkpoint. Then "immediate", which recovers at the next start.
STOP_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "192MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Two cores serve many short queries; a parallel plan would also need a large /dev/shm.
    "max_parallel_workers_per_gather": "0",
    # A forgotten transaction would keep dead rows of the queue alive.
    "idle_in_transaction_session_timeout": "120s",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Cluster:
    """One PostgreSQL server and its files under `home`.

    The first process to start it owns it; a later one joins the running server and leaves it
    running. Start it from a thread that lives as long as the server is wanted: Linux ends the
    server when that thread ends.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.account = service_account()
        self.home = reachable_home(home, self.account)
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def url(self) -> str:
        """The address of the application's database, password included."""
        return self._url(APPLICATION, DATABASE)

    @property
    def owned(self) -> bool:
        """Whether this object started the server, and will stop it."""
        return self._process is not None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Have the server answer, making it or joining it as needed.

        :raises OperatorError: it does not come up; the message ends with its log.
        """
        make_folder(self.home, mode=0o711 if self.account else 0o700)
        self._lock = self._locked()
        if self._lock is None:
            self._await_ready()
            return
        try:
            sockets = socket_folder(self.home, self.account)
            postmaster.clear_remains(self.data, sockets, seconds=STOP_SECONDS)
            self._initialise()
            self._launch()
            self._create_application_database()
        except BaseException:
            self.stop()
            raise

    def revive(self) -> None:
        """Start the server again if this object started it and it ended by itself.

        It recovers what was committed. The thread that calls this takes the place of the one
        that called `start`: it must live as long.

        :raises OperatorError: it does not come up.
        """
        if self._process is None or self._process.poll() is None:
            return
        sockets = socket_folder(self.home, self.account)
        postmaster.clear_remains(self.data, sockets, seconds=STOP_SECONDS)
        self._launch()

    def stop(self) -> None:
        """End the server if this object started it: politely, then firmly."""
        if self._process is not None:
            end(self._process, STOP_SIGNALS, seconds=STOP_SECONDS)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _locked(self) -> IO[str] | None:
        """The lock that makes one process the owner; None when another one holds it."""
        lock = (self.home / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        return lock

    def _initialise(self) -> None:
        """Make the data folder, whole or not at all."""
        if self.data.exists():
            self._check_major()
            return
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        make_folder(draft, mode=0o700, account=self.account)
        with self._password_file() as passwords:
            self._initdb(draft, passwords)
        draft.rename(self.data)

    def _initdb(self, folder: Path, passwords: Path) -> None:
        command = [
            str(programs_for(self.account, home=self.home) / "bin" / "initdb"),
            f"--pgdata={folder}",
            f"--username={SUPERUSER}",
            f"--pwfile={passwords}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
        ]
        done = self._spawn(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, _ = done.communicate()
        if done.returncode != 0:
            raise OperatorError(f"PostgreSQL could not be set up:\n{output.decode()}")

    @contextlib.contextmanager
    def _password_file(self) -> Iterator[Path]:
        """The superuser's password where only the account of `initdb` reads it."""
        path = self.home / f"{secrets.token_hex(8)}.pw"
        path.touch(mode=0o600, exist_ok=False)
        try:
            path.write_text(secret_in(self.home / f"{SUPERUSER}.password"))
            if self.account:
                os.chown(path, self.account.uid, self.account.gid)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _check_major(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(MAJOR):
            raise OperatorError(
                f"{self.data} was made by PostgreSQL {found}, and this release brings {MAJOR}. "
                "Dump it with the old release and load it with this one, or move the folder away."
            )

    def _launch(self) -> None:
        """Start the server; once more if helpers of a killed one were still letting go."""
        for attempt in range(10):
            if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
                self.log.unlink()
            began = self.log.stat().st_size if self.log.exists() else 0
            self._process = self._spawn_server()
            try:
                self._await_ready()
                return
            except OperatorError:
                if attempt == 9 or "pre-existing shared memory" not in self._log_since(began):
                    raise
                time.sleep(0.5)

    def _spawn_server(self) -> subprocess.Popen[bytes]:
        settings = SETTINGS | ({} if self.durable else THROW_AWAY)
        folder = socket_folder(self.home, self.account)
        settings["unix_socket_directories"] = str(folder)
        command = [
            str(programs_for(self.account, home=self.home) / "bin" / "postgres"),
            "-D",
            str(self.data),
            *(f"--{name}={value}" for name, value in settings.items()),
        ]
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            return self._spawn(
                command, stdout=log, stderr=log, before=end_with_parent(signal.SIGINT)
            )

    def _spawn(
        self,
        command: list[str],
        *,
        stdout: int | IO[bytes],
        stderr: int | IO[bytes],
        before: Callable[[], None] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Run a program of PostgreSQL as its account, out of reach of the terminal's Ctrl-C."""
        account = self.account
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=self.home,
            start_new_session=True,
            preexec_fn=before,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                code = self._process.returncode
                raise OperatorError(f"PostgreSQL ended with status {code}.\n{self._log_tail()}")
            if postmaster.is_ready(self.data) and (self._process or self._answers()):
                return
            time.sleep(0.02)
        raise OperatorError(f"PostgreSQL was not ready in {START_SECONDS} s.\n{self._log_tail()}")

    def _answers(self) -> bool:
        """Whether the application's database can be entered: a joiner waits for its owner."""
        import psycopg

        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.url).close()
            return True
        return False

    def _create_application_database(self) -> None:
        """The application owns its database and may make test databases, and nothing more."""
        import psycopg
        from psycopg.sql import SQL, Identifier, Literal

        password = Literal(secret_in(self.home / f"{APPLICATION}.password"))
        name, database = Identifier(APPLICATION), Identifier(DATABASE)
        with psycopg.connect(self._url(SUPERUSER, "postgres"), autocommit=True) as connection:
            known = "SELECT 1 FROM pg_roles WHERE rolname = %s"
            if not connection.execute(known, [APPLICATION]).fetchone():
                role = SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
                connection.execute(role.format(name, password))
            known = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not connection.execute(known, [DATABASE]).fetchone():
                connection.execute(SQL("CREATE DATABASE {} OWNER {}").format(database, name))

    def _url(self, user: str, database: str) -> str:
        password = secret_in(self.home / f"{user}.password")
        folder = socket_folder(self.home, self.account)
        return database_url(user=user, password=password, database=database, folder=folder)

    def _log_since(self, offset: int) -> str:
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    def _log_tail(self) -> str:
        if not self.log.exists():
            return f"It wrote no log at {self.log}."
        lines = self.log.read_text(errors="replace").splitlines()[-20:]
        return "\n".join([f"The end of {self.log}:", *lines])


@contextlib.contextmanager
def throw_away() -> Iterator[Cluster]:
    """A cluster for one run of the tests: quick, not durable, and gone afterwards."""
    prefix = f"touchstone-{os.getuid()}-"
    _sweep(prefix)
    home = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-"))
    try:
        with Cluster(home, durable=False) as cluster:
            yield cluster
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _sweep(prefix: str) -> None:
    """Remove what a killed run left behind."""
    for home in Path(tempfile.gettempdir()).glob(f"{prefix}*-*"):
        pid = home.name.removeprefix(prefix).partition("-")[0]
        if pid.isdigit() and not is_alive(int(pid)):
            shutil.rmtree(home, ignore_errors=True)
