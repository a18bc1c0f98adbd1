"""What a measure is: a name, and a number for each query read off an alignment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from assay._arrays import FloatArray
from assay.metrics.alignment import Aligned
from assay.metrics.policy import Policy
from assay.results import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Result, ABC):
    """A measure with its own choices fixed; the choices that all measures share are the `Policy`'s.

    Give measures to `evaluate`; for one measure of one run there is a function of its own.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """The measure with its own choices, such as ``ap@10(from=2)``."""

    @property
    def least_relevant(self) -> int:
        """The grade from which a query counts as having a relevant document."""
        return 1

    def under(self, policy: Policy) -> Policy:
        """The policy that the measure really follows when asked to follow `policy`."""
        return policy

    @abstractmethod
    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """The value of each query, shape (Q,); `aligned` is condensed already if need be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryMeasure(Measure, ABC):
    """A measure that knows relevant and not: relevant are grades from `relevant_from` on.

    :raises ValueError: `relevant_from` is below 1.
    """

    relevant_from: int

    def __post_init__(self) -> None:
        relevant_grade(self.relevant_from)

    @property
    def least_relevant(self) -> int:
        """The grade from which a query counts as having a relevant document."""
        return self.relevant_from


def cut_off(k: int | None) -> int | None:
    """Return `k` when it is a depth to cut at, or None for whole rankings.

    :raises ValueError: it is below 1.
    """
    if k is not None and k < 1:
        raise ValueError(f"the cut-off must be at least 1, not {k}")
    return k


def relevant_grade(relevant_from: int) -> int:
    """Return `relevant_from` when it is a grade that a document can be relevant at.

    :raises ValueError: it is below 1.
    """
    if relevant_from < 1:
        raise ValueError(f"relevant_from must be a grade of at least 1, not {relevant_from}")
    return relevant_from


def titled(stem: str, k: int | None, *choices: str) -> str:
    """``stem@k(choice,choice)``, without the parts that are not there."""
    depth = "" if k is None else f"@{k}"
    return f"{stem}{depth}({','.join(choices)})" if choices else f"{stem}{depth}"
