"""Commands that plan and estimate: accept, size, judge, curve."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np

from assay._arrays import BoolArray, FloatArray
from assay.acceptance import (
    DesignedPlan,
    SinglePlan,
    acceptance_chance,
    decide_lot,
    single_plan,
    zero_defect_plan,
)
from assay.cli.output import ESTIMATES, Report, add_output, estimated, short, tell
from assay.cli.tables import numbers
from assay.economics import Form, error_at, fit_learning_curve, labels_needed_for
from assay.intervals import wilson
from assay.judges import greg, human_only, predicted_saving, rate
from assay.results import Estimate, TooLittle
from assay.sizing import (
    SampleSize,
    ab_size,
    bridge_set_size,
    paired_topics,
    proportion_sample_size,
    side_by_side_size,
    zero_defect_size,
)


def add_to(commands: Any) -> None:
    """Add the four commands."""
    _add_accept(commands)
    _add_size(commands)
    _add_judge(commands)
    _add_curve(commands)


def _add_accept(commands: Any) -> None:
    command = commands.add_parser(
        "accept", help="how many labels of a lot to check, and the verdict"
    )
    command.add_argument("--aql", type=float, help="defect share that should pass, e.g. 0.02")
    command.add_argument(
        "--ltpd", type=float, required=True, help="share that should not, e.g. 0.06"
    )
    command.add_argument("--alpha", type=float, default=0.05, help="chance to reject at aql")
    command.add_argument("--beta", type=float, default=0.10, help="chance to accept at ltpd")
    command.add_argument("--lot", type=int, help="labels in the lot, when it is small")
    command.add_argument("--checked", type=int, help="checks made so far: asks for a verdict")
    command.add_argument("--defects", type=int, help="defects among them")
    add_output(command)
    command.set_defaults(run=_accept)


def _accept(given: argparse.Namespace) -> int:
    if (given.checked is None) != (given.defects is None):
        raise ValueError("--checked and --defects go together")
    found = _designed(given)
    if isinstance(found, TooLittle):
        return short(found)
    plan = found.plan
    notes, verdict = [f"check {plan.n} at random; accept with at most {plan.c} defects"], None
    if given.checked is not None:
        verdict = decide_lot(plan, checked=given.checked, defects=given.defects)
        notes.append(f"{verdict.verdict}: {verdict.reason}")
    return tell(Report(("defect_share", "chance_to_accept"), _curve_of(plan, given), tuple(notes),
                       found.warnings, {"plan": found, "verdict": verdict}), given)  # fmt: skip


def _designed(given: argparse.Namespace) -> DesignedPlan | TooLittle:
    if given.aql is None:
        return zero_defect_plan(given.ltpd, beta=given.beta, lot_size=given.lot)
    return single_plan(
        given.aql, given.ltpd, alpha=given.alpha, beta=given.beta, lot_size=given.lot
    )


def _curve_of(plan: SinglePlan, given: argparse.Namespace) -> list[tuple[float, float]]:
    """The operating characteristic at the two promises and around them."""
    told = {given.ltpd, given.aql or given.ltpd}
    shares = sorted(told | {step * given.ltpd for step in (0.25, 0.5, 0.75, 1.25, 1.5, 2)})
    inside = [share for share in shares if share < 1]
    return list(zip(inside, np.asarray(acceptance_chance(plan, inside)).tolist(), strict=True))


Sized = Callable[[argparse.Namespace], SampleSize | TooLittle]

QUESTIONS: Mapping[str, tuple[str, tuple[str, ...], Sized]] = {
    "share": ("know a share to ± half-width", ("half-width",),
              lambda g: proportion_sample_size(g.half_width, level=g.level)),
    "zero-defects": ("claim fewer than `most` defects when none is found", ("most",),
                     lambda g: zero_defect_size(g.most, level=g.level)),
    "queries": ("find a mean difference of two systems; sd of per-query differences",
                ("sd", "difference"),
                lambda g: paired_topics(g.sd, g.difference, alpha=g.alpha, power=g.power)),
    "side-by-side": ("tell a win rate from one half", ("win-rate", "tie-rate"),
                     lambda g: side_by_side_size(g.win_rate, g.tie_rate, alpha=g.alpha,
                                                 power=g.power)),
    "bridge": ("label items twice to see a guideline change: shares only the one, only the other, "
               "finds", ("first", "second"),
               lambda g: bridge_set_size(g.first, g.second, alpha=g.alpha, power=g.power)),
    "ab": ("tell two rates apart on line, units in each arm", ("first", "second"),
           lambda g: ab_size(g.first, g.second, alpha=g.alpha, power=g.power)),
}  # fmt: skip


ESTIMATED = ("share", "zero-defects")
RISKS = {
    True: (("level", 0.95, "confidence (default 0.95)"),),
    False: (("alpha", 0.05, "chance of a false find (default 0.05)"),
            ("power", 0.8, "chance to find what is there (default 0.8)")),
}  # fmt: skip


def _add_size(commands: Any) -> None:
    command = commands.add_parser("size", help="how many items, queries or comparisons are needed")
    questions = command.add_subparsers(required=True, metavar="question")
    for name, (what, options, sized) in QUESTIONS.items():
        question = questions.add_parser(name, help=what)
        for option in options:
            question.add_argument(f"--{option}", type=float, required=True)
        for option, default, told in RISKS[name in ESTIMATED]:
            question.add_argument(f"--{option}", type=float, default=default, help=told)
        add_output(question)
        question.set_defaults(run=_size, sized=sized, question=name)


def _size(given: argparse.Namespace) -> int:
    found = given.sized(given)
    if isinstance(found, TooLittle):
        return short(found)
    rows = [(given.question, found.n, found.method)]
    return tell(Report(("question", "n", "method"), rows, (), (), {"size": found}), given)


def _add_judge(commands: Any) -> None:
    command = commands.add_parser("judge", help="a mean from few human labels and a machine judge")
    command.add_argument(
        "file", type=Path, help="CSV, one row an item; human is blank where unlabeled"
    )
    command.add_argument("--human", default="human", metavar="COLUMN")
    command.add_argument("--judge", default="judge", metavar="COLUMN")
    command.add_argument("--relevant-from", type=float, metavar="GRADE",
                         help="estimate the share from this grade on, not the mean")  # fmt: skip
    add_output(command)
    command.set_defaults(run=_judge)


def _judge(given: argparse.Namespace) -> int:
    human, judge = numbers(given.file, (given.human, given.judge), may_be_empty=given.human)
    if given.relevant_from is not None:
        human = np.where(np.isnan(human), np.nan, human >= given.relevant_from)
        judge = np.asarray(judge >= given.relevant_from, dtype=np.float64)
    known = ~np.isnan(human)
    parts = human[known], judge[known], judge[~known]
    with_judge = greg(*parts) if given.relevant_from is None else rate(*parts)
    alone = _alone(human, known, given)
    if isinstance(with_judge, TooLittle):
        return short(with_judge)
    rows = [
        estimated("people and judge", with_judge),
        estimated("people alone", alone),
        estimated("saving ρ²", predicted_saving(*parts[:2])),
        ("judge alone (biased)", float(judge.mean()), None, None, len(judge), "mean of the judge"),
    ]
    notes = (f"{int(known.sum())} of {len(human)} items have a human label",)
    return tell(Report(ESTIMATES, rows, notes, with_judge.warnings), given)


def _alone(human: FloatArray, known: BoolArray, given: argparse.Namespace) -> Estimate | TooLittle:
    """What people's labels say alone; a share by Wilson, so that 0 of 80 is no certainty."""
    held = human[known]
    if given.relevant_from is None:
        return human_only(held, population=len(human))
    return wilson(int(held.sum()), len(held))


def _add_curve(commands: Any) -> None:
    command = commands.add_parser("curve", help="what more labels would bring, as a fan")
    command.add_argument("file", type=Path, help="CSV, one row a training size tried")
    command.add_argument("--size", default="n", metavar="COLUMN", help="labels (default n)")
    command.add_argument("--error", default="error", metavar="COLUMN", help="(default error)")
    command.add_argument("--sd", type=float, help="standard error of each error, if known")
    command.add_argument("--target", type=float, help="the error to reach: asks for the labels")
    command.add_argument(
        "--form", default="power_offset", choices=get_args(Form), help="(default power_offset)"
    )
    command.add_argument("--seed", type=int, default=0, help="seed of the fan (default 0)")
    add_output(command)
    command.set_defaults(run=_curve)


def _curve(given: argparse.Namespace) -> int:
    sizes, errors = numbers(given.file, (given.size, given.error))
    curve = fit_learning_curve(
        sizes, errors, rng=np.random.default_rng(given.seed), form=given.form, sd=given.sd
    )
    if isinstance(curve, TooLittle):
        return short(curve)
    ahead = np.concatenate([curve.sizes, curve.sizes[-1] * 2.0 ** np.arange(1, 4)])
    fan = error_at(curve, ahead)
    seen = [*curve.errors.tolist(), None, None, None]
    rows = list(zip(ahead.tolist(), seen, fan.value.tolist(), fan.p10.tolist(), fan.p90.tolist(),
                    strict=True))  # fmt: skip
    notes, warnings = [curve.method], list(dict.fromkeys(curve.warnings + fan.warnings))
    needed = None
    if given.target is not None:
        needed = labels_needed_for(curve, given.target)
        notes.append(f"for an error of {given.target:g}: {needed}")
        warnings += [told for told in needed.warnings if told not in warnings]
    columns = ("labels", "measured", "fitted", "p10", "p90")
    return tell(Report(columns, rows, tuple(notes), tuple(warnings), {"needed": needed}), given)
