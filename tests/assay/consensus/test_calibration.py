"""Temperatures and calibration error against what is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.consensus import known_items, reliability, temperature, tempered
from assay.consensus.calibration import KnownItems
from assay.data import Labels
from assay.results import TooLittle
from tests.assay import few


def honest(rng, n, size=3):
    """Posteriors (n, K), and classes drawn from them."""
    posterior = rng.dirichlet(np.full(size, 0.6), n)
    truth = (rng.random(n)[:, None] > np.cumsum(posterior, axis=1)).sum(axis=1).clip(0, size - 1)
    return posterior, KnownItems(np.arange(n), np.eye(size, dtype=bool)[truth], 0)


@pytest.mark.parametrize("exponent", [0.3, 0.5, 1.0])
def test_the_planted_exponent_is_found(exponent):
    posterior, known = honest(np.random.default_rng(2), 4000)
    found = temperature(tempered(posterior, 1 / exponent), known)
    assert found.exponent == pytest.approx(exponent, rel=0.07)
    assert found.loss_after <= found.loss_before and found.warnings == ()


def test_an_honest_posterior_has_hardly_any_error():
    posterior, known = honest(np.random.default_rng(3), 20_000)
    assert reliability(posterior, known).error < 0.01
    assert reliability(tempered(posterior, 3), known).error > 0.05


@given(st.floats(0.05, 4), st.integers(0, 100))
@few
def test_a_temperature_never_changes_the_most_probable_label(exponent, seed):
    posterior = np.random.default_rng(seed).dirichlet(np.ones(4), 20)
    after = tempered(posterior, exponent)
    assert np.array_equal(after.argmax(axis=1), posterior.argmax(axis=1))
    assert np.allclose(after.sum(axis=1), 1) and np.allclose(tempered(posterior, 1), posterior)


def test_an_accepted_set_counts_as_a_whole():
    posterior = np.tile([0.5, 0.3, 0.2], (30, 1))
    known = KnownItems(np.arange(30), np.tile([False, True, True], (30, 1)), 0)
    found = temperature(posterior, known)
    assert found.loss_before == pytest.approx(-np.log(0.5))
    assert reliability(posterior, known).real[5] == 0


def test_the_bins_add_up():
    posterior, known = honest(np.random.default_rng(5), 200)
    found = reliability(posterior, known)
    filled = found.counts > 0
    gaps = np.abs(found.promised - found.real)[filled]
    assert found.counts.sum() == found.n == 200
    assert found.error == pytest.approx((gaps * found.counts[filled]).sum() / 200)


def test_little_gold_gives_a_reason():
    posterior, known = honest(np.random.default_rng(6), 19)
    assert temperature(posterior, known) == TooLittle("calibration needs 20 labeled gold items", 19)
    nobody = KnownItems(np.empty(0, dtype=np.int64), np.empty((0, 3), dtype=bool), 2)
    assert isinstance(reliability(posterior, nobody), TooLittle)


def test_no_gold_is_no_known_item():
    labels = Labels.from_triples("ab", "xx", [0, 1])
    assert known_items(labels, {}).accepted.shape == (0, 2)
