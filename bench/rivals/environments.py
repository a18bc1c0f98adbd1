"""An environment for each peer, with the versions that were chosen, made on first use."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from touchstone.ops.runtime import PROJECT

CACHE = PROJECT / "build" / "rivals"
PINS = Path(__file__).parent / "pins"
# doccano's pandas has no wheel for a later one.
PYTHON = "python3.11"
INSTALL_SECONDS = 1200.0


class NotHere(Exception):
    """A peer cannot be installed or started on this machine; the message says why."""


@dataclass(frozen=True)
class Packages:
    """What a peer is made of; `pins` names the file with the version of everything it pulls in."""

    name: str
    wanted: tuple[str, ...]
    optional: tuple[str, ...] = ()
    fallback: tuple[str, ...] = ()

    @property
    def pins(self) -> Path:
        return PINS / f"{self.name}.txt"


def environment(packages: Packages) -> Path:
    """The folder of the peer's virtual environment, made if the pins have changed.

    :raises NotHere: it cannot be made here.
    """
    folder = CACHE / packages.name
    stamp, told = folder / "installed", _fingerprint(packages)
    if stamp.exists() and stamp.read_text() == told:
        return folder
    print(f"installing {', '.join(packages.wanted)} into build/rivals/{packages.name}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _run([shutil.which(PYTHON) or sys.executable, "-m", "venv", str(folder)])
    _install(folder, packages)
    stamp.write_text(told)
    return folder


def _install(folder: Path, packages: Packages) -> None:
    pip = [str(folder / "bin/pip"), "install", "--quiet", "--no-input"]
    pinned = ["--constraint", str(packages.pins)]
    _run([*pip, *pinned, *packages.wanted])
    try:
        if packages.optional:
            _run([*pip, *pinned, *packages.optional])
    except NotHere as error:
        print(f"without {', '.join(packages.optional)}: {error}", flush=True)
        _run([*pip, *packages.fallback])


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotHere(str(error)) from error
    if done.returncode != 0:
        faults = [line for line in done.stdout.splitlines() if "error" in line.lower()]
        raise NotHere((faults or done.stdout.splitlines() or ["no word of why"])[-1].strip())


def _fingerprint(packages: Packages) -> str:
    told = "\n".join([*packages.wanted, *packages.optional, packages.pins.read_text()])
    return hashlib.sha256(told.encode()).hexdigest()
