"""The return: a range from a chain of stored assumptions, or the reason why there is none."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from scipy.stats import norm

from tests.factories.datasets import a_release
from tests.factories.evaluations import an_evaluation
from tests.factories.labeled import LATER, Labeled
from touchstone.apps.economics.models import ReturnEstimate
from touchstone.apps.economics.operations import (
    InvalidAssumptions,
    NothingToReturn,
    estimate_return,
    post_fixed_cost,
)
from touchstone.apps.economics.policies import Assumptions
from touchstone.apps.economics.queries import newest_return, returns_of
from touchstone.apps.evaluations.models import Evaluation

pytestmark = pytest.mark.slow  # each needs an evaluation to be worth something

CERTAIN = Assumptions(slope_mean=1, slope_sd=0, value_sd_share=0, p_launch=1, attribution=1)


@pytest.fixture
def evaluation(scene: Labeled) -> Evaluation:
    return an_evaluation(scene, a_release(scene))


def spend(scene: Labeled, amount: str = "100000") -> None:
    post_fixed_cost(
        project=scene.project, amount=Decimal(amount), currency="EUR", quality_class="production",
        note="All of it", by=scene.owner, at=LATER,
    )  # fmt: skip


def estimate(evaluation: Evaluation, **changes: Any) -> ReturnEstimate:
    given = {"metric": "nDCG@10", "assumptions": Assumptions(), "seed": 5} | changes
    return estimate_return(evaluation=evaluation, by=evaluation.by, at=LATER, **given)


def test_a_certain_chain_gives_the_textbook_answer(scene: Labeled, evaluation: Evaluation) -> None:
    """With all else known, the return is normal: its mean and chance have closed forms."""
    spend(scene)
    found = estimate(evaluation, assumptions=CERTAIN)
    compared = evaluation.comparisons.get(metric="nDCG@10")
    value = scene.project.request.value_per_point_minor_units
    mean, sd = 100 * compared.difference * value, 100 * compared.standard_error * value

    assert found.cost_minor_units == 10_000_000
    assert found.roi_mean == pytest.approx((mean - 10_000_000) / 10_000_000)
    assert found.p_positive == pytest.approx(norm.sf(10_000_000, mean, sd), abs=1e-6)
    assert found.value_p50_minor_units == pytest.approx(mean, abs=1)
    assert found.value_p10_minor_units == pytest.approx(norm.ppf(0.1, mean, sd), abs=1)


def test_the_return_is_a_range(scene: Labeled, evaluation: Evaluation) -> None:
    spend(scene)
    found = estimate(evaluation, assumptions=Assumptions(p_launch=0.6))

    assert found.roi_p10 < found.roi_p50 < found.roi_p90
    assert found.value_p10_minor_units < found.value_p50_minor_units < found.value_p90_minor_units
    assert 0 < found.p_positive < 0.6


def test_the_defaults_promise_no_more_than_experiments_keep(
    scene: Labeled, evaluation: Evaluation
) -> None:
    spend(scene)
    assert estimate(evaluation).p_positive <= 0.21


def test_everything_to_compute_it_again_is_stored(scene: Labeled, evaluation: Evaluation) -> None:
    spend(scene)
    first, again = estimate(evaluation), estimate(evaluation)
    other = estimate(evaluation, seed=6)
    bolder = estimate(evaluation, assumptions=Assumptions(p_launch=0.3))

    assert first.parameters["assumptions"] == Assumptions().as_dict()
    assert first.parameters["draws"]
    assert first.value_source == scene.project.request.value_source
    assert (first.method_version, first.seed) == (evaluation.method_version, 5)
    assert first.roi_mean == again.roi_mean != other.roi_mean
    assert first.input_hash == again.input_hash == other.input_hash != bolder.input_hash


def test_a_larger_cost_is_a_smaller_return(scene: Labeled, evaluation: Evaluation) -> None:
    spend(scene, "1000")
    cheap = estimate(evaluation)
    spend(scene, "50000")
    dear = estimate(evaluation)

    assert dear.cost_minor_units == 51 * cheap.cost_minor_units
    assert dear.roi_mean < cheap.roi_mean
    assert dear.p_positive < cheap.p_positive


def test_estimates_come_newest_first(scene: Labeled, evaluation: Evaluation) -> None:
    assert newest_return(scene.project) is None
    spend(scene)
    first, second = estimate(evaluation), estimate(evaluation)

    assert list(returns_of(scene.project)) == [second, first]
    assert newest_return(scene.project) == second


def test_without_a_cost_there_is_no_return(evaluation: Evaluation) -> None:
    with pytest.raises(NothingToReturn, match="no cost yet"):
        estimate(evaluation)
    assert not ReturnEstimate.objects.exists()


def test_costs_that_were_taken_back_are_none(scene: Labeled, evaluation: Evaluation) -> None:
    spend(scene)
    spend(scene, "-100000")
    with pytest.raises(NothingToReturn, match="no cost yet"):
        estimate(evaluation)


def test_a_metric_that_was_not_measured_is_refused(scene: Labeled, evaluation: Evaluation) -> None:
    spend(scene)
    with pytest.raises(NothingToReturn, match="MRR"):
        estimate(evaluation, metric="MRR")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("p_launch", 1.1),
        ("attribution", -0.1),
        ("slope_sd", -1),
        ("value_sd_share", float("nan")),
        ("slope_mean", float("inf")),
    ],
)
def test_an_assumption_out_of_range_is_refused_by_name(
    scene: Labeled, evaluation: Evaluation, field: str, value: float
) -> None:
    spend(scene)
    with pytest.raises(InvalidAssumptions, match=field) as told:
        estimate(evaluation, assumptions=replace(Assumptions(), **{field: value}))
    assert told.value.details["field"] == field
    assert not ReturnEstimate.objects.exists()
