"""Interleaved lists, the credit of their clicks, and the outcome over impressions."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay import TooLittle
from assay.metrics import (
    Credit,
    balanced_interleaving,
    credit,
    interleaving_outcome,
    team_draft,
)
from tests.assay import few

lists = st.lists(st.sampled_from("abcdefghij"), unique=True, min_size=1, max_size=8)
depths = st.integers(1, 10)


@few
@given(lists, lists, depths, st.integers(0, 99))
def test_a_team_draft_is_fair_after_every_two_picks(first, second, k, seed):
    made = team_draft(first, second, k=k, rng=np.random.default_rng(seed))
    assert len(set(made.documents)) == len(made.documents) <= k
    sides = {"first": first, "second": second}
    for rank, (document, team) in enumerate(zip(made.documents, made.teams, strict=True)):
        shown = made.documents[:rank]
        assert document == next(d for d in sides[team] if d not in shown)
        picks = Counter(made.teams[: rank + 1])
        assert abs(picks["first"] - picks["second"]) <= 1


@few
@given(lists, lists, depths, st.integers(0, 99))
def test_every_prefix_of_a_balanced_list_holds_both_rankings_alike(first, second, k, seed):
    made = balanced_interleaving(first, second, k=k, rng=np.random.default_rng(seed))
    for length in range(1, len(made.documents) + 1):
        shown = set(made.documents[:length])
        tops = [(set(first[:a]), set(second[:b])) for a in range(9) for b in (a - 1, a, a + 1)
                if b >= 0]  # fmt: skip
        assert any(left | right == shown for left, right in tops)


def test_team_draft_shows_all_lists_of_the_example_alike():
    """Radlinski, Kurup & Joachims (2008): two coin flips, four lists of equal chance."""
    rng = np.random.default_rng(8)
    made = [team_draft(["a", "b", "c"], ["b", "c", "a"], k=3, rng=rng) for _ in range(4000)]
    seen = Counter((each.documents, each.teams) for each in made)
    expected = {
        (("a", "b", "c"), ("first", "second", "first")),
        (("a", "b", "c"), ("first", "second", "second")),
        (("b", "a", "c"), ("second", "first", "first")),
        (("b", "a", "c"), ("second", "first", "second")),
    }
    assert set(seen) == expected
    assert stats.chisquare(list(seen.values())).pvalue > 0.01


def test_clicks_at_random_tie_under_team_draft_but_not_under_balanced():
    """The weakness that Chapelle et al. (2012) show: one ranking is the other moved up a place."""
    rng = np.random.default_rng(9)
    won = {}
    for method in (team_draft, balanced_interleaving):
        credits = []
        for _ in range(3000):
            made = method(["a", "b", "c"], ["b", "c", "a"], k=3, rng=rng)
            credits.append(credit(made, [made.documents[rng.integers(3)]]))
        outcome = interleaving_outcome(
            [each.first for each in credits], [each.second for each in credits]
        )
        won[method] = outcome.preference
    assert won[team_draft].low < 0 < won[team_draft].high
    assert won[balanced_interleaving].value == pytest.approx(-1 / 6, abs=0.03)


def test_team_draft_credits_who_picked_and_ends_where_one_side_has_nothing_new():
    made = team_draft(["a"], ["a", "b", "c"], k=5, rng=np.random.default_rng(1))
    assert made.documents in {("a",), ("a", "b")}
    made = team_draft(["a", "b"], ["c", "d"], k=4, rng=np.random.default_rng(1))
    assert credit(made, ["a", "b", "c"]) == Credit(2, 1)
    assert credit(made, ["a", "b", "c", "c"]).winner == "first"
    assert credit(made, []).winner is None


def test_balanced_credit_looks_as_deep_as_the_lowest_click():
    first, second = list("abcd"), list("becf")
    made = balanced_interleaving(first, second, k=6, rng=np.random.default_rng(2))
    assert set(made.documents) == set("abcdef")
    assert credit(made, ["a"]) == Credit(1, 0)
    assert credit(made, ["e"]) == Credit(0, 1)
    assert credit(made, ["c"]) == Credit(1, 1)
    assert credit(made, ["a", "b", "c"]) == Credit(3, 2)
    assert credit(made, ["f"]) == Credit(0, 1)


def test_the_outcome_is_the_share_won_and_the_sign_test():
    first = [1] * 120 + [0] * 180
    second = [0] * 120 + [1] * 100 + [0] * 80
    found = interleaving_outcome(first, second)
    assert found.preference.value == pytest.approx(0.03333, abs=5e-6)
    assert found.p_value == pytest.approx(0.2001, abs=5e-5)
    assert found.p_value == pytest.approx(stats.binomtest(120, 220).pvalue)
    assert (found.first_wins, found.second_wins, found.ties) == (120, 100, 80)
    turned = interleaving_outcome(second, first)
    assert turned.preference.low == pytest.approx(-found.preference.high)


@pytest.mark.parametrize(("won", "lost", "n"), [(0.3, 0.3, 40), (0.15, 0.1, 150), (0.5, 0.2, 60)])
def test_the_interval_covers_the_preference(won, lost, n):
    rng = np.random.default_rng(17)
    drawn = rng.multinomial(n, [won, lost, 1 - won - lost], size=3000)
    counts, times = np.unique(drawn, axis=0, return_counts=True)
    covered = 0
    for (wins, losses, ties), often in zip(counts, times, strict=True):
        signs = np.repeat([1.0, -1.0, 0.0], [wins, losses, ties])
        interval = interleaving_outcome(signs > 0, signs < 0).preference
        covered += often * (interval.low <= (won - lost) / 2 <= interval.high)
    assert 0.93 <= covered / 3000 <= 0.97


def test_the_sign_test_keeps_its_level_when_nothing_differs():
    rng = np.random.default_rng(4)
    drawn = rng.choice([-1, 0, 1], size=(1000, 80))
    p_values = [interleaving_outcome(row > 0, row < 0).p_value for row in drawn]
    assert np.mean(np.array(p_values) <= 0.05) <= 0.055


def test_a_unit_counts_once_for_the_ranking_that_won_more_of_it():
    found = interleaving_outcome([1, 1, 0, 0, 0], [0, 0, 1, 1, 0], units=["u", "u", "u", "v", "w"])
    assert (found.first_wins, found.second_wins, found.ties) == (1, 1, 1)
    assert found.preference.n == 3 and "units" in found.preference.method
    assert found.p_value == 1


def test_units_keep_the_level_that_repeated_impressions_break():
    """Thirty users who each see twenty lists and always prefer what they prefer."""
    rng = np.random.default_rng(6)
    users = np.repeat(np.arange(30), 20)
    wrong, right = 0, 0
    for _ in range(200):
        signs = rng.choice([-1, 1], size=30)[users]
        wrong += interleaving_outcome(signs > 0, signs < 0).p_value <= 0.05
        right += interleaving_outcome(signs > 0, signs < 0, units=users.tolist()).p_value <= 0.05
    assert wrong / 200 > 0.5
    assert right / 200 <= 0.08


def test_few_or_no_impressions():
    assert interleaving_outcome([], []) == TooLittle("no impressions", 0)
    found = interleaving_outcome([1], [0])
    assert found.warnings == ("only 1 decided: no outcome could be significant",)
    assert found.preference.low < 0.5 == found.preference.high


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda rng: team_draft(["a"], ["b"], k=0, rng=rng), "at least 1 document"),
        (lambda rng: team_draft(["a", "a"], ["b"], k=1, rng=rng), "first ranks a document twice"),
        (lambda rng: balanced_interleaving(["a"], "bc", k=1, rng=rng), "second: a ranking is"),
        (
            lambda rng: credit(team_draft(["a"], ["b"], k=2, rng=rng), ["x"]),
            "clicked but not shown: x",
        ),
        (lambda rng: interleaving_outcome([1], [1, 2]), "lengths differ"),
        (lambda rng: interleaving_outcome([1], [-2]), "second_credit must not be negative"),
        (lambda rng: interleaving_outcome([1], [0], units=["a", "b"]), "1 impressions, 2 units"),
        (lambda rng: interleaving_outcome([1], [0], level=1.0), "level must lie"),
    ],
)
def test_senseless_lists_and_credits_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call(np.random.default_rng(0))
