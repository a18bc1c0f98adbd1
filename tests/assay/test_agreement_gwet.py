"""Gwet's AC1 and AC2 against published values, his own variance, identities and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import Labels, TooLittle
from assay.agreement import gwet_ac1, gwet_ac2, krippendorff_alpha, raw_agreement
from tests.assay import few

# Four raters and twelve subjects, Gwet (2014), page 120; 0 stands for no rating.
SUBJECTS = ["1101", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "0555", "0011"]
SINGLE = [*SUBJECTS, "0030"]
# A hundred pregnancies by two abstractors, as printed with his R package.
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]


def rated(subjects):
    rows = [
        (subject, rater, int(held))
        for subject, line in enumerate(subjects)
        for rater, held in enumerate(line)
        if held != "0"
    ]
    return Labels.from_triples(*zip(*rows, strict=True))


def tabled(table):
    cells = [cell for cell, count in np.ndenumerate(np.array(table)) for _ in range(count)]
    rows = [(item, rater, cell[rater]) for item, cell in enumerate(cells) for rater in (0, 1)]
    return Labels.from_triples(*zip(*rows, strict=True), classes=range(len(table)))


def from_table(values, kept=None):
    """Labels from an array of items × raters, of four classes."""
    items, raters = np.nonzero(np.ones(values.shape) if kept is None else kept)
    return Labels.from_codes(
        items, raters, values[items, raters], item_ids=range(len(values)),
        rater_ids=range(values.shape[1]), classes=range(4),
    )  # fmt: skip


def gwets_error(labels):
    """The standard error of AC1 by Gwet's own formula, which counts items of one label as 0."""
    counts = labels.counts()
    sizes, n = counts.sum(axis=1), len(counts)
    paired = sizes >= 2
    own = counts / sizes[:, None]
    share, size = own.mean(axis=0), counts.shape[1]
    agreed = (counts * (counts - 1)).sum(axis=1) / np.where(paired, sizes * (sizes - 1), 1)
    chance = (share * (1 - share)).sum() / (size - 1)
    value = (agreed[paired].mean() - chance) / (1 - chance)
    each = n / paired.sum() * (agreed - chance * paired) / (1 - chance)
    each -= 2 * (1 - value) * ((own @ (1 - share)) / (size - 1) - chance) / (1 - chance)
    return np.sqrt(((each - value) ** 2).sum() / (n * (n - 1)))


def test_ac1_of_the_published_four_raters():
    found = gwet_ac1(rated(SINGLE))
    assert found.value == pytest.approx(0.77544, abs=5e-6)
    assert found.n == 11 and found.diagnostics["unpaired_items"] == 1
    assert "fewer than 30" in found.warnings[0]


def test_ac1_and_its_error_of_the_published_table():
    found = gwet_ac1(tabled(ABSTRACTORS))
    assert found.value == pytest.approx(0.8493305, abs=5e-8)
    # The published error of a table divides by n, the one over items by n − 1.
    assert found.diagnostics["standard_error"] * np.sqrt(0.99) == pytest.approx(
        0.04321747, abs=5e-9
    )
    assert found.diagnostics["raw_agreement"] == pytest.approx(0.89)


def test_the_error_is_gwets_where_every_item_has_two_labels_and_smaller_where_not():
    paired, single = gwet_ac1(rated(SUBJECTS)), gwet_ac1(rated(SINGLE))
    assert paired.diagnostics["standard_error"] == pytest.approx(gwets_error(rated(SUBJECTS)))
    assert gwets_error(rated(SINGLE)) == pytest.approx(0.14295, abs=5e-6)
    assert single.diagnostics["standard_error"] < 0.13


@pytest.mark.parametrize(
    ("weighting", "weights"),
    [
        ("linear", [[1, 2 / 3, 1 / 3, 0]]),
        ("quadratic", [[1, 8 / 9, 5 / 9, 0]]),
        ("ordinal", [[1, 5 / 6, 1 / 2, 0]]),
    ],
)
def test_ac2_follows_its_definition(weighting, weights):
    row = weights[0]
    labels = tabled([[9, 3, 1, 0], [2, 8, 2, 1], [0, 3, 7, 2], [1, 0, 2, 9]])
    table = np.zeros((4, 4))
    for first, second in labels.label_codes.reshape(-1, 2):
        table[first, second] += 1 / labels.n_items
    weight = np.array([[row[abs(a - b)] for b in range(4)] for a in range(4)])
    share = (table.sum(axis=0) + table.sum(axis=1)) / 2
    chance = weight.sum() / 12 * (share * (1 - share)).sum()
    told = ((weight * table).sum() - chance) / (1 - chance)
    assert gwet_ac2(labels, weighting=weighting).value == pytest.approx(told)


@few
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=5, max_size=30))
def test_ac1_lies_between_its_bounds_and_does_not_depend_on_who_is_first(pairs):
    rows = [(item, rater, pair[rater]) for item, pair in enumerate(pairs) for rater in (0, 1)]
    back = [(item, 1 - rater, label) for item, rater, label in rows]
    found = gwet_ac1(Labels.from_triples(*zip(*rows, strict=True), classes=[0, 1, 2]))
    swapped = gwet_ac1(Labels.from_triples(*zip(*back, strict=True), classes=[0, 1, 2]))
    assert found.low <= found.value + 1e-12 and found.value <= found.high + 1e-12
    assert swapped.value == pytest.approx(found.value)
    assert swapped.low == pytest.approx(found.low)


def test_a_class_that_dominates_sinks_alpha_but_not_ac1():
    labels = tabled([[115, 2, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    alpha = krippendorff_alpha(labels, level="nominal", rng=np.random.default_rng(1))
    assert alpha.value < 0.05
    assert gwet_ac1(labels).value > 0.94
    assert raw_agreement(labels, rng=np.random.default_rng(1)).value == pytest.approx(115 / 120)


def test_where_all_agree_the_lower_bound_still_knows_how_little_was_seen():
    few_items, many = (gwet_ac1(tabled([[n, 0], [0, n]])) for n in (5, 200))
    assert few_items.value == many.value == 1
    assert few_items.low < 0.6 < 0.97 < many.low
    assert any("Wilson" in text for text in few_items.warnings)


def test_copied_items_need_clusters():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, size=(40, 1))
    once = np.where(rng.random((40, 3)) < 0.7, truth, rng.integers(0, 3, size=(40, 3)))
    alone = gwet_ac1(from_table(once))
    copied = from_table(np.repeat(once, 5, axis=0))
    by_query = gwet_ac1(copied, clusters={item: item // 5 for item in range(200)})
    assert by_query.value == pytest.approx(alone.value)
    assert by_query.high - by_query.low == pytest.approx(alone.high - alone.low)
    assert gwet_ac1(copied).high - gwet_ac1(copied).low < 0.5 * (by_query.high - by_query.low)


@pytest.mark.slow
@pytest.mark.parametrize(("missing", "weighting"), [(0.0, None), (0.45, None), (0.45, "ordinal")])
def test_intervals_cover_with_any_labels_missing(missing, weighting):
    def measured(labels):
        return gwet_ac2(labels, weighting=weighting) if weighting else gwet_ac1(labels)

    def drawn(n):
        truth = rng.choice(4, n, p=[0.7, 0.15, 0.1, 0.05])
        skill = np.where(rng.random(n) < 0.3, 0.5, 0.92)[:, None]
        return np.where(rng.random((n, 4)) < skill, truth[:, None], rng.integers(0, 4, (n, 4)))

    rng, held, rounds = np.random.default_rng(8), 0, 2000
    target = measured(from_table(drawn(400_000))).value
    for _ in range(rounds):
        values = drawn(150)
        found = measured(from_table(values, rng.random(values.shape) >= missing))
        held += found.low <= target <= found.high
    assert 0.93 <= held / rounds <= 0.97


def test_too_little_and_senseless_requests_are_told():
    labels = tabled([[2, 1], [0, 1]])
    assert gwet_ac1(labels) == TooLittle("fewer than 5 clusters of paired labels", 4)
    one = Labels.from_triples("aabb", "xyxy", [1] * 4)
    assert "one class only" in gwet_ac1(one).reason
    with pytest.raises(ValueError, match="weighting must be"):
        gwet_ac2(labels, weighting="none")
    with pytest.raises(ValueError, match="no cluster given for item 1"):
        gwet_ac1(labels, clusters={0: "q"})
    with pytest.raises(ValueError, match="confidence must lie"):
        gwet_ac1(labels, confidence=95)
