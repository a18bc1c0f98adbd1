"""Design effects from pilot data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay import TooLittle
from assay.sizing import design_effect, intraclass_correlation, pilot_design_effect
from tests.assay import few


def test_the_correlation_is_that_of_the_variance_table():
    """Shrout & Fleiss (1979): six targets, four ratings each; their ICC(1,1) is 0.17."""
    ratings = [9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7]
    found = intraclass_correlation(ratings, np.repeat(range(6), 4).tolist())
    assert found.value == pytest.approx(0.166, abs=0.0005)
    assert (found.low, found.high) == pytest.approx((-0.133, 0.723), abs=0.0005)
    assert found.n == 6 and "only 6 clusters" in found.warnings[0]


def drawn(rng, sizes, rho, kind="normal"):
    codes = np.repeat(np.arange(len(sizes)), sizes)
    if kind == "normal":
        own = rng.normal(0, (1 - rho) ** 0.5, len(codes))
        return rng.normal(0, rho**0.5, len(sizes))[codes] + own, codes.tolist()
    chance = rng.beta(0.3 * (1 / rho - 1), 0.7 * (1 / rho - 1), len(sizes))
    return (rng.random(len(codes)) < chance[codes]).astype(float), codes.tolist()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "rho"),
    [([5] * 6, 0.0), ([2, 4, 6, 8] * 12, 0.25), ([1] * 20 + [30] * 10, 0.25),
     ([1] * 20 + [30] * 10, 0.6)],
)  # fmt: skip
def test_intervals_of_the_correlation_cover(sizes, rho):
    rng, found = np.random.default_rng(9), []
    for _ in range(800):
        found.append(intraclass_correlation(*drawn(rng, sizes, rho)))
    coverage = np.mean([each.low <= rho <= each.high for each in found])
    assert 0.93 < coverage < 0.97, coverage


@pytest.mark.slow
def test_intervals_for_shares_hold_as_documented_and_warn_where_they_do_not():
    rng = np.random.default_rng(9)
    found = [intraclass_correlation(*drawn(rng, [5] * 60, 0.25, "share")) for _ in range(1000)]
    assert 0.90 < np.mean([each.low <= 0.25 <= each.high for each in found]) < 0.97
    assert np.mean([each.value for each in found]) == pytest.approx(0.25, abs=0.015)
    assert found[0].warnings == ()


def test_a_rare_share_is_told():
    rare = intraclass_correlation([1, 0] + [0] * 38, np.repeat(range(20), 2).tolist())
    assert rare.warnings == ("a rare share: the interval can be much too short",)


def test_equal_clusters_have_searles_interval():
    found = intraclass_correlation([1, 2, 5, 6, 9, 9], "aabbcc")
    f = (found.value + 1) / (1 - found.value)  # m = 2
    for limit, share in ((found.low, 0.975), (found.high, 0.025)):
        ratio = f / stats.f.ppf(share, 2, 3)
        assert limit == pytest.approx((ratio - 1) / (ratio + 1))


@pytest.mark.slow
def test_a_pilots_design_effect_is_how_far_the_mean_of_clusters_varies():
    rng = np.random.default_rng(4)
    means = [drawn(rng, [6] * 50, 0.2)[0].mean() for _ in range(4000)]
    pilots = [pilot_design_effect(*drawn(rng, [6] * 50, 0.2)).value for _ in range(300)]
    assert np.mean(pilots) == pytest.approx(design_effect(6, 0.2), rel=0.02)
    assert np.var(means) * 300 == pytest.approx(np.mean(pilots), rel=0.06)


def test_the_planned_cluster_size_may_differ_from_the_pilots():
    given_values, clusters = drawn(np.random.default_rng(1), [2, 4, 6, 8] * 10, 0.4)
    rho = intraclass_correlation(given_values, clusters)
    found = pilot_design_effect(given_values, clusters, cluster_size=20)
    assert found.value == pytest.approx(1 + 19 * rho.value)
    assert (found.low, found.high) == pytest.approx((1 + 19 * rho.low, 1 + 19 * rho.high))
    own = pilot_design_effect(given_values, clusters)
    assert own.diagnostics["cluster_size"] == pytest.approx(6)  # (4 + 16 + 36 + 64) / 20


def test_clusters_that_differ_less_than_chance_cost_nothing():
    found = pilot_design_effect([1, 2, 3, 4] * 5, np.repeat(range(5), 4).tolist())
    assert found.value == found.low == 1


@few
@given(st.lists(st.integers(0, 3), min_size=8, max_size=20), st.floats(0.1, 50), st.floats(-9, 9))
def test_unit_and_origin_do_not_matter(values, unit, origin):
    clusters = [position // 2 for position in range(len(values))]
    there = intraclass_correlation(values, clusters)
    moved = intraclass_correlation(np.array(values) * unit + origin, clusters)
    if isinstance(there, TooLittle):
        return
    assert moved.value == pytest.approx(there.value, abs=1e-6)
    assert moved.low == pytest.approx(there.low, abs=1e-6)


def test_too_little_is_said():
    told = "a correlation within clusters needs two, one with two items"
    assert intraclass_correlation([1, 2], "aa") == TooLittle(told, 1)
    assert intraclass_correlation([1, 2], "ab") == TooLittle(told, 2)
    assert "never differ" in intraclass_correlation([1, 1, 2, 2], "aabb").reason
    assert isinstance(pilot_design_effect([1, 2], "ab"), TooLittle)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: intraclass_correlation([1, 2, 3], "ab"), "clusters has 2"),
        (lambda: intraclass_correlation([1, 2], "ab", level=1), "level must lie"),
        (lambda: intraclass_correlation([1, np.nan], "ab"), "finite numbers"),
        (lambda: pilot_design_effect([1, 2], "ab", cluster_size=0.5), "cluster_size must be"),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
