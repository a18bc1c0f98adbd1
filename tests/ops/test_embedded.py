"""The embedded PostgreSQL comes up, stays private, and survives what machines do to it."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from touchstone.ops import cluster_files, postgres_programs, postmaster
from touchstone.ops.embedded import Cluster, throw_away
from touchstone.ops.errors import OperatorError

pytestmark = pytest.mark.slow  # each starts a server of its own

SUPERVISOR = """
import sys, time
from pathlib import Path
from touchstone.ops import embedded
if "orphan" in sys.argv:
    embedded.end_with_parent = lambda how: None  # as on a system without the wish
cluster = embedded.Cluster(Path(sys.argv[1]))
cluster.start()
print("ready", flush=True)
time.sleep(120)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A place that PostgreSQL's account can enter, unlike pytest's own when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="touchstone-test-"))
    folder.chmod(0o755)
    yield folder / "postgres"
    shutil.rmtree(folder)


def remember(cluster: Cluster, text: str) -> None:
    """Commit one row."""
    with psycopg.connect(cluster.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS memory (text text)")
        connection.execute("INSERT INTO memory VALUES (%s)", [text])


def recall(cluster: Cluster) -> list[str]:
    """Every row committed before."""
    with psycopg.connect(cluster.url) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM memory ORDER BY text")]


def supervised(home: Path, *options: str) -> subprocess.Popen[str]:
    """Another process that owns the cluster."""
    command = [sys.executable, "-c", SUPERVISOR, str(home), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def kill_hard(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def eventually(fact: Callable[[], bool], *, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.02)
    return fact()


def test_keeps_what_was_committed_between_starts(home: Path) -> None:
    with Cluster(home) as cluster:
        remember(cluster, "kept")
    assert postmaster.running_pid(cluster.data) is None

    with Cluster(home) as again:
        assert recall(again) == ["kept"]


def test_compares_text_alike_on_every_machine(home: Path) -> None:
    with Cluster(home, durable=False) as cluster, psycopg.connect(cluster.url) as connection:
        assert connection.execute("SELECT upper('éж'), lower('ÉЖ')").fetchone() == ("ÉЖ", "éж")
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_is_reachable_by_its_owner_only(home: Path) -> None:
    with Cluster(home, durable=False) as cluster:
        sockets = cluster.home / "s"
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in home.glob("*.password"))
        with psycopg.connect(cluster.url) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            secure = "SELECT usesuper FROM pg_user WHERE usename = current_user"
            assert connection.execute(secure).fetchone() == (False,)


def test_refuses_a_wrong_password(home: Path) -> None:
    with Cluster(home, durable=False) as cluster:
        forged = cluster.url.replace("touchstone:", "touchstone:x", 1)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(forged)


def test_a_second_start_joins_and_leaves_the_server_running(home: Path) -> None:
    with Cluster(home, durable=False) as owner:
        with Cluster(home, durable=False) as guest:
            remember(guest, "by the guest")
            assert not guest.owned
        assert recall(owner) == ["by the guest"]


def test_clusters_do_not_disturb_each_other(home: Path) -> None:
    with Cluster(home, durable=False) as one, throw_away() as other:
        remember(one, "one")
        remember(other, "other")
        assert (recall(one), recall(other)) == (["one"], ["other"])


def test_a_throw_away_cluster_leaves_nothing() -> None:
    with throw_away() as cluster:
        assert cluster.home.exists()
    assert not cluster.home.exists()


def test_a_path_may_have_a_space(home: Path) -> None:
    with Cluster(home / "with a space", durable=False) as cluster:
        remember(cluster, "kept")
        assert recall(cluster) == ["kept"]


@pytest.mark.parametrize("name", ["n" * 100, "comma,quote'é"])
def test_a_path_no_socket_can_have_puts_the_socket_elsewhere(home: Path, name: str) -> None:
    with Cluster(home / name, durable=False) as cluster:
        remember(cluster, "kept")
        folder = Path((cluster.home / "socket-folder").read_text())
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with Cluster(home / name, durable=False) as guest:
            assert recall(guest) == ["kept"]
    shutil.rmtree(folder)


def test_a_killed_server_recovers_every_committed_row(home: Path) -> None:
    with Cluster(home) as cluster:
        remember(cluster, "before the kill")
        pid = postmaster.running_pid(cluster.data)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: postmaster.running_pid(cluster.data) is None)

    with Cluster(home) as again:
        assert recall(again) == ["before the kill"]


def test_the_server_ends_with_its_killed_supervisor(home: Path) -> None:
    supervisor = supervised(home)
    data = Cluster(home).data
    assert postmaster.running_pid(data) is not None

    kill_hard(supervisor)

    assert eventually(lambda: postmaster.running_pid(data) is None)
    with Cluster(home) as cluster:
        assert cluster.owned


def test_an_orphan_server_is_stopped_and_replaced(home: Path) -> None:
    kill_hard(supervised(home, "orphan"))
    orphan = postmaster.running_pid(Cluster(home).data)
    assert orphan is not None

    with Cluster(home) as cluster:
        assert cluster.owned
        assert postmaster.running_pid(cluster.data) not in {None, orphan}


@pytest.mark.parametrize("name", ["data/postmaster.pid", "s/.s.PGSQL.5432.lock"])
def test_a_stale_number_of_a_living_stranger_is_ignored(home: Path, name: str) -> None:
    with Cluster(home, durable=False) as cluster:
        stale = cluster.home / name
        note = stale.read_text().splitlines()
    stale.write_text("\n".join([str(os.getpid()), *note[1:]]) + "\n")

    with Cluster(home, durable=False) as again:
        assert again.owned


def test_helpers_of_a_killed_server_are_waited_for(home: Path) -> None:
    with Cluster(home) as cluster:
        remember(cluster, "before the kill")
        with psycopg.connect(cluster.url) as connection:
            helper = connection.info.backend_pid
            os.kill(helper, signal.SIGSTOP)  # busy, as a long query would keep it
            pid = postmaster.running_pid(cluster.data)
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            threading.Timer(1.0, os.kill, (helper, signal.SIGCONT)).start()
            assert eventually(lambda: postmaster.running_pid(cluster.data) is None)
            cluster.stop()
            cluster.start()
        assert "pre-existing shared memory" in cluster.log.read_text()
        assert recall(cluster) == ["before the kill"]


def test_a_half_made_data_folder_is_made_anew(home: Path) -> None:
    (home / "data.new").mkdir(parents=True)
    (home / "data.new" / "PG_VERSION").write_text("half")

    with Cluster(home, durable=False) as cluster:
        remember(cluster, "whole")


def test_a_server_that_cannot_start_shows_its_log(home: Path) -> None:
    with Cluster(home, durable=False) as cluster:
        pass
    with (cluster.data / "postgresql.conf").open("a") as conf:
        conf.write("\nshared_buffers_of_mine = 1\n")

    with pytest.raises(OperatorError, match="shared_buffers_of_mine"):
        Cluster(home, durable=False).start()


def test_data_of_another_major_version_is_refused_untouched(home: Path) -> None:
    with Cluster(home, durable=False) as cluster:
        pass
    (cluster.data / "PG_VERSION").write_text("17\n")

    with pytest.raises(OperatorError, match="was made by PostgreSQL 17"):
        Cluster(home, durable=False).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a service account to think of")
def test_root_moves_the_cluster_out_of_a_closed_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_files, "SYSTEM_STATE", home.parent / "system")
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)

    with Cluster(closed / "var" / "postgres", durable=False) as cluster:
        remember(cluster, "kept")
        assert cluster.home.parent == home.parent / "system"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert Cluster(closed / "var" / "postgres").home == cluster.home


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a service account to think of")
def test_programs_under_a_closed_folder_are_copied(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_programs, "can_traverse", lambda path, account: False)

    with Cluster(home, durable=False) as cluster:
        remember(cluster, "kept")
    copies = list(home.glob("programs-*"))
    assert len(copies) == 1
    with Cluster(home, durable=False) as again:
        assert recall(again) == ["kept"]
    assert list(home.glob("programs-*")) == copies
