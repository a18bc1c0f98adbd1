"""Agreement class by class, slice by slice, and on a million labels."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import Labels, TooLittle
from assay.agreement import by_slice, class_agreement, gwet_ac1, krippendorff_alpha, raw_agreement
from tests.assay import few


def rng(seed=1):
    return np.random.default_rng(seed)


def noisy(n, each=3, classes=3, right=0.7, seed=1):
    """Labels of `n` items by `each` raters who are right that often and guess otherwise."""
    draw = rng(seed)
    truth = draw.integers(classes, size=(n, 1))
    guess = draw.integers(classes, size=(n, each))
    values = np.where(draw.random((n, each)) < right, truth, guess)
    return Labels.from_codes(
        np.repeat(np.arange(n), each), np.tile(np.arange(each), n), values.ravel(),
        item_ids=np.arange(n), rater_ids=np.arange(each), classes=range(classes),
    )  # fmt: skip


rows = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, 3)),
    min_size=15,
    max_size=50,
    unique_by=lambda row: row[:2],
)


@pytest.mark.slow
@few
@given(rows)
def test_class_agreement_follows_its_definition(given_rows):
    labels = Labels.from_triples(*zip(*given_rows, strict=True), classes=range(4))
    found = class_agreement(labels, rng=rng(), resamples=20)
    if isinstance(found, TooLittle):
        assert found.n < 5
        return
    counts = [row for row in labels.counts().tolist() if sum(row) > 1]
    for place in range(4):
        used = sum(row[place] for row in counts)
        same = sum(row[place] * (row[place] - 1) / (sum(row) - 1) for row in counts)
        assert found.prevalence[place] == pytest.approx(used / sum(map(sum, counts)))
        assert found.agreement[place] == pytest.approx(same / used if used else np.nan, nan_ok=True)
        assert found.items[place] == sum(row[place] > 0 for row in counts)
    assert found.prevalence.sum() == pytest.approx(1)


@pytest.mark.slow
@few
@given(rows)
def test_class_agreement_averages_to_what_alpha_corrects(given_rows):
    labels = Labels.from_triples(*zip(*given_rows, strict=True), classes=range(4))
    found = class_agreement(labels, rng=rng(), resamples=5)
    alpha = krippendorff_alpha(labels, level="nominal", rng=rng(), resamples=5)
    if isinstance(alpha, TooLittle):
        return
    n = alpha.diagnostics["labels"]
    shared = np.nansum(found.prevalence * found.agreement)
    by_chance = (found.prevalence * (found.prevalence * n - 1)).sum() / (n - 1)
    assert alpha.value == pytest.approx((shared - by_chance) / (1 - by_chance))


def test_a_rare_class_is_named_and_an_unused_one_has_no_agreement():
    values = [[0, 0]] * 30 + [[1, 1]] * 25 + [[0, 2]] * 4
    flat = [(i, r, v) for i, pair in enumerate(values) for r, v in zip("xy", pair, strict=True)]
    labels = Labels.from_triples(*zip(*flat, strict=True), classes=range(4))
    found = class_agreement(labels, rng=rng())
    assert found.agreement[:3] == pytest.approx([60 / 64, 1, 0])
    assert np.isnan([found.agreement[3], found.low[3], found.high[3]]).all()
    assert found.warnings == ("on fewer than 20 items, so a rough guess: [2, 3]",)
    assert found.as_dict()["agreement"][3] is None


@pytest.mark.slow
def test_class_intervals_cover_prevalence_and_agreement():
    held, rounds = np.zeros(2), 1000
    # Two labels share a class at .7² + (1 − .7²)/3 where classes are alike.
    target = 0.49 + 0.51 / 3
    for seed in range(rounds):
        found = class_agreement(noisy(150, seed=seed + 10), rng=rng(seed), resamples=400)
        held += [
            np.mean((found.prevalence_low <= 1 / 3) & (found.prevalence_high >= 1 / 3)),
            np.mean((found.low <= target) & (target <= found.high)),
        ]
    assert held / rounds == pytest.approx(0.95, abs=0.02), held / rounds


@pytest.mark.slow
def test_drawing_kinds_of_items_is_drawing_items():
    labels = noisy(400)
    alone = {item: item for item in range(400)}
    for measure, options in (
        (krippendorff_alpha, {"level": "ordinal"}),
        (krippendorff_alpha, {"level": "nominal"}),
        (raw_agreement, {}),
    ):
        kinds = measure(labels, rng=rng(), resamples=20_000, **options)
        items = measure(labels, rng=rng(2), resamples=20_000, clusters=alone, **options)
        assert kinds.value == pytest.approx(items.value)
        wide = items.high - items.low
        assert (kinds.low, kinds.high) == pytest.approx((items.low, items.high), abs=0.03 * wide)


@pytest.mark.slow
def test_a_thousand_resamples_of_a_million_labels_take_seconds():
    labels = noisy(200_000, each=5, classes=5)
    started = time.perf_counter()
    found = krippendorff_alpha(labels, level="ordinal", rng=rng())
    assert time.perf_counter() - started < 10
    assert found.diagnostics["labels"] == 1_000_000
    assert found.high - found.low < 0.01


@pytest.mark.slow
@few
@given(rows, st.lists(st.sampled_from(["fr", "de", "es"]), min_size=10, max_size=10))
def test_a_slice_is_measured_as_if_it_were_all_there_is(given_rows, places):
    labels = Labels.from_triples(*zip(*given_rows, strict=True), classes=range(4))
    found = by_slice(labels, dict(enumerate(places)), gwet_ac1)
    assert list(found) == sorted({places[item] for item in labels.item_ids})
    for place, result in found.items():
        part = [row for row in given_rows if places[row[0]] == place]
        assert result == gwet_ac1(Labels.from_triples(*zip(*part, strict=True), classes=range(4)))


def test_a_slice_is_labels_in_canonical_order():
    labels = noisy(30)
    parts = by_slice(labels, {item: item % 2 for item in range(30)}, lambda part: part)
    assert parts[1].item_ids == tuple(range(1, 30, 2))
    assert sum(part.n_labels for part in parts.values()) == labels.n_labels
    triples = [
        (i, r, int(labels.label_codes[3 * i + r])) for i in range(1, 30, 2) for r in range(3)
    ]
    told = Labels.from_triples(*zip(*triples, strict=True), classes=range(3))
    assert parts[1].input_hash() == told.input_hash()


def test_small_slices_say_so_and_items_without_one_are_refused():
    labels = noisy(30)
    found = by_slice(labels, dict.fromkeys(range(30), "big") | {7: "small"}, gwet_ac1)
    assert found["small"] == TooLittle("fewer than 5 clusters of paired labels", 1)
    assert found["big"].n == 29
    with pytest.raises(ValueError, match="no slice given for item 3"):
        by_slice(labels, dict.fromkeys(range(3), "fr"), gwet_ac1)
    assert by_slice(Labels.from_triples([], [], []), {}, gwet_ac1) == {}
