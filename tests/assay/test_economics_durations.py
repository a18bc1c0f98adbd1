"""Durations of steps in a row and of paths side by side."""

import math

import numpy as np
import pytest

from assay.economics import Pert, path_durations
from assay.results import TooLittle

STEP = Pert(2, 4, 9)


def test_ten_steps_of_the_reference():
    found = path_durations([[STEP] * 10], rng=np.random.default_rng(1))
    assert 10 * STEP.mean == 45 and math.sqrt(10) * STEP.sd == pytest.approx(4.0089, abs=5e-5)
    assert found.mean == pytest.approx(45, abs=0.05)
    assert found.sd == pytest.approx(4.0089, abs=0.03)
    assert (found.p80, found.p95) == pytest.approx((48.37, 51.77), abs=0.06)
    classic = ((9 - 2) / 6) ** 2
    assert classic / STEP.sd**2 == pytest.approx(0.85, abs=0.005)


def test_two_paths_merge_late_as_in_the_reference():
    found = path_durations([[STEP] * 10] * 2, rng=np.random.default_rng(2))
    assert found.mean == pytest.approx(47.26, abs=0.05)
    assert found.merge_bias == pytest.approx(2.26, abs=0.05)
    assert found.critical == pytest.approx([0.5, 0.5], abs=0.01)


def test_a_step_stays_within_its_ends():
    drawn = Pert(1, 1, 5).drawn(np.random.default_rng(3), 50_000)
    assert drawn.min() >= 1 and drawn.max() <= 5
    assert drawn.mean() == pytest.approx(Pert(1, 1, 5).mean, rel=0.01)
    assert drawn.std() == pytest.approx(Pert(1, 1, 5).sd, rel=0.02)


def test_no_work_is_too_little_and_senseless_steps_are_refused():
    assert isinstance(path_durations([], rng=np.random.default_rng(1)), TooLittle)
    assert isinstance(path_durations([[STEP], []], rng=np.random.default_rng(1)), TooLittle)
    with pytest.raises(ValueError, match="need low ≤ likely ≤ high"):
        Pert(2, 1, 3)
    with pytest.raises(ValueError, match="low < high"):
        Pert(2, 2, 2)
    with pytest.raises(ValueError, match="draws must be at least 1000"):
        path_durations([[STEP]], rng=np.random.default_rng(1), draws=10)
