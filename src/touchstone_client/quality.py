"""Quality figures, lots, and consensus."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from touchstone_client.errors import TransportError
from touchstone_client.transport import Transport
from touchstone_client.wire import decode

# The last line of an export that is not whole.
BROKE_OFF = re.compile(rb'\{"error":"broke_off"|error,"')
LONGEST_LAST_LINE = 4_096


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
class Annotator:
    """How good one annotator is, by their pseudonym; None is what cannot be known yet.

    `self_agreement` is how often an item that they were asked about once more got the same grade,
    of `repeats`; `self_kappa` is the same corrected for chance.
    """

    annotator: str
    judgments: int
    gold_trials: int
    gold_hits: int
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    repeats: int
    self_agreement: float | None
    self_agreement_low: float | None
    self_agreement_high: float | None
    self_agreement_p: float | None
    self_kappa: float | None
    self_kappa_low: float | None
    self_kappa_high: float | None


@dataclass(frozen=True, kw_only=True)
class QualityReport:
    """The newest figure of each kind and locale, the queues, and the annotators you may see."""

    measurements: tuple[Measurement, ...]
    queues: Queues
    annotators: tuple[Annotator, ...] = ()


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

    def export_judgments(self, project: str, path: Path | str) -> Path:
        """Write every judgment as it stands to `path`: JSON Lines, or CSV where it ends so.

        The columns are those of a release's judgments. The file appears once it is whole.

        :raises TransportError: the export broke off; nothing was written.
        """
        target = Path(path)
        form = "csv" if target.suffix.lower() == ".csv" else "jsonl"
        partial, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with (
                os.fdopen(partial, "wb") as out,
                self._transport.stream(
                    f"/projects/{project}/judgments/export?format={form}"
                ) as response,
            ):
                if BROKE_OFF.match(_copied(response.iter_bytes(), out)):
                    raise TransportError("The export broke off. Nothing was written; try again.")
            Path(name).chmod(0o644)
            os.replace(name, target)
        finally:
            Path(name).unlink(missing_ok=True)
        return target


def _copied(pieces: Iterator[bytes], out: BinaryIO) -> bytes:
    """Write all pieces; returns the last line, if it is a short one."""
    tail = b""
    for piece in pieces:
        out.write(piece)
        tail = (tail + piece)[-LONGEST_LAST_LINE:]
    return tail.rstrip(b"\n").rpartition(b"\n")[2]


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
