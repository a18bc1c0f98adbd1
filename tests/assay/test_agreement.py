"""Agreement against published values, identities and simulation."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from assay import Labels, TooLittle
from assay.agreement import cohen_kappa, kappa_of_table, krippendorff_alpha, raw_agreement
from tests.assay import few

# Krippendorff's own example, three coders and fifteen units, as printed on Wikipedia.
CODERS = {
    "A": "*****3412113" + "3*3",
    "B": "1*213343" + "*" * 7,
    "C": "**21344*21133*4",
}
TABLE = [[50, 10, 3, 1], [8, 30, 12, 2], [2, 9, 25, 8], [0, 1, 6, 33]]


def published():
    rows = [
        (unit, coder, int(given))
        for coder, line in CODERS.items()
        for unit, given in enumerate(line)
        if given != "*"
    ]
    return Labels.from_triples(*zip(*rows, strict=True))


def alpha_of(labels, level, seed=1, **options):
    return krippendorff_alpha(labels, level=level, rng=np.random.default_rng(seed), **options)


def complete(values, raters="xy"):
    """Labels of every rater on every item from rows of an array."""
    rows = [
        (item, r, v) for item, row in enumerate(values) for r, v in zip(raters, row, strict=True)
    ]
    return Labels.from_triples(*zip(*rows, strict=True))


def brute_alpha(labels, distance):
    """Alpha straight from its definition, pair by pair."""
    by_item = {}
    for item, label in zip(labels.item_codes.tolist(), labels.label_codes.tolist(), strict=True):
        by_item.setdefault(item, []).append(label)
    paired = [held for held in by_item.values() if len(held) > 1]
    pool = [label for held in paired for label in held]
    within = sum(
        distance(a, b, pool) / (len(held) - 1)
        for held in paired
        for i, a in enumerate(held)
        for j, b in enumerate(held)
        if i != j
    )
    across = sum(
        distance(a, b, pool) for i, a in enumerate(pool) for j, b in enumerate(pool) if i != j
    )
    return 1 - (len(pool) - 1) * within / across


@pytest.mark.parametrize(
    ("level", "value"), [("nominal", 0.691358), ("ordinal", 0.806721), ("interval", 0.810845)]
)
def test_alpha_of_the_published_example(level, value):
    found = alpha_of(published(), level)
    assert found.value == pytest.approx(value, abs=5e-7)
    assert found.low < found.value <= found.high
    assert found.n == 12 and found.diagnostics["labels"] == 26
    assert found.warnings == ("12 clusters only: the interval is too short",)


def ordinal_distance(a, b, pool):
    low, high = min(a, b), max(a, b)
    between = sum(low <= label <= high for label in pool)
    return (between - (pool.count(a) + pool.count(b)) / 2) ** 2 if a != b else 0.0


DISTANCES = {
    "nominal": lambda a, b, pool: float(a != b),
    "interval": lambda a, b, pool: (a - b) ** 2,
    "ratio": lambda a, b, pool: ((a - b) / (a + b)) ** 2 if a + b else 0.0,
    "ordinal": ordinal_distance,
}

triples = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, 3)),
    min_size=15,
    max_size=50,
    unique_by=lambda row: row[:2],
)


@pytest.mark.slow
@pytest.mark.parametrize("level", DISTANCES)
@few
@given(triples)
def test_alpha_follows_its_definition_with_any_labels_missing(level, rows):
    labels = Labels.from_triples(*zip(*rows, strict=True), classes=[0, 1, 2, 3])
    found = alpha_of(labels, level, resamples=5)
    if isinstance(found, TooLittle):
        assert (labels.counts().sum(axis=1) >= 2).sum() < 5 or "one class" in found.reason
        return
    assert found.value == pytest.approx(brute_alpha(labels, DISTANCES[level]))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_perfect_agreement_is_one_whatever_the_resample(level):
    found = alpha_of(complete([[k % 3, k % 3] for k in range(30)]), level)
    assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1))


def test_ordinal_alpha_uses_the_order_and_not_the_names():
    values = np.random.default_rng(3).integers(0, 3, size=(40, 2))
    numbers = complete(values)
    words = Labels.from_triples(
        [i for i in range(40) for _ in "xy"],
        ["x", "y"] * 40,
        [("poor", "fair", "good")[v] for v in values.ravel()],
        classes=["poor", "fair", "good"],
    )
    assert alpha_of(numbers, "ordinal") == alpha_of(words, "ordinal")


def test_two_coders_binary_nominal_alpha_is_scotts_pi_corrected_for_small_samples():
    values = np.random.default_rng(4).integers(0, 2, size=(50, 2))
    share = values.mean()
    by_chance = share**2 + (1 - share) ** 2
    pi = ((values[:, 0] == values[:, 1]).mean() - by_chance) / (1 - by_chance)
    assert alpha_of(complete(values), "nominal").value == pytest.approx(pi + (1 - pi) / 100)


def test_clusters_are_drawn_whole():
    """Ten copies of each of twenty items add rows but no information."""
    rng = np.random.default_rng(5)
    values = np.repeat(rng.integers(0, 3, size=(20, 2)), 10, axis=0)
    labels = complete(values)
    by_item = alpha_of(labels, "nominal")
    by_query = alpha_of(labels, "nominal", clusters={item: item // 10 for item in range(200)})
    alone = alpha_of(complete(values[::10]), "nominal")
    assert by_query.value == by_item.value
    assert by_query.high - by_query.low > 2 * (by_item.high - by_item.low)
    assert by_query.high - by_query.low == pytest.approx(alone.high - alone.low, rel=0.25)
    assert by_query.diagnostics["clusters"] == 20


def planted(rng, items):
    """Three raters who guess at three items in ten and are right about the others: (items, 3)."""
    truth = rng.integers(0, 3, size=(items, 1))
    return np.where(rng.random((items, 3)) < 0.3, rng.integers(0, 3, size=(items, 3)), truth)


def coded(values):
    items, raters = np.indices(values.shape).reshape(2, -1)
    return Labels.from_codes(
        items, raters, values.ravel(), item_ids=range(len(values)),
        rater_ids=range(values.shape[1]), classes=range(3),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("level", ["nominal", "ordinal"])
def test_interval_covers_alpha_of_the_population(level):
    rng, held, rounds = np.random.default_rng(6), np.zeros(2), 1000
    population = coded(planted(rng, 400_000))
    alpha = alpha_of(population, level, resamples=1).value
    raw = raw_agreement(population, rng=rng, resamples=1).value
    assert raw == pytest.approx(0.49 + 0.51 / 3, abs=0.003)
    for seed in range(rounds):
        sample = coded(planted(rng, 120))
        found = alpha_of(sample, level, seed=seed, resamples=500)
        agreed = raw_agreement(sample, rng=np.random.default_rng(seed), resamples=500)
        held += [found.low <= alpha <= found.high, agreed.low <= raw <= agreed.high]
    assert held / rounds == pytest.approx([0.95, 0.95], abs=0.02)


def test_interval_covers_kappa_of_the_population():
    rng, cells = np.random.default_rng(9), np.array(TABLE) / np.sum(TABLE)
    kappa = kappa_of_table(cells * 1000, weighting="linear").value
    samples = rng.multinomial(150, cells.ravel(), size=2000).reshape(-1, 4, 4)
    found = [kappa_of_table(sample, weighting="linear") for sample in samples]
    held = np.mean([each.low <= kappa <= each.high for each in found])
    assert 0.93 <= held <= 0.97


def test_a_thousand_resamples_of_a_real_size_take_less_than_a_second():
    rng = np.random.default_rng(7)
    rows = {(int(i), int(r)): int(v) for i, r, v in zip(
        rng.integers(0, 739, 2930), rng.integers(0, 47, 2930), rng.integers(0, 4, 2930),
        strict=True)}  # fmt: skip
    labels = Labels.from_triples(*zip(*rows, strict=True), rows.values())
    started = time.perf_counter()
    alpha_of(labels, "ordinal")
    assert time.perf_counter() - started < 1


def test_resamples_of_one_class_are_counted_and_left_out():
    values = [[0, 0]] * 12 + [[1, 0]]
    found = alpha_of(complete(values), "nominal")
    assert found.diagnostics["undefined"] > 200
    assert any("held one class" in text for text in found.warnings)


def test_too_little_is_said():
    few_items = complete([[0, 1]] * 4)
    assert alpha_of(few_items, "nominal").reason == "fewer than 5 clusters of paired labels"
    assert alpha_of(few_items, "nominal").n == 4
    one_class = complete([[1, 1]] * 9)
    assert "one class" in alpha_of(one_class, "interval").reason
    assert isinstance(raw_agreement(few_items, rng=np.random.default_rng(1)), TooLittle)


def test_raw_agreement_weighs_items_alike():
    rows = [(i, r, 0) for i in range(6) for r in "xy"]
    rows += [(9, r, v) for r, v in zip("wxyz", [0, 0, 1, 1], strict=True)]
    labels = Labels.from_triples(*zip(*rows, strict=True))
    found = raw_agreement(labels, rng=np.random.default_rng(1))
    assert found.value == pytest.approx((6 + 1 / 3) / 7)
    assert found.low <= found.value <= found.high
    clustered = raw_agreement(
        labels, rng=np.random.default_rng(1), clusters=dict.fromkeys(range(5), "q")
        | {5: "a", 9: "b"} | {0: "c", 1: "d", 2: "e"},
    )  # fmt: skip
    assert clustered.value == found.value


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"level": "cardinal"}, "no such level"),
        ({"level": "ratio", "values": [-1, 1]}, "not negative"),
        ({"level": "interval", "values": ["a", "b"]}, "needs numbers as classes"),
        ({"level": "nominal", "clusters": {0: "q"}}, "no cluster given for item 1"),
        ({"level": "nominal", "resamples": 0}, "resamples must be"),
        ({"level": "nominal", "confidence": 1.0}, "confidence must lie"),
    ],
)
def test_senseless_requests_are_refused(options, told):
    labels = complete([options.pop("values", [0, 1])] * 6)
    with pytest.raises(ValueError, match=told):
        krippendorff_alpha(labels, rng=np.random.default_rng(1), **options)


@pytest.mark.parametrize(
    ("weighting", "value"), [("none", 0.583557), ("linear", 0.712460), ("quadratic", 0.814082)]
)
def test_kappa_and_its_error_are_statsmodels(weighting, value):
    found = kappa_of_table(TABLE, weighting=weighting)
    told = cohens_kappa(np.array(TABLE), wt=None if weighting == "none" else weighting)
    assert found.value == pytest.approx(value, abs=5e-7)
    assert found.value == pytest.approx(told.kappa)
    assert found.diagnostics["standard_error"] == pytest.approx(told.std_kappa)
    assert (found.low, found.high) == pytest.approx((told.kappa_low, told.kappa_upp))


@few
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=5, max_size=40))
def test_kappa_of_lists_is_scikits_and_does_not_depend_on_who_is_first(pairs):
    first, second = zip(*pairs, strict=True)
    found = cohen_kappa(first, second, classes=[0, 1, 2], weighting="quadratic")
    swapped = cohen_kappa(second, first, classes=[0, 1, 2], weighting="quadratic")
    if isinstance(found, TooLittle):
        assert len(set(first + second)) == 1
        return
    told = cohen_kappa_score(first, second, labels=[0, 1, 2], weights="quadratic")
    assert found.value == pytest.approx(told)
    assert swapped.value == pytest.approx(found.value)


def test_kappa_refuses_or_says_too_little():
    assert kappa_of_table([[2, 0], [0, 2]]).n == 4
    assert "one and the same class" in kappa_of_table([[9, 0], [0, 0]]).reason
    with pytest.raises(ValueError, match="square table"):
        kappa_of_table([[1, 2, 3], [4, 5, 6]])
    with pytest.raises(ValueError, match="weighting must be"):
        kappa_of_table(TABLE, weighting="cubic")
    with pytest.raises(ValueError, match="gave 1 and 2"):
        cohen_kappa([1], [1, 1], classes=[1])
    with pytest.raises(ValueError, match="not among the classes"):
        cohen_kappa([1], [2], classes=[1])


# --- machine judges against people, TREC: rows are the people's grades ---------------------------

RAG25 = [[1690, 1074, 681, 150, 24], [348, 446, 566, 113, 26], [405, 735, 1971, 547, 102],
         [80, 136, 554, 411, 137], [1, 8, 18, 42, 19]]  # fmt: skip
DL23 = [[1521, 369, 88, 27], [579, 457, 157, 40], [189, 280, 270, 69], [46, 125, 93, 113]]


@pytest.mark.parametrize(
    ("table", "values"),
    [(RAG25, (0.233316, 0.372877, 0.491811)), (DL23, (0.286272, 0.396269, 0.504356))],
)
def test_kappa_of_judges_and_people(table, values):
    for weighting, value in zip(("none", "linear", "quadratic"), values, strict=True):
        assert kappa_of_table(table, weighting=weighting).value == pytest.approx(value, abs=5e-7)


@pytest.mark.parametrize(
    ("level", "value"), [("ordinal", 0.491793), ("interval", 0.500055), ("nominal", 0.284037)]
)
def test_alpha_of_a_judge_and_people(level, value):
    pairs = [(row, column) for row, counts in enumerate(DL23)
             for column, count in enumerate(counts) for _ in range(count)]  # fmt: skip
    items = [*range(len(pairs))] * 2
    raters = ["people"] * len(pairs) + ["judge"] * len(pairs)
    given = Labels.from_triples(items, raters, [p for p, _ in pairs] + [j for _, j in pairs])
    found = krippendorff_alpha(given, level=level, rng=np.random.default_rng(1), resamples=10)
    assert found.value == pytest.approx(value, abs=5e-7)
