"""Rater accuracy within locale and task, and gold by the day."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import Labels, TooLittle
from assay.gold import accuracy_by_cell, detection_power, gold_per_day, score_gold, shrink
from tests.assay import few


def answers(hits, trials, cell="fr", first=0):
    """Rows of raters with so many right answers, each to gold items of the cell's own."""
    return [
        (f"{cell}{item}", f"r{first + place}", int(item < right))
        for place, (right, asked) in enumerate(zip(hits, trials, strict=True))
        for item in range(asked)
    ]


def test_each_cell_is_shrunk_by_its_own_raters():
    rows = answers([46, 44, 40, 48, 30, 45], [50, 50, 50, 50, 40, 50])
    rows += answers([10, 20, 12, 25], [40] * 4, cell="de", first=3)
    rows.append(("work", "r0", 1))
    labels = Labels.from_triples(*zip(*rows, strict=True))
    accepted = {item: {1} for item, _, _ in rows if item != "work"}
    cells = {item: item[:2] for item in accepted}
    found = accuracy_by_cell(labels, accepted, cells, standard=0.8)
    assert list(found) == ["de", "fr"]
    assert found["fr"].accuracies.mean == pytest.approx(
        [0.9021, 0.8771, 0.8273, 0.9270, 0.8027, 0.8896], abs=5e-5
    )
    assert found["de"].rater_ids == ("r3", "r4", "r5", "r6")
    assert found["de"].hits.tolist() == [10, 20, 12, 25]
    told = shrink([10, 20, 12, 25], [40] * 4, standard=0.8)
    assert found["de"].accuracies.p_below == pytest.approx(told.p_below)


def test_sets_of_accepted_labels_count_within_cells():
    labels = Labels.from_triples("aabb", "xyxy", [2, 0, 1, 3], classes=[0, 1, 2, 3])
    accepted = {"a": {2, 3}, "b": {1}}
    found = accuracy_by_cell(labels, accepted, dict.fromkeys("ab", "fr"), prior=(9, 1))["fr"]
    whole = score_gold(labels, accepted)
    assert found.hits.tolist() == whole.hits.tolist()
    assert found.by_chance == pytest.approx(whole.by_chance)


def test_a_cell_with_one_rater_says_so_unless_a_prior_is_given():
    labels = Labels.from_triples("aab", "xyx", [1, 1, 1])
    cells = {"a": ("fr", "grade"), "b": ("de", "grade")}
    found = accuracy_by_cell(labels, {"a": {1}, "b": {1}}, cells)
    assert isinstance(found["de", "grade"], TooLittle)
    given_prior = accuracy_by_cell(labels, {"a": {1}, "b": {1}}, cells, prior=(9, 1))
    assert given_prior["de", "grade"].accuracies.mean == pytest.approx([10 / 11])


@pytest.mark.slow
def test_planted_accuracies_of_each_cell_are_covered():
    rng, held, rounds = np.random.default_rng(5), np.zeros(2), 30
    for _ in range(rounds):
        truth = {"fr": rng.beta(45, 5, 60), "de": rng.beta(14, 6, 60)}
        rows = [row for cell, share in truth.items()
                for row in answers(rng.binomial(40, share), [40] * 60, cell=cell)]  # fmt: skip
        labels = Labels.from_triples(*zip(*rows, strict=True))
        accepted = {item: {1} for item in labels.item_ids}
        found = accuracy_by_cell(labels, accepted, {item: item[:2] for item in accepted})
        for place, cell in enumerate(truth):
            order = [int(rater[1:]) for rater in found[cell].rater_ids]
            low, high = found[cell].accuracies.low, found[cell].accuracies.high
            inside = (low <= truth[cell][order]) & (truth[cell][order] <= high)
            held[place] += inside.mean() / rounds
    # What `shrink` promises from thirty raters on; seen: 0.921 and 0.942.
    assert ((held > 0.91) & (held < 0.97)).all()


@pytest.mark.parametrize(
    ("accepted", "cells", "told"),
    [
        ({"a": {1}}, {}, "no cell given for item 'a'"),
        ({"a": set()}, {"a": "fr"}, "needs a set"),
        ({"b": {7}}, {"a": "fr"}, "unknown classes"),
    ],
)
def test_senseless_cells_are_refused(accepted, cells, told):
    labels = Labels.from_triples("aa", "xy", [1, 0])
    with pytest.raises(ValueError, match=told):
        accuracy_by_cell(labels, accepted, cells)


def test_no_gold_makes_no_cells():
    assert accuracy_by_cell(Labels.from_triples("aa", "xy", [1, 0]), {}, {}) == {}


@pytest.mark.parametrize(("accuracy", "days", "per_day"), [(0.75, 5, 8), (0.75, 1, 40)])
def test_gold_a_day_is_the_gold_needed_over_the_days(accuracy, days, per_day):
    assert gold_per_day(accuracy, 0.90, days=days).per_day == per_day


@pytest.mark.slow
@few
@given(st.floats(0.3, 0.85), st.integers(1, 30), st.floats(0.5, 0.95))
def test_gold_a_day_reaches_its_power_and_one_less_from_the_least_does_not(accuracy, days, power):
    found = gold_per_day(accuracy, 0.92, days=days, power=power)
    assert found.reached == detection_power(found.per_day * days, accuracy, 0.92)
    assert found.reached.power >= power
    if found.per_day > 1:
        fewer = range(days, found.per_day * days, days)
        assert all(detection_power(n, accuracy, 0.92).power < power for n in fewer)


def test_the_share_of_gold_is_of_the_raters_own_answers():
    slow, fast = (gold_per_day(0.75, 0.9, days=5, labels_per_day=n).share for n in (40, 800))
    assert (slow, fast) == (0.2, 0.01)
    found = gold_per_day(0.75, 0.9, days=2, labels_per_day=10)
    assert found.n == 10 and "more than the 10 a day" in found.reason
    assert isinstance(gold_per_day(0.899, 0.9, days=2, most=50), TooLittle)


@pytest.mark.parametrize(
    ("options", "told"),
    [({"days": 0}, "days must be"), ({"days": 1, "labels_per_day": 0}, "labels_per_day must be")],
)
def test_senseless_days_are_refused(options, told):
    with pytest.raises(ValueError, match=told):
        gold_per_day(0.75, 0.9, **options)
