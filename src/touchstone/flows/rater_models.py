"""What is known of a locale's raters: fitted from standing work, calibrated by gold, read back.

Dynamic overlap asks these models how sure an item is. They come from the same method as the
consensus by default; only the calibration differs: gold items are judged by many people and other
items by a few, so gold speaks here through as many judgments as an item gets at first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

import assay
from assay.consensus import OnlinePosterior, community_consensus
from assay.consensus.calibration import KnownItems, temperature
from assay.consensus.collecting import HALF_TRUST
from assay.consensus.result import ConsensusResult
from assay.data import Labels
from assay.results import TooLittle, plain
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.labeling.policies import Outcome
from touchstone.apps.labeling.stopping import keep_fit
from touchstone.apps.quality.queries import accepted_grades, standing_judgments

if TYPE_CHECKING:
    from datetime import datetime

    from touchstone.apps.labeling.models import RaterFit
    from touchstone.apps.planning.models import Plan, Project

ABSTAIN = [Outcome.CANNOT_JUDGE.value, Outcome.ESCALATE.value]


def fit_raters(
    *, project: Project, plan: Plan, locale_tag: str, at: datetime
) -> RaterFit | TooLittle:
    """Fit the raters of a locale on the work that stands, and keep the fit.

    TooLittle where nothing tells good raters from bad yet.
    """
    rows = list(
        standing_judgments(project)
        .filter(item__query__locale=locale_tag)
        .values_list("item_id", "annotator_id", "grade", "outcome")
    )
    labels = Labels.from_triples(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] if row[3] == Outcome.LABEL else row[3] for row in rows],
        classes=list(parse_schema(plan.task_type.schema).grades),
        abstain=ABSTAIN,
    )
    found = community_consensus(labels)
    if isinstance(found, TooLittle):
        return found
    exponent, gold_items = _calibration(found, rows, accepted_grades(project), plan.overlap)
    fitted = _fields(found, labels) | {"exponent": exponent, "gold_items": gold_items}
    return keep_fit(
        project=project, locale_tag=locale_tag, fitted=fitted | {"judgments": len(rows)}, at=at
    )


def _fields(found: ConsensusResult, labels: Labels) -> dict[str, Any]:
    assert found.confusion is not None, "communities model raters"
    confusion = zip(found.rater_ids, found.confusion.round(6).tolist(), strict=True)
    return {
        "method": found.method,
        "method_version": assay.__version__,
        "parameters": plain(found.parameters),
        "input_hash": found.input_hash,
        "classes": list(found.classes),
        "model": {
            "prior": found.class_prior.tolist(),
            "confusion": {str(rater): rows for rater, rows in confusion},
            "unheard_odds": found.parameters.get("unheard_odds"),
        },
        "items": labels.n_items,
    }


def _calibration(
    found: ConsensusResult,
    rows: list[tuple[int, int, int | None, str]],
    accepted: Mapping[int, list[int]],
    judgments: int,
) -> tuple[float, int]:
    """The exponent that fits gold, and by how many items; the careful default without enough."""
    given: dict[int, list[tuple[int, int]]] = {}
    for item, rater, grade, _outcome in rows:
        if item in accepted and grade is not None and len(given.setdefault(item, [])) < judgments:
            given[item].append((rater, grade))
    if not given:
        return HALF_TRUST, 0
    online = OnlinePosterior(found)
    posterior = np.array([_heard(online, item, pairs) for item, pairs in given.items()])
    right = np.array([[grade in accepted[item] for grade in found.classes] for item in given])
    heat = temperature(posterior, KnownItems(np.arange(len(given)), right, 0))
    return (HALF_TRUST, 0) if isinstance(heat, TooLittle) else (heat.exponent, heat.n)


def _heard(online: OnlinePosterior, item: int, pairs: list[tuple[int, int]]) -> list[float]:
    for rater, grade in pairs:
        online.add(item, rater, grade)
    return online.posterior(item)


class RaterModels:
    """A fit that was kept, read back to say how sure an item is."""

    def __init__(self, fit: RaterFit) -> None:
        self.fit = fit
        self._online = OnlinePosterior(_result(fit), exponent=fit.exponent)
        self._classes = frozenset(fit.classes)

    def posterior(self, judged: Iterable[tuple[int, int | None]]) -> tuple[float, ...]:
        """What (rater, grade) pairs on one item say, in the order of the fit's classes.

        A judgment without a grade, or with one that the fit's scale lacks, says nothing.
        """
        self._online.forget("item")
        for rater, grade in judged:
            if grade in self._classes:
                self._online.add("item", rater, grade)
        return tuple(self._online.posterior("item"))


@lru_cache(maxsize=32)
def _result(fit: RaterFit) -> ConsensusResult:
    """The part of a consensus that its raters' models need; fits never change."""
    confusion = {int(rater): rows for rater, rows in fit.model["confusion"].items()}
    n = len(fit.classes)
    return ConsensusResult(
        item_ids=(), rater_ids=tuple(confusion), classes=tuple(fit.classes),
        posterior=np.empty((0, n)), labels=np.empty(0, np.int64), p_top=np.empty(0),
        tied=np.empty(0, np.bool_), votes=np.empty(0, np.int64),
        class_prior=np.array(fit.model["prior"]),
        confusion=np.array(list(confusion.values())),
        log_likelihood=None, objective=(), n_iter=0, converged=True, warnings=(),
        method=fit.method, parameters={"unheard_odds": fit.model["unheard_odds"]},
        input_hash=fit.input_hash,
    )  # fmt: skip
