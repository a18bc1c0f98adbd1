"""A programme from the request to the reviewed return, by SDK alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.factories import programme as play
from tests.factories.programme import ANNOTATORS, DOCUMENTS, KEY, LOCALE, QUERIES, Programme


@pytest.mark.slow
def test_a_request_travels_to_its_return(programme: Programme, tmp_path: Path) -> None:
    evaluation = play.evaluated(programme)
    olga, rita = programme.client("olga"), programme.client("rita")

    # Labels: each item has exactly the judgments that the plan asks for.
    progress = olga.projects.get(KEY).progress
    assert progress.items == QUERIES * DOCUMENTS
    assert progress.done == progress.wanted == QUERIES * DOCUMENTS * len(ANNOTATORS)
    (run,) = olga.consensus.list(KEY)
    wanted = [
        play.right_grade(str(query), str(document))
        for query in range(QUERIES)
        for document in range(DOCUMENTS)
    ]
    (release,) = rita.releases.list(KEY)
    assert release.decision is not None and release.decision.decision == "accepted"
    assert release.consensus_run == run.id

    # The delivered grades are the grades that the annotators gave.
    (path,) = rita.releases.download(KEY, release.version, tmp_path / "out", only="qrels.txt")
    delivered = {
        (query, document): int(grade)
        for query, _zero, document, grade in map(str.split, path.read_text().splitlines())
    }
    ours = {
        (f"q{index // DOCUMENTS}", f"d{index % DOCUMENTS}"): grade
        for index, grade in enumerate(wanted)
    }
    assert {pair: delivered[pair] for pair in ours} == ours

    # The better order wins, the costs are the accepted work, the return is a range.
    compared = {one.metric: one for one in evaluation.comparisons}
    assert compared["nDCG@10"].difference > 0
    costs = olga.value.costs(KEY)
    assert costs.total_minor_units == sum(
        line.project_minor_units for line in olga.value.cost_lines(KEY)
    )
    estimate = olga.value.estimate_return(KEY, evaluation=evaluation.id, metric="nDCG@10", seed=9)
    assert estimate.cost_minor_units == costs.total_minor_units
    assert estimate.roi_p10 <= estimate.roi_p50 <= estimate.roi_p90
    olga.value.review_return(KEY, note="Worth it.")
    assert olga.projects.move(KEY, "closed").state == "closed"
    states = [step.to_state for step in rita.requests.get(1).history]
    assert states == [
        "submitted", "triaged", "scoped", "approved", "planned", "live",
        "delivered", "accepted", "roi_reviewed", "closed",
    ]  # fmt: skip


@pytest.mark.slow
def test_every_file_of_a_release_arrives_as_it_was_frozen(
    programme: Programme, tmp_path: Path
) -> None:
    release = play.released(programme)

    written = programme.client("rita").releases.download(KEY, release.version, tmp_path / "all")

    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written}
    assert sums == {file.name: file.sha256 for file in release.files}
    assert {path.name for path in (tmp_path / "all").iterdir()} == set(sums)


@pytest.mark.slow
def test_a_returned_release_sets_the_project_to_work_again(programme: Programme) -> None:
    key, olga = play.labeled(programme), programme.client("olga")
    olga.consensus.run(key)
    first = olga.releases.freeze(key, test_share=play.Decimal("0"))

    rita = programme.client("rita")
    returned = rita.releases.send_back(key, first.version, reason="The titles are missing.")

    assert returned.decision is not None and returned.decision.reason == "The titles are missing."
    assert olga.projects.get(key).state == "live"
    assert olga.releases.freeze(key, test_share=play.Decimal("0")).version == first.version + 1


def test_quality_is_measured_and_lots_are_decided(programme: Programme) -> None:
    key = play.labeled(programme)

    report = programme.client("quinn").quality.get(key)

    figures = {(one.kind, one.locale): one for one in report.measurements}
    assert figures["gold_accuracy", None].value == 1.0
    assert figures["alpha", LOCALE].value == 1.0
    assert report.queues.waiting_for_lot == {}
    (lot,) = programme.client("quinn").quality.lots(key)
    assert (lot.number, lot.locale, lot.decision) == (1, LOCALE, "accepted")
