"""The surroundings every command works in: where state lies, the database, Django."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from touchstone.ops.cluster_files import secret_in
from touchstone.ops.embedded import Cluster

PROJECT = Path(__file__).resolve().parents[3]


def state_folder() -> Path:
    """Where a deployment keeps what it must not lose; `TOUCHSTONE_STATE` moves it."""
    if given := os.environ.get("TOUCHSTONE_STATE"):
        return Path(given).absolute()
    return (PROJECT if (PROJECT / "pyproject.toml").exists() else Path.cwd()) / "var"


@dataclass(frozen=True)
class Surroundings:
    """The environment a child process needs, and the database if it is one of our own."""

    environment: Mapping[str, str]
    database: Cluster | None


@contextlib.contextmanager
def surroundings() -> Iterator[Surroundings]:
    """What children need, with the database running while the block lasts.

    This process takes it too, but without a connection pool: a pool's threads would outlive the
    database.
    """
    with contextlib.ExitStack() as running:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "touchstone.config.settings")
        if not os.environ.get("SECRET_KEY"):
            os.environ["SECRET_KEY"] = _secret_key()
        cluster = None
        if not os.environ.get("DATABASE_URL"):
            cluster = Cluster(state_folder() / "postgres")
            os.environ["DATABASE_URL"] = running.enter_context(cluster).url
        for_children = dict(os.environ)
        os.environ["DATABASE_POOL_SIZE"] = "0"
        yield Surroundings(for_children, cluster)


def _secret_key() -> str:
    """Made once and kept, so that sessions survive a restart."""
    state = state_folder()
    state.mkdir(parents=True, exist_ok=True)
    return secret_in(state / "secret-key")


def set_up_django() -> None:
    """Load settings and models; only inside `surroundings`."""
    import django

    django.setup()


def migrate(*, verbosity: int = 1) -> None:
    """Bring the database to the schema of this code."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=verbosity)
