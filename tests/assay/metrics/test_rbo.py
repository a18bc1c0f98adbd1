"""Rank-biased overlap against published values, its bounds, and its meaning under ties."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import TooLittle
from assay.metrics import rank_biased_overlap
from tests.assay import few

READINGS = ("equal", "average", "corrected")


def ranking(text):
    """Scores from ``a (b c) d``, where brackets tie."""
    groups = text.replace("(", " ( ").replace(")", " ) ").split()
    scores, rank, tied = {}, 0, False
    for token in groups:
        if token in "()":
            tied, rank = token == "(", rank - 1
        else:
            rank -= 0 if tied else 1
            scores[token] = float(rank)
    return scores


# Values of the test set of Corsi & Urbano (2024): extrapolated, lowest, highest for each reading.
PUBLISHED = [
    (
        "(i5 i9 i13 i15 i16 i19 i20) (i3 i8)",
        "i6 (i4 i18) i2 i7 i8 i17 i14 (i11 i12) i1",
        0.958074765324023,
        [
            (0.0816485573277354, 0.0370062754797617, 0.59493569657566),
            (0.0808189832771587, 0.0354671825076603, 0.593396603603558),
            (0.0813693619867344, 0.0356267307324464, 0.593556151828344),
        ],
    ),
    (
        "(i5 i20) (i3 i8 i10 i11) i13",
        "(i1 i2 i3 i4 i5 i6 i7 i8 i9 i10 i11 i12 i13)",
        0.956020041658117,
        [
            (0.640387430188247, 0.323506576285529, 0.805416533963823),
            (0.536528176569959, 0.26353157133526, 0.741980233847526),
            (0.650587440650316, 0.324674914963379, 0.806877156763621),
        ],
    ),
    (
        "(i1 i9 i15 i17) i13 i4 i3 i2",
        "(i1 i17) i15 i9 i13 i4 (i2 i3) i14",
        0.959906916802432,
        [
            (0.966438584453973, 0.512284507728805, 0.966438584453973),
            (0.939211367148046, 0.485057290422878, 0.939211367148046),
            (0.970894528910972, 0.516740452185804, 0.970894528910972),
        ],
    ),
    (
        "i21 i20 (i1 i16 i19) (i5 i10) i4",
        "(i12 i17) (i2 i3 i8 i11) (i15 i18) (i6 i13) (i7 i14) i9",
        0.930074017489188,
        [
            (0, 0, 0.389142712252727),
            (0, 0, 0.38977330351866),
            (0, 0, 0.390116806797613),
        ],
    ),
    (
        "i4 (i2 i14) i7 i5 i3",
        "(i9 i13) (i6 i8) i1 i5 i10 i15 i11",
        0.986650551181127,
        [(0.155835200392091, 0.02839705430193, 0.89085092447296)] * 3,
    ),
]


@pytest.mark.parametrize(("first", "second", "p", "values"), PUBLISHED)
def test_published_values_under_each_reading_of_ties(first, second, p, values):
    for ties, expected in zip(READINGS, values, strict=True):
        for pair in ((first, second), (second, first)):
            found = rank_biased_overlap(*map(ranking, pair), persistence=p, ties=ties)
            assert (found.value, found.low, found.high) == pytest.approx(expected, abs=1e-9)
            assert found.residual == pytest.approx(expected[2] - expected[1])


lists = st.lists(st.sampled_from("abcdefghij"), unique=True, min_size=1, max_size=8)
shares = st.floats(0.05, 0.95)


@few
@given(lists, lists, shares)
def test_the_value_lies_between_its_bounds_and_without_ties_the_readings_agree(first, second, p):
    found = [rank_biased_overlap(first, second, persistence=p, ties=ties) for ties in READINGS]
    for each in found:
        assert -1e-12 <= each.low <= each.value + 1e-12 <= each.high + 2e-12 <= 1 + 3e-12
        assert each.value == pytest.approx(found[0].value)


@few
@given(lists, shares)
def test_a_ranking_overlaps_wholly_with_itself(ranked, p):
    found = rank_biased_overlap(ranked, ranked, persistence=p, ties="equal")
    assert (found.value, found.high) == pytest.approx((1, 1))
    assert found.low < 1


@few
@given(lists, lists, shares)
def test_bounds_hold_every_way_the_rankings_could_go_on(first, second, p):
    rng = np.random.default_rng(3)
    found = rank_biased_overlap(first, second, persistence=p, ties="equal")
    pool = np.array(list("abcdefghijklmnop"))
    rng.shuffle(pool)
    longer = [[*held, *(d for d in pool.tolist() if d not in held)] for held in (first, second)]
    known = rank_biased_overlap(*longer, persistence=p, ties="equal")
    assert found.low <= known.low + 1e-12
    assert known.high <= found.high + 1e-12


def test_average_is_the_mean_over_all_orders_of_what_is_tied():
    first, second = ranking("(a b c) d e"), list("becda")
    orders = [
        rank_biased_overlap([*order, "d", "e"], second, persistence=0.8, ties="equal").value
        for order in permutations("abc")
    ]
    found = rank_biased_overlap(first, second, persistence=0.8, ties="average")
    assert found.value == pytest.approx(np.mean(orders))


def test_tied_with_itself_agrees_wholly_unless_averaged():
    tied = ranking("a (b c d) e")
    equal, average, corrected = (
        rank_biased_overlap(tied, tied, persistence=0.9, ties=ties).value for ties in READINGS
    )
    assert (equal, corrected) == pytest.approx((1, 1))
    assert average < 0.99


def test_an_empty_ranking_is_too_little():
    found = rank_biased_overlap([], ["a"], persistence=0.9, ties="equal")
    assert found == TooLittle("an empty ranking overlaps with nothing", 0)


@pytest.mark.parametrize(
    ("first", "choices", "told"),
    [
        (["a"], {"persistence": 1.0, "ties": "equal"}, "persistence must lie"),
        (["a"], {"persistence": 0.9, "ties": "broken"}, "ties must be one of"),
        (["a", "a"], {"persistence": 0.9, "ties": "equal"}, "ranks a document twice"),
        ("ab", {"persistence": 0.9, "ties": "equal"}, "not one text"),
        ({"a": float("nan")}, {"persistence": 0.9, "ties": "equal"}, "not a finite number"),
    ],
)
def test_malformed_rankings_and_choices_are_refused(first, choices, told):
    with pytest.raises(ValueError, match=told):
        rank_biased_overlap(first, ["a"], **choices)
