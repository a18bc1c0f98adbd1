"""`python -m bench`: every measurement, a line each; exit status 1 when a limit is passed."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any


def main() -> int:
    """Run on a database of its own, so that nothing of yours is touched."""
    import os

    with tempfile.TemporaryDirectory(prefix="touchstone-bench-") as folder:
        os.environ["TOUCHSTONE_STATE"] = str(Path(folder))
        os.environ.pop("DATABASE_URL", None)
        return _measured()


def _measured() -> int:
    from touchstone.ops.runtime import migrate, set_up_django, surroundings
    from touchstone.ops.serving import collect_static

    with surroundings():
        set_up_django()
        migrate(verbosity=0)
        collect_static()
        from bench import agreement, consensus, labeling, metrics, pages, truth
        from touchstone.ops.demo import play

        play(tell=lambda line: None)
        families = (consensus, agreement, metrics, truth, labeling, pages)
        found = [_told(figure) for family in families for figure in family.figures()]
        from django.db import connections

        connections.close_all()
    return 0 if all(figure.holds for figure in found) else 1


def _told(figure: Any) -> Any:
    print(figure, flush=True)
    return figure


if __name__ == "__main__":
    sys.exit(main())
