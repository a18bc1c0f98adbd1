"""Quality figures, lots, and consensus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from touchstone_client.transport import Transport
from touchstone_client.wire import decode


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A figure with its interval, or the reason why there is none; `locale` None is the project."""

    kind: str
    locale: str | None
    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    reason: str
    method: str
    method_version: str
    parameters: Mapping[str, Any]
    seed: int | None
    input_hash: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Queues:
    """How much waits for the QA lead, and how many judgments of each locale wait for a lot."""

    audits_open: int
    audits_done: int
    audits_agreeing: int
    cases_open: int
    cases_settled: int
    waiting_for_lot: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class QualityReport:
    """The newest figure of each kind and locale, and the queues."""

    measurements: tuple[Measurement, ...]
    queues: Queues


@dataclass(frozen=True, kw_only=True)
class Lot:
    """Judgments accepted or rejected together."""

    number: int
    locale: str
    decision: str
    reason: str
    evidence: Mapping[str, Any]
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsensusRun:
    """One aggregation, with what is needed to run it again; `labels` counts items by grade."""

    id: int
    method: str
    method_version: str
    parameters: Mapping[str, Any]
    seed: int | None
    input_hash: str
    classes: tuple[int, ...]
    judgments: int
    abstentions: int
    items: int
    raters: int
    diagnostics: Mapping[str, Any]
    labels: Mapping[str, int]
    differs_from_majority: int
    by: str
    at: datetime


class Quality:
    """`touchstone.quality`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, project: str) -> QualityReport:
        """The newest figures."""
        return decode(QualityReport, self._transport.get(f"/projects/{project}/quality"))

    def measure(self, project: str, *, seed: int = 0) -> tuple[Measurement, ...]:
        """Measure alpha, gold accuracy and audit agreement now."""
        rows = self._transport.post(f"/projects/{project}/quality", {"seed": seed})
        return tuple(decode(Measurement, row) for row in rows)

    def lots(self, project: str) -> Iterator[Lot]:
        """The lots, newest first."""
        return (decode(Lot, row) for row in self._transport.pages(f"/projects/{project}/lots"))

    def decide_lot(self, project: str, *, locale: str, decision: str, reason: str = "") -> Lot:
        """Accept or reject all work of a locale that is in no lot yet."""
        body = {"locale": locale, "decision": decision, "reason": reason}
        return decode(Lot, self._transport.post(f"/projects/{project}/lots", body))


class Consensus:
    """`touchstone.consensus`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, project: str) -> Iterator[ConsensusRun]:
        """The runs, newest first."""
        rows = self._transport.pages(f"/projects/{project}/consensus")
        return (decode(ConsensusRun, row) for row in rows)

    def run(self, project: str, *, prior_strength: float | None = None) -> ConsensusRun:
        """Estimate the true label of every judged item."""
        body = {} if prior_strength is None else {"prior_strength": prior_strength}
        return decode(ConsensusRun, self._transport.post(f"/projects/{project}/consensus", body))
