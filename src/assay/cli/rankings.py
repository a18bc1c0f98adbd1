"""Commands on TREC files: evaluate runs, compare two of them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from assay.cli.output import Report, add_output, say, short, tell
from assay.comparison import effect_size, paired_by_query, paired_t, sign_flip
from assay.metrics import (
    ERR,
    NDCG,
    RBP,
    TREC,
    AveragePrecision,
    BPref,
    Evaluation,
    Judged,
    Measure,
    Precision,
    Recall,
    ReciprocalRank,
    Success,
    evaluate,
)
from assay.results import TooLittle
from assay.trec import MalformedTrec, parse_qrels, parse_run

Named = Callable[[int | None, argparse.Namespace], Measure]

MEASURES: Mapping[str, Named] = {
    "ndcg": lambda k, _: NDCG(k=k),
    "ap": lambda k, given: AveragePrecision(k=k, relevant_from=given.relevant_from),
    "rr": lambda k, given: ReciprocalRank(k=k, relevant_from=given.relevant_from),
    "p": lambda k, given: Precision(k=_cut(k, "p"), relevant_from=given.relevant_from),
    "precision": lambda k, given: MEASURES["p"](k, given),
    "recall": lambda k, given: Recall(k=_cut(k, "recall"), relevant_from=given.relevant_from),
    "success": lambda k, given: Success(k=_cut(k, "success"), relevant_from=given.relevant_from),
    "bpref": lambda _, given: BPref(relevant_from=given.relevant_from),
    "err": lambda k, given: ERR(k=k, max_grade=given.max_grade),
    "rbp": lambda _, given: RBP(persistence=given.persistence, relevant_from=given.relevant_from),
    "judged": lambda k, _: Judged(k=_cut(k, "judged")),
}

USUAL = ("ndcg@10", "ap", "rr", "p@10", "judged@10")


def add_to(commands: Any) -> None:
    """Add the two commands."""
    one = commands.add_parser("evaluate", help="ranking metrics of runs, with intervals")
    _add_input(one)
    one.add_argument(
        "--measure", action="append", metavar="NAME", help=f"such as {', '.join(USUAL)}"
    )
    one.set_defaults(run=_evaluate)
    two = commands.add_parser("compare", help="is the second run better than the first?")
    _add_input(two)
    two.add_argument("--measure", default="ndcg@10", metavar="NAME", help="default ndcg@10")
    two.add_argument("--seed", type=int, default=0, help="seed of the permutations (default 0)")
    two.set_defaults(run=_compare)


def _add_input(command: argparse.ArgumentParser) -> None:
    command.add_argument("--qrels", type=Path, required=True, metavar="FILE", help="TREC judgments")
    command.add_argument("--run", type=Path, required=True, action="append", dest="runs",
                         metavar="FILE", help="a TREC run; may be repeated")  # fmt: skip
    command.add_argument("--relevant-from", type=int, default=1, metavar="GRADE",
                         help="the lowest grade that is relevant (default 1)")  # fmt: skip
    command.add_argument("--max-grade", type=int, default=None, metavar="GRADE",
                         help="top of the scale, for err (default: highest judged)")  # fmt: skip
    command.add_argument("--persistence", type=float, default=0.8, help="of rbp (default 0.8)")
    add_output(command)


def _evaluate(given: argparse.Namespace) -> int:
    found = _measured(given, given.measure or list(USUAL))
    rows = [
        (system, measure, *_interval(found.result(measure, system)))
        for measure in found.measures
        for system in found.systems
    ]
    warnings = dict.fromkeys(f"{result.metric.split(':')[0]}: {told}"
                             for result in found.results for told in result.warnings)  # fmt: skip
    if not any(row[-1] for row in rows):
        raise ValueError(f"{given.qrels} judges no query of the runs")
    columns = ("run", "measure", "mean", "low", "high", "queries")
    return tell(Report(columns, rows, (f"policy: {found.policy}",), tuple(warnings)), given)


def _interval(result: Any) -> tuple[object, ...]:
    found = result.mean
    if isinstance(found, TooLittle):
        return (float(np.mean(result.values)) if len(result.values) else None, None, None, found.n)
    return found.value, found.low, found.high, found.n


def _compare(given: argparse.Namespace) -> int:
    if len(given.runs) != 2:
        raise ValueError(f"compare takes two runs, not {len(given.runs)}: --run first --run second")
    found = _measured(given, [given.measure])
    (measure,) = found.measures
    first, second = (found.result(measure, system).by_query() for system in found.systems)
    left, right, queries = paired_by_query(first, second)
    flipped = sign_flip(left, right, rng=np.random.default_rng(given.seed))
    if isinstance(flipped, TooLittle):
        return short(flipped)
    gap = flipped.difference
    rows: list[tuple[object, ...]] = [
        ("second − first", gap.value, gap.low, gap.high, flipped.p_value)
    ]
    student = paired_t(left, right)
    if not isinstance(student, TooLittle):
        rows.append(("… by paired t", gap.value, gap.low, gap.high, student.p_value))
    size = effect_size(left, right)
    if not isinstance(size, TooLittle):
        rows.append(("effect size d_z", size.value, size.low, size.high, None))
    rows += [(f"{name} ({measure})", values.mean(), None, None, None)
             for name, values in zip(found.systems, (left, right), strict=True)]  # fmt: skip
    columns = ("what", "value", "low", "high", "p")
    notes = (f"{len(queries)} queries; {flipped.method}", f"policy: {found.policy}")
    return tell(Report(columns, rows, notes, flipped.warnings), given)


def _measured(given: argparse.Namespace, measures: list[str]) -> Evaluation:
    qrels = _parsed(given.qrels, parse_qrels)
    runs: dict[str, Any] = {}
    for path in given.runs:
        run = _parsed(path, parse_run)
        name = run.tag if run.tag not in runs else str(path)
        if name in runs:
            raise ValueError(f"{path} is given twice")
        runs[name] = run.scores
    if given.max_grade is None:
        given.max_grade = max([1, *(grade for held in qrels.values() for grade in held.values())])
    extra = len(set().union(*runs.values()) - set(qrels))
    if extra:
        say(f"warning: {extra} queries of the runs have no judgments and count nowhere")
    return evaluate(qrels, runs, [_measure(name, given) for name in measures], policy=TREC)


def _measure(name: str, given: argparse.Namespace) -> Measure:
    found = re.fullmatch(r"([a-z]+)(?:@(\d+))?", name.strip().lower())
    if found is None or found[1] not in MEASURES:
        raise ValueError(f"no measure {name!r}: one of {', '.join(MEASURES)}, with @k where cut")
    return MEASURES[found[1]](int(found[2]) if found[2] else None, given)


def _cut(k: int | None, name: str) -> int:
    if k is None:
        raise ValueError(f"{name} needs a cut-off, such as {name}@10")
    return k


def _parsed(path: Path, parse: Callable[[Any], Any]) -> Any:
    try:
        with path.open(encoding="utf-8") as lines:
            return parse(lines)
    except MalformedTrec as problem:
        raise ValueError(f"{path}, {problem}") from None
    except UnicodeDecodeError as problem:
        raise ValueError(f"{path} is not UTF-8 (byte {problem.start}): save it as UTF-8") from None
    except OSError as problem:
        raise ValueError(f"cannot read {path}: {problem.strerror or problem}") from None
