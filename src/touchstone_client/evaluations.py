"""System runs, and two of them measured against a release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from touchstone_client.transport import Transport
from touchstone_client.wire import decode


@dataclass(frozen=True, kw_only=True)
class SystemRun:
    """The rankings of one search system."""

    id: int
    system: str
    file_name: str
    sha256: str
    queries: int
    lines: int
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of one run with its interval."""

    run: int
    system: str
    metric: str
    policy: str
    value: float
    low: float
    high: float
    level: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The paired difference candidate − baseline in one metric."""

    metric: str
    difference: float
    low: float
    high: float
    level: float
    standard_error: float
    p_value: float
    test: str
    effect_size: float | None
    n: int


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Two runs measured against one release, with everything to compute it again."""

    id: int
    project: str
    release: int
    baseline: SystemRun
    candidate: SystemRun
    results: tuple[Metric, ...]
    comparisons: tuple[Comparison, ...]
    parameters: Mapping[str, Any]
    seed: int
    input_hash: str
    method_version: str
    diagnostics: Mapping[str, Any]
    by: str
    at: datetime


class Evaluations:
    """`touchstone.evaluations`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def runs(self, project: str) -> Iterator[SystemRun]:
        """The run files of a project, newest first."""
        rows = self._transport.pages(f"/projects/{project}/runs")
        return (decode(SystemRun, row) for row in rows)

    def upload_run(self, project: str, path: Path | str, *, system: str = "") -> SystemRun:
        """Send a TREC run file; without a `system` name it is the file's tag."""
        path = Path(path)
        with path.open("rb") as file:
            answer = self._transport.upload(
                f"/projects/{project}/runs", file=(path.name, file), fields={"system": system}
            )
        return decode(SystemRun, answer)

    def evaluate(
        self,
        project: str,
        release: int,
        *,
        baseline: int,
        candidate: int,
        seed: int = 0,
        part: str = "all",
        relevant_from: int | None = None,
    ) -> Evaluation:
        """Measure two runs with nDCG@10 and P@10; `part` "test" takes the held-out queries."""
        body = {
            "baseline": baseline,
            "candidate": candidate,
            "seed": seed,
            "part": part,
            "relevant_from": relevant_from,
        }
        path = f"/projects/{project}/releases/{release}/evaluations"
        return decode(Evaluation, self._transport.post(path, body))

    def list(self, project: str) -> Iterator[Evaluation]:
        """The evaluations of a project, newest first."""
        rows = self._transport.pages(f"/projects/{project}/evaluations")
        return (decode(Evaluation, row) for row in rows)

    def get(self, evaluation: int) -> Evaluation:
        """One evaluation by its id."""
        return decode(Evaluation, self._transport.get(f"/evaluations/{evaluation}"))
