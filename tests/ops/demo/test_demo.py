"""The demonstration's numbers, asserted from the data itself.

Every figure is computed here a second time, straight from the files and by other code than the
product's: crowd-kit, pytrec_eval and a few plain lines.
"""

import csv
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas
import pytest
import pytrec_eval
from crowdkit.aggregation import MajorityVote
from crowdkit.metrics.data import alpha_krippendorff
from django.conf import settings

from touchstone.apps.consensus.queries import gold_check, labels_of, newest_run
from touchstone.apps.datasets.queries import newest_release, qrels_of
from touchstone.apps.economics.queries import newest_return
from touchstone.apps.evaluations.queries import newest_evaluation
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.labeling.queries import counted_judgments, progress_of
from touchstone.apps.planning.queries import project_by_key
from touchstone.apps.quality.queries import newest_measurements, rater_rows
from touchstone.ops.demo import open_data, pilots, play
from touchstone.ops.errors import OperatorError

# One worker plays the demonstration for all of these.
pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.xdist_group("demo")]

DATA = Path(settings.ROOT) / "demo" / "data"


def rows(*parts):
    with DATA.joinpath(*parts).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def project(played):
    return project_by_key(open_data.KEY)


@pytest.fixture(scope="module")
def labels():
    return rows("arcs", "labels.csv")


@pytest.fixture(scope="module")
def gold():
    return {r["item"]: {int(g) for g in r["truth"].split("|")} for r in rows("arcs", "truth.csv")}


def test_every_check_holds_and_a_second_run_finds_the_same(played):
    told, first, second = played
    assert all(check.holds for check in first)
    assert second == first
    assert "  Open-data search relevance, en: played before" in told


def test_passwords_are_told_once_and_differ_between_runs(played):
    told, _first, _second = played
    lines = [line for line in told if "owner@" in line]
    assert len(lines) == 2
    assert lines[0] != lines[1]


def test_every_judgment_is_stored_with_its_answer_its_rater_and_its_time(project, labels):
    stored = Counter(
        (j.item.key, j.annotator.email.split("@")[0], j.grade, j.submitted_at)
        for j in counted_judgments(project).select_related("item", "annotator")
    )
    recorded = Counter(
        (
            r["item"],
            r["rater"],
            None if r["label"] == "-1" else int(r["label"]),
            datetime.fromisoformat(r["submitted_at"] + "+00:00"),
        )
        for r in labels
    )
    assert stored == recorded


def test_gold_marks_agree_with_the_accepted_answers(project, labels, gold):
    hits, trials = Counter(), Counter()
    for r in labels:
        if r["item"] in gold and r["label"] != "-1":
            trials[r["rater"]] += 1
            hits[r["rater"]] += int(r["label"]) in gold[r["item"]]
    found = {
        row.user.email.split("@")[0]: (row.gold_hits, row.gold_trials)
        for row in rater_rows(project, project.owner, None)
    }
    assert found == {rater: (hits[rater], trials[rater]) for rater in {r["rater"] for r in labels}}
    measured = newest_measurements(project)["gold_accuracy", None]
    assert measured.value == pytest.approx(sum(hits.values()) / sum(trials.values()))


def test_alpha_agrees_with_crowd_kit(project, labels, gold):
    """Ordinal: the squared distance of midranks, given to crowd-kit as its distance."""
    graded = [r for r in labels if r["label"] != "-1" and r["item"] not in gold]
    # Only items with two labels or more are pairable.
    sizes = Counter(r["item"] for r in graded)
    counts = Counter(int(r["label"]) for r in graded if sizes[r["item"]] > 1)

    def ordinal(a, b):
        low, high = min(a, b), max(a, b)
        between = sum(counts[g] for g in range(low, high + 1))
        return (between - (counts[low] + counts[high]) / 2) ** 2

    answers = pandas.DataFrame(
        [(r["item"], r["rater"], int(r["label"])) for r in graded],
        columns=["task", "worker", "label"],
    )
    expected = alpha_krippendorff(answers, distance=ordinal)
    measured = newest_measurements(project)["alpha", None]
    assert measured.value == pytest.approx(expected, abs=1e-9)
    assert measured.low < expected < measured.high


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # crowd-kit's own use of pandas
def test_majority_vote_agrees_with_crowd_kit_where_there_is_a_majority(project, labels):
    frame = pandas.DataFrame(
        [(r["item"], r["rater"], int(r["label"])) for r in labels if r["label"] != "-1"],
        columns=["task", "worker", "label"],
    )
    expected = MajorityVote().fit_predict_proba(frame)
    found = {row.item.key: row for row in labels_of(newest_run(project))}
    assert set(found) == set(expected.index)
    for item, shares in expected.iterrows():
        assert found[item].majority_share == pytest.approx(shares.max())
        assert shares[found[item].majority] == pytest.approx(shares.max())


def test_posteriors_sum_to_one_and_beat_chance_on_gold(project, gold):
    run = newest_run(project)
    posteriors = np.array([row.posterior for row in run.labels.all()])
    np.testing.assert_allclose(posteriors.sum(axis=1), 1.0, atol=1e-9)
    check = gold_check(run)
    found = {row.item.key: row.label for row in labels_of(run)}
    assert check.items == len(gold)
    assert check.consensus_hits == sum(found[item] in accepted for item, accepted in gold.items())
    assert check.consensus_hits / check.items > 0.8


def test_the_released_qrels_are_the_consensus(project):
    qrels = qrels_of(newest_release(project))
    found = {(row.item.query.key, row.item.document_key): row.label
             for row in labels_of(newest_run(project))}  # fmt: skip
    assert {(q, d): grade for q, of in qrels.items() for d, grade in of.items()} == found


def test_ndcg_agrees_with_pytrec_eval(project):
    release, evaluation = newest_release(project), newest_evaluation(project)
    evaluator = pytrec_eval.RelevanceEvaluator(qrels_of(release), {"ndcg_cut.10"})
    for result in evaluation.results.filter(metric="nDCG@10"):
        run = {
            ranking.query_key: {d: -float(i) for i, d in enumerate(ranking.documents)}
            for ranking in result.run.rankings.all()
        }
        expected = {q: found["ndcg_cut_10"] for q, found in evaluator.evaluate(run).items()}
        assert result.per_query == pytest.approx(expected)
        assert result.value == pytest.approx(np.mean(list(expected.values())))


def test_the_difference_is_the_mean_of_the_paired_differences(project):
    evaluation = newest_evaluation(project)
    per_run = {r.run_id: r.per_query for r in evaluation.results.filter(metric="nDCG@10")}
    before, after = per_run[evaluation.baseline_id], per_run[evaluation.candidate_id]
    comparison = evaluation.comparisons.get(metric="nDCG@10")
    assert comparison.difference == pytest.approx(np.mean([after[q] - before[q] for q in before]))
    assert comparison.low < comparison.difference < comparison.high


def test_costs_are_the_accepted_judgments_at_the_planned_price(project, labels):
    judgments = [c for c in project.cost_events.all() if c.work == "judgment"]
    assert sum(cost.quantity for cost in judgments) == len(labels)
    channels = Counter(r["channel"] for r in labels)
    by_vendor = defaultdict(int)
    for cost in judgments:
        by_vendor[cost.vendor.name] += cost.amount_minor_units
    expected = {name: n * float(open_data.PRICE) * 100 for name, n in channels.items()}
    assert by_vendor == pytest.approx(expected, abs=1.0)
    assert newest_return(project).cost_minor_units == sum(
        cost.project_minor_units for cost in project.cost_events.all()
    )


def test_the_project_came_to_its_return(project):
    assert project.request.state == RequestState.ROI_REVIEWED


@pytest.mark.parametrize(
    ("pilot", "folder"), [(pilots.FRENCH, "faq-fr"), (pilots.ARABIC, "xquad-ar")]
)
def test_pilots_wait_for_people(played, pilot, folder):
    project = project_by_key(pilot.key)
    pairs = rows(folder, "pairs.csv")
    progress = progress_of(project)
    assert project.request.state == RequestState.PILOT
    assert progress.items == len(pairs) - pilots.GOLD_ITEMS
    assert progress.done == 0


def test_a_check_that_fails_ends_the_run(played, monkeypatch):
    from touchstone.ops.demo import checks

    monkeypatch.setattr(
        checks, "of_pilot", lambda project: [checks.Check("made to fail", "no", False)]
    )
    with pytest.raises(OperatorError, match="does not agree"):
        play(tell=lambda line: None)
