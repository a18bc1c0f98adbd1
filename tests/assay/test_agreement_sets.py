"""Agreement on labels that are sets: MASI distance and alpha on it."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import Labels, TooLittle
from assay.agreement import krippendorff_alpha, masi_distance
from tests.assay import few

SETS = [frozenset(held) for held in ("", "a", "b", "ab", "abc", "cd")]


def plainly(first, second):
    """MASI distance straight from its definition."""
    if first == second:
        return 0.0
    shared, union = first & second, first | second
    kind = 2 / 3 if first <= second or second <= first else 1 / 3
    return 1 - kind * len(shared) / len(union)


def alpha_of(labels, **options):
    return krippendorff_alpha(labels, level="masi", rng=np.random.default_rng(1), **options)


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("ab", "ab", 0.0),
        ("ab", "abcd", 2 / 3),
        ("abc", "bcd", 5 / 6),
        ("ab", "cd", 1.0),
        ("", "a", 1.0),
        ("", "", 0.0),
    ],
)
def test_masi_distance_is_worked_out_by_hand(first, second, distance):
    assert masi_distance(set(first), set(second)) == pytest.approx(distance)


@few
@given(st.frozensets(st.sampled_from("abcd")), st.frozensets(st.sampled_from("abcd")))
def test_masi_distance_follows_its_definition_and_has_no_direction(first, second):
    assert masi_distance(first, second) == pytest.approx(plainly(first, second))
    assert masi_distance(first, second) == masi_distance(second, first)


@pytest.mark.slow
@few
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 3), st.sampled_from(SETS)),
        min_size=15,
        max_size=40,
        unique_by=lambda row: row[:2],
    )
)
def test_alpha_of_sets_is_crowd_kits_with_the_same_distance(rows):
    from crowdkit.metrics.data import alpha_krippendorff

    found = alpha_of(Labels.from_triples(*zip(*rows, strict=True), classes=SETS), resamples=5)
    if isinstance(found, TooLittle):
        return
    frame = pd.DataFrame(rows, columns=["task", "worker", "label"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = alpha_krippendorff(frame, distance=plainly)
    assert found.value == pytest.approx(told)


def test_part_agreement_counts_in_part():
    labels = Labels.from_triples(
        [n // 2 for n in range(40)], "xy" * 20, [SETS[1], SETS[3], SETS[5], SETS[5]] * 10,
        classes=SETS,
    )  # fmt: skip
    nominal = krippendorff_alpha(labels, level="nominal", rng=np.random.default_rng(1))
    assert alpha_of(labels).value > nominal.value + 0.1


def test_classes_that_are_not_sets_are_refused():
    labels = Labels.from_triples("aabb", "xyxy", [1, 0, 1, 1])
    with pytest.raises(ValueError, match="needs sets as classes, not 0"):
        alpha_of(labels)
