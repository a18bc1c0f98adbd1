"""Several systems on the same queries, more corrections, and differences in clusters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from assay import TooLittle
from assay.comparison import (
    against_baseline,
    benjamini_hochberg,
    benjamini_yekutieli,
    bootstrap_difference,
    cluster_bootstrap_difference,
    holm,
    paired_t,
    randomised_tukey,
    sign_flip,
    systems_by_query,
)
from tests.assay import few


def seeded(seed=1):
    return np.random.default_rng(seed)


def tables(queries=40, means=(0.3, 0.32, 0.5), seed=1):
    rng = seeded(seed)
    rows = rng.normal(0, 0.2, (queries, 1)) + rng.normal(means, 0.15, (queries, len(means)))
    return {
        name: dict(zip([f"q{row}" for row in range(queries)], rows[:, column], strict=True))
        for column, name in enumerate("ABCDEFGH"[: len(means)])
    }


@few
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_benjamini_yekutieli_is_statsmodels_and_the_dearest(p):
    found = benjamini_yekutieli(p)
    assert found == pytest.approx(multipletests(p, method="fdr_by")[1])
    assert (found >= benjamini_hochberg(p) - 1e-12).all()


def test_benjamini_yekutieli_multiplies_by_the_harmonic_sum():
    p = (0.001, 0.012, 0.03, 0.045, 0.2)
    harmonic = 1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5
    assert benjamini_yekutieli(p) == pytest.approx(
        np.array([0.005, 0.03, 0.05, 0.05625, 0.2]) * harmonic
    )
    assert benjamini_yekutieli([]).size == 0


def test_each_system_is_tested_against_the_baseline_and_adjusted_as_named():
    values = tables()
    array, *_ = systems_by_query(values)
    told = [paired_t(array[:, 1], array[:, other]).p_value for other in (0, 2)]
    for name, adjust in (("holm", holm), ("benjamini-hochberg", benjamini_hochberg),
                         ("benjamini-yekutieli", benjamini_yekutieli)):  # fmt: skip
        found = against_baseline(values, "B", correction=name)
        assert found.systems == ("A", "C") and found.correction == name and found.n == 40
        assert found.p_values == pytest.approx(told)
        assert found.adjusted == pytest.approx(adjust(told))
    assert against_baseline(values, "B", correction="none").adjusted == pytest.approx(told)
    assert found.tests[1].difference.value == pytest.approx(array[:, 2].mean() - array[:, 1].mean())


def test_the_sign_flip_may_be_asked_for():
    found = against_baseline(tables(), "A", correction="holm", test="sign-flip", rng=seeded())
    array, *_ = systems_by_query(tables())
    told = sign_flip(array[:, 0], array[:, 1], rng=seeded()).p_value
    assert found.tests[0].p_value == told and "sign-flip" in found.tests[0].method


def test_the_baselines_twin_is_told_and_does_not_count():
    values = tables()
    found = against_baseline({**values, "twin": values["A"]}, "A", correction="holm")
    assert np.isnan(found.adjusted[2]) and isinstance(found.tests[2], TooLittle)
    assert found.adjusted[:2] == pytest.approx(
        against_baseline(values, "A", correction="holm").adjusted
    )
    assert found.warnings == ("systems that differ from the baseline nowhere or by a constant: 1",)
    assert found.as_dict()["adjusted"][2] is None


@pytest.mark.slow
def test_holm_keeps_false_claims_against_a_baseline_rare():
    claims = 0
    for seed in range(600):
        found = against_baseline(tables(20, (0.3,) * 6, seed), "A", correction="holm")
        claims += (found.adjusted < 0.05).any()
    assert claims / 600 < 0.05 + 0.018


def test_tukey_with_two_systems_is_the_sign_flip():
    array, *_ = systems_by_query(tables(means=(0.3, 0.36)))
    found = randomised_tukey(array, rng=seeded(), draws=20_000)
    told = sign_flip(*array.T, rng=seeded(2), draws=20_000).p_value
    assert found.p_values[0, 1] == pytest.approx(told, abs=0.012)
    assert found.p_values[0, 1] > 0.005


def test_tukey_is_symmetric_and_its_critical_difference_agrees_with_its_p_values():
    array, names, _ = systems_by_query(tables(means=(0.3, 0.33, 0.36, 0.45, 0.6)))
    found = randomised_tukey(array, rng=seeded(), systems=names, draws=3000)
    assert found.systems == ("A", "B", "C", "D", "E")
    assert (found.p_values == found.p_values.T).all() and (np.diag(found.p_values) == 1).all()
    assert (found.differences == -found.differences.T).all()
    wide = np.abs(found.differences) > found.critical_difference
    assert (wide == (found.p_values <= 0.05)).all() and 0 < wide.sum() < 20


def test_tukey_is_near_the_studentised_range():
    array, *_ = systems_by_query(tables(60, (0.3, 0.35, 0.38, 0.42)))
    found = randomised_tukey(array, rng=seeded(), draws=8000)
    within = array - array.mean(axis=1, keepdims=True)  # what shuffling moves: effects included
    error = np.sqrt((within**2).sum() / (3 * 60) / 60)
    told = stats.studentized_range.sf(np.abs(found.differences) / error, 4, 3 * 60)
    assert found.p_values == pytest.approx(told, abs=0.02)


@pytest.mark.slow
def test_tukey_keeps_any_false_claim_at_its_level():
    claims = 0
    for seed in range(1000):
        rng = seeded(seed)
        array = rng.normal(0, 1, (15, 1)) + rng.normal(0, 1, (15, 5))
        claims += (randomised_tukey(array, rng=rng, draws=199).p_values <= 0.05).any()
    assert claims / 1000 == pytest.approx(0.05, abs=0.02)


def test_tukey_of_identical_systems_finds_nothing():
    found = randomised_tukey(np.repeat(seeded().random((20, 1)), 3, axis=1), rng=seeded())
    assert (found.p_values == 1).all()
    assert randomised_tukey([[1, 2]], rng=seeded()).reason == "a paired test needs two queries"


def clustered(rng, clusters, effect=0.1):
    sizes = rng.integers(2, 9, clusters)
    codes = np.repeat(np.arange(clusters), sizes)
    second = effect + rng.normal(0, 0.3, clusters)[codes] + rng.normal(0, 0.4, len(codes))
    return np.zeros(len(codes)), second, codes.tolist()


@pytest.mark.slow
def test_cluster_intervals_cover_where_those_over_items_do_not():
    held, naive, rng = 0, 0, seeded(3)
    for _ in range(800):
        first, second, codes = clustered(rng, 50)
        found = cluster_bootstrap_difference(first, second, codes, rng=rng, resamples=600)
        held += found.low <= 0.1 <= found.high
        items = paired_t(first, second).difference
        naive += items.low <= 0.1 <= items.high
    assert 0.93 < held / 800 < 0.97, held / 800
    assert naive / 800 < 0.85


def test_clusters_of_one_item_are_the_plain_bootstrap():
    first, second = seeded().normal(0, 1, (2, 60))
    found = cluster_bootstrap_difference(first, second, range(60), rng=seeded(5))
    told = bootstrap_difference(first, second, rng=seeded(5))
    assert (found.value, found.low, found.high) == pytest.approx(
        (told.value, told.low, told.high), abs=0.03
    )
    assert found.low < told.low and told.high < found.high


def test_few_clusters_get_the_reach_of_a_t_interval():
    differences = seeded().normal(0, 1, 8)
    found = cluster_bootstrap_difference(
        np.zeros(8), differences, range(8), rng=seeded(5), resamples=40_000
    )
    told = paired_t(np.zeros(8), differences).difference
    assert found.high - found.low == pytest.approx(told.high - told.low, rel=0.1)


def test_the_mean_over_items_weighs_large_clusters_more():
    found = cluster_bootstrap_difference(
        np.zeros(12), [1] * 8 + [0] * 4, [0] * 8 + [1, 2, 3, 4], rng=seeded()
    )
    assert found.value == pytest.approx(8 / 12) and found.n == 5
    assert found.warnings == ("only 5 clusters: the interval may be too short",)
    few_clusters = cluster_bootstrap_difference([0, 0], [1, 2], "ab", rng=seeded())
    assert few_clusters == TooLittle("a cluster bootstrap needs 5 clusters", 2)


def test_systems_are_lined_up_by_query_or_refused():
    array, names, queries = systems_by_query({"A": {"q2": 2, "q1": 1}, "B": {"q1": 3, "q2": 4}})
    assert (array.tolist(), names, queries) == ([[1, 3], [2, 4]], ("A", "B"), ("q1", "q2"))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: systems_by_query({}), "no system"),
        (lambda: systems_by_query({"A": {"q": 1}, "B": {"r": 1}}), "differ in queries such as 'q'"),
        (lambda: against_baseline(tables(), "Z", correction="holm"), "the baseline 'Z'"),
        (lambda: against_baseline({"A": {"q": 1}}, "A", correction="holm"), "another system"),
        (lambda: against_baseline(tables(), "A", correction="sidak"), "correction must be one of"),
        (lambda: against_baseline(tables(), "A", correction="holm", test="z"), "test must be"),
        (
            lambda: against_baseline(tables(), "A", correction="holm", test="sign-flip"),
            "pass an rng",
        ),
        (lambda: randomised_tukey([1, 2], rng=seeded()), "queries × two systems"),
        (lambda: randomised_tukey([[1, np.nan]] * 3, rng=seeded()), "finite numbers only"),
        (lambda: randomised_tukey([[1, 2]] * 3, rng=seeded(), systems="aa"), "different names"),
        (lambda: randomised_tukey([[1, 2]] * 3, rng=seeded(), draws=0), "draws must be"),
        (
            lambda: cluster_bootstrap_difference([1, 2], [1, 2], "a", rng=seeded()),
            "first has 2, clusters 1",
        ),
        (
            lambda: cluster_bootstrap_difference([1], [2], "a", rng=seeded(), resamples=0),
            "resamples must be",
        ),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()


def test_one_query_is_too_little():
    values = {"A": {"q": 1}, "B": {"q": 2}}
    told = TooLittle("a paired test needs two pairs", 1)
    assert against_baseline(values, "A", correction="holm") == told
