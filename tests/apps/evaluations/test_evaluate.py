"""Comparing two runs on a release: the numbers, what is reported, what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import pytrec_eval

from tests.factories.datasets import a_release
from tests.factories.evaluations import a_system_run, an_evaluation, best_and_worst
from tests.factories.labeled import LATER, Labeled, UserFactory, a_labeled_project, with_role
from touchstone.apps.datasets.models import Release
from touchstone.apps.datasets.queries import qrels_of
from touchstone.apps.evaluations.models import Evaluation, MetricResult, SystemRun
from touchstone.apps.evaluations.operations import (
    ForeignRun,
    InvalidThreshold,
    NothingToEvaluate,
    SameRun,
    UnknownQueries,
    evaluate,
)
from touchstone.apps.evaluations.queries import (
    evaluation_for,
    evaluations_of,
    newest_evaluation,
    run_for,
    runs_of,
)
from touchstone.apps.people.models import Role
from touchstone.lib.errors import NotVisible

pytestmark = pytest.mark.slow  # each labels, releases and evaluates

NDCG, PRECISION = "nDCG@10", "P@10"


@pytest.fixture
def release(scene: Labeled) -> Release:
    return a_release(scene)


def compare(
    release: Release, baseline: SystemRun, candidate: SystemRun, **options: Any
) -> Evaluation:
    given = {"seed": 11, "by": release.by, "at": LATER} | options
    return evaluate(release=release, baseline=baseline, candidate=candidate, **given)


def result(evaluation: Evaluation, run: SystemRun, metric: str = NDCG) -> MetricResult:
    return evaluation.results.get(run=run, metric=metric)


def test_the_numbers_are_those_of_trec_eval(scene: Labeled, release: Release) -> None:
    made = an_evaluation(scene, release)
    qrels = qrels_of(release)
    judge = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut_10", "P_10"}, relevance_level=2)
    best, worst = best_and_worst(release)

    for run, rankings in ((made.candidate, best), (made.baseline, worst)):
        scores = {q: {d: -float(n) for n, d in enumerate(docs)} for q, docs in rankings.items()}
        wanted = judge.evaluate(scores)
        for metric, name in ((NDCG, "ndcg_cut_10"), (PRECISION, "P_10")):
            found = result(made, run, metric)
            assert found.per_query == pytest.approx({q: v[name] for q, v in wanted.items()})
            assert found.value == pytest.approx(np.mean([v[name] for v in wanted.values()]))
            assert found.low <= found.value <= found.high
            assert found.n == len(qrels)


def test_the_difference_is_paired_by_query(scene: Labeled, release: Release) -> None:
    made = an_evaluation(scene, release)
    ours, theirs = (result(made, run).per_query for run in (made.candidate, made.baseline))
    differences = np.array([ours[query] - theirs[query] for query in sorted(ours)])

    found = made.comparisons.get(metric=NDCG)
    assert found.difference == pytest.approx(differences.mean())
    assert found.standard_error == pytest.approx(
        differences.std(ddof=1) / math.sqrt(len(differences))
    )
    assert found.effect_size == pytest.approx(differences.mean() / differences.std(ddof=1))
    assert found.low < found.difference < found.high
    assert 0 < found.p_value < 0.05
    assert "sign-flip" in found.test


def test_order_alone_does_not_change_precision_of_short_lists(
    scene: Labeled, release: Release
) -> None:
    found = an_evaluation(scene, release).comparisons.get(metric=PRECISION)

    assert (found.difference, found.p_value, found.standard_error) == (0, 1, 0)
    assert found.effect_size is None


def test_the_same_seed_gives_the_same_numbers(scene: Labeled, release: Release) -> None:
    first = an_evaluation(scene, release)
    again = compare(release, first.baseline, first.candidate)
    other = compare(release, first.baseline, first.candidate, seed=12)

    def numbers(made: Evaluation) -> list[Any]:
        rows = made.results.order_by("metric", "run")
        return list(rows.values_list("metric", "run", "value", "low", "high"))

    assert numbers(first) == numbers(again)
    assert numbers(first) != numbers(other)
    assert first.input_hash == again.input_hash == other.input_hash


def test_everything_to_compute_it_again_is_stored(scene: Labeled, release: Release) -> None:
    made = an_evaluation(scene, release)

    assert made.seed == 11
    assert made.method_version
    assert made.parameters["relevant_from"] == 2
    policy = result(made, made.baseline).policy
    assert "gain=linear" in policy and "ideal=cut" in policy and "unjudged=zero" in policy
    assert "from=2" in result(made, made.baseline, PRECISION).policy


def test_another_threshold_is_another_input(scene: Labeled, release: Release) -> None:
    made = an_evaluation(scene, release)
    lower = compare(release, made.baseline, made.candidate, relevant_from=1)

    assert (
        result(lower, made.baseline, PRECISION).value > result(made, made.baseline, PRECISION).value
    )
    assert lower.input_hash != made.input_hash


def test_a_query_left_out_counts_nothing_and_is_reported(scene: Labeled, release: Release) -> None:
    best, worst = best_and_worst(release)
    partial = {query: docs for query, docs in best.items() if query not in ("q1", "q2")}
    whole, part = a_system_run(scene, "whole", worst), a_system_run(scene, "part", partial)
    made = compare(release, whole, part)

    assert result(made, part).per_query["q1"] == 0
    assert result(made, part).n == len(best)
    assert made.diagnostics["candidate"]["missing_queries"] == ["q1", "q2"]
    assert made.diagnostics["candidate"]["missing_queries_total"] == 2
    assert made.diagnostics["baseline"]["missing_queries"] == []


def test_unknown_documents_are_unjudged_and_reported(scene: Labeled, release: Release) -> None:
    best, _worst = best_and_worst(release)
    padded = {query: ["new", *docs] for query, docs in best.items()}
    made = compare(release, a_system_run(scene, "best", best), a_system_run(scene, "new", padded))

    assert made.diagnostics["baseline"]["judged_at_10"] == 1
    assert made.diagnostics["candidate"]["judged_at_10"] == pytest.approx(3 / 4)
    assert made.diagnostics["candidate"]["unjudged_in_top_10"] == len(best)
    assert made.diagnostics["judged_apart"]
    assert made.comparisons.get(metric=NDCG).difference < 0


def test_unknown_queries_are_refused_by_name(scene: Labeled, release: Release) -> None:
    best, worst = best_and_worst(release)
    strange = {f"x{number:02}": ["d"] for number in range(12)}
    baseline = a_system_run(scene, "ours", worst)
    candidate = a_system_run(scene, "theirs", best | strange)

    with pytest.raises(UnknownQueries, match=r"theirs answers 12 queries.*x00, x01.*x09 …") as told:
        compare(release, baseline, candidate)
    assert told.value.details == {"queries": sorted(strange)[:10], "total": 12}
    assert not Evaluation.objects.exists()


@pytest.mark.django_db
def test_the_test_part_is_measured_alone() -> None:
    scene = a_labeled_project(queries=40, documents=2)
    release = a_release(scene)
    made = an_evaluation(scene, release)
    held_out = compare(release, made.baseline, made.candidate, part="test")

    assert set(result(held_out, made.baseline).per_query) == set(
        qrels_of(release, "qrels-test.txt")
    )
    assert held_out.input_hash != made.input_hash


def test_a_run_is_not_compared_with_itself(scene: Labeled, release: Release) -> None:
    run = a_system_run(scene, "ours", best_and_worst(release)[0])
    with pytest.raises(SameRun):
        compare(release, run, run)


def test_another_projects_run_is_refused(scene: Labeled, release: Release) -> None:
    other = a_labeled_project(key="other")
    best, worst = best_and_worst(release)
    with pytest.raises(ForeignRun):
        compare(release, a_system_run(scene, "a", best), a_system_run(other, "b", worst))


@pytest.mark.parametrize("threshold", [0, 4])
def test_a_threshold_off_the_scale_is_refused(
    scene: Labeled, release: Release, threshold: int
) -> None:
    best, worst = best_and_worst(release)
    with pytest.raises(InvalidThreshold):
        compare(
            release, a_system_run(scene, "a", best), a_system_run(scene, "b", worst),
            relevant_from=threshold,
        )  # fmt: skip


@pytest.mark.django_db
def test_four_queries_are_too_few() -> None:
    scene = a_labeled_project(queries=4)
    with pytest.raises(NothingToEvaluate, match="at least five"):
        an_evaluation(scene, a_release(scene))
    assert not Evaluation.objects.exists()


def test_a_release_that_holds_nothing_out_has_no_test_part(scene: Labeled) -> None:
    release = a_release(scene, test_share=0)
    best, worst = best_and_worst(release)
    with pytest.raises(NothingToEvaluate, match="holds out no queries"):
        compare(
            release, a_system_run(scene, "a", best), a_system_run(scene, "b", worst), part="test"
        )


def test_who_sees_an_evaluation(scene: Labeled, release: Release) -> None:
    made = an_evaluation(scene, release)

    for viewer in (scene.requester, scene.owner, with_role(Role.STAKEHOLDER)):
        assert evaluation_for(viewer, made.pk) == made
    for outsider in (UserFactory(), scene.raters[0]):
        with pytest.raises(NotVisible):
            evaluation_for(outsider, made.pk)
    with pytest.raises(NotVisible):
        evaluation_for(scene.owner, made.pk + 1)


def test_runs_and_evaluations_of_a_project(scene: Labeled, release: Release) -> None:
    made = an_evaluation(scene, release)
    other = a_labeled_project(key="other")

    assert list(evaluations_of(scene.project)) == [newest_evaluation(scene.project)] == [made]
    assert list(runs_of(scene.project)) == [made.candidate, made.baseline]
    assert newest_evaluation(other.project) is None
    with pytest.raises(NotVisible):
        run_for(other.project, made.baseline.pk)
    assert run_for(scene.project, made.baseline.pk) == made.baseline
