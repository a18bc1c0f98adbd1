"""Deciding lots, and how hard to look at the next."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.acceptance import (
    SequentialPlan,
    SinglePlan,
    Switching,
    after_lot,
    decide_in_order,
    decide_lot,
    interrupted,
    resumed,
    switching_points,
)
from tests.assay import few

PLAN = SinglePlan(80, 2)
WALD = SequentialPlan(0.05, 0.15, 0.05, 0.10, limit=231)


@pytest.mark.parametrize(
    ("checked", "defects", "verdict", "reason"),
    [
        (80, 2, "accept", "2 defects in 80 checks: accept with at most 2"),
        (80, 3, "reject", "3 defects in 80 checks: reject with at least 3"),
        (9, 3, "reject", "3 defects in 9 checks: reject with at least 3"),
        (79, 1, "accept", "1 defect in 79 checks: accept with at most 1"),
        (79, 2, "continue", "2 defects in 79 checks: accept with at most 1, reject with"),
        (1, 0, "continue", "0 defects in 1 check: no count accepts yet, reject with at least 3"),
    ],
)
def test_a_single_plan_decides_as_soon_as_it_can(checked, defects, verdict, reason):
    found = decide_lot(PLAN, checked=checked, defects=defects)
    assert found.verdict == verdict and found.reason.startswith(reason)
    assert found.left == (80 - checked if verdict == "continue" else 0)


@few
@given(st.lists(st.booleans(), min_size=80, max_size=80))
def test_deciding_early_never_changes_the_verdict(outcomes):
    early = decide_in_order(PLAN, outcomes)
    late = decide_lot(PLAN, checked=80, defects=sum(outcomes))
    assert early.verdict == late.verdict


def test_a_sequential_plan_follows_its_lines():
    assert decide_lot(WALD, checked=20, defects=0).verdict == "continue"
    assert decide_lot(WALD, checked=21, defects=0).verdict == "accept"
    assert decide_lot(WALD, checked=6, defects=3).verdict == "reject"
    assert decide_lot(WALD, checked=7, defects=3).verdict == "continue"
    assert decide_lot(WALD, checked=0, defects=0).reject_from == 3
    assert decide_lot(WALD, checked=231, defects=21).verdict == "accept"
    assert decide_lot(WALD, checked=231, defects=22).verdict == "reject"


def test_what_came_after_a_decision_is_not_read():
    outcomes = [True, True, True] + [False] * 50
    assert decide_lot(WALD, checked=53, defects=3).verdict == "accept"
    found = decide_in_order(WALD, outcomes)
    assert (found.verdict, found.checked) == ("reject", 3)


def test_too_few_outcomes_leave_a_lot_open():
    assert decide_in_order(WALD, []).verdict == "continue"
    assert decide_in_order(WALD, [False] * 5).left == 226


@pytest.mark.parametrize("counts", [(3, 4), (81, 0), (-1, 0), (5, -1)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ValueError, match="need 0 ≤ defects ≤ checked ≤ 80"):
        decide_lot(PLAN, checked=counts[0], defects=counts[1])


def run(script, state=None, points=0):
    """Lots as letters: a accepted, r rejected. The severity after each."""
    state, seen = state or Switching(), []
    for letter in script:
        accepted = letter == "a"
        state = after_lot(
            state, "accept" if accepted else "reject", points=points if accepted else 0
        )
        seen.append(state.severity[0])
    return state, "".join(seen)


@pytest.mark.parametrize(
    ("script", "severities"),
    [
        ("rr", "nt"),
        ("raaar", "nnnnt"),
        ("raaaar", "nnnnnn"),
        ("raaaarar", "nnnnnnnt"),
        ("rraaaaa", "nttttt" + "n"),
        ("rraaaara", "nttttttt"),
        ("rrrrrrr", "nttttts"),
        ("rrrarararar", "ntttttttt" + "ts"),
        ("rraaaaarr", "ntttttn" + "nt"),
    ],
)
def test_scripted_lots_switch_as_the_rules_say(script, severities):
    assert run(script)[1] == severities


def test_rejections_are_counted_afresh_each_time_inspection_is_tightened():
    state, _ = run("rr" + "rrrr" + "aaaaa" + "rr")
    assert (state.severity, state.rejected) == ("tightened", 0)


def test_a_score_of_thirty_reduces_and_one_rejection_returns():
    state, seen = run("a" * 10, points=3)
    assert seen == "n" * 9 + "r" and state.reason == "switching score of 30"
    assert run("a" * 15, points=2)[1] == "n" * 14 + "r"
    assert run("aaa" + "r" + "a", state)[1] == "rrr" + "n" + "n"
    assert interrupted(state).severity == "normal"
    assert interrupted(Switching("tightened")).severity == "tightened"


def test_a_lot_without_points_sets_the_score_back():
    state, _ = run("a" * 9, points=3)
    assert state.score == 27
    assert after_lot(state, "accept").score == 0
    assert after_lot(state, "reject").score == 0


def test_reduction_can_be_withheld_until_it_is_offered():
    state, _ = run("a" * 9, points=3)
    state = after_lot(state, "accept", points=3, reduction="withheld")
    assert (state.severity, state.score) == ("normal", 30)
    assert after_lot(state, "accept", points=3).severity == "reduced"


def test_points_follow_the_acceptance_number():
    strict = [switching_points(SinglePlan(80, 5), d, stricter_c=3) for d in (3, 4, 9)]
    assert strict == [3, 0, 0]
    assert [switching_points(SinglePlan(50, 1), d) for d in (1, 2)] == [2, 0]


def test_stopped_inspection_waits_for_correction():
    state, _ = run("r" * 7)
    assert state.reason == "5 lots rejected under tightened inspection"
    with pytest.raises(ValueError, match="inspection is stopped"):
        after_lot(state, "accept")
    again = resumed(state)
    assert (again.severity, again.rejected) == ("tightened", 0)


@few
@given(st.text("ar", max_size=60))
def test_a_series_obeys_the_rules_whatever_comes(script):
    state = Switching()
    for k, letter in enumerate(script):
        before = state.severity
        state = after_lot(state, "accept" if letter == "a" else "reject")
        if letter == "a":
            assert (before, state.severity) in {
                ("normal", "normal"), ("tightened", "tightened"), ("tightened", "normal")
            }  # fmt: skip
            if state.severity != before:
                assert script[k - 4 : k + 1] == "aaaaa"
        elif before == "normal" and state.severity == "tightened":
            assert script[max(0, k - 4) : k + 1].count("r") >= 2
        if state.severity == "stopped":
            return


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: after_lot(Switching(), "maybe"), "not 'maybe'"),
        (lambda: after_lot(Switching(), "reject", points=2), "cannot bring 2 points"),
        (lambda: after_lot(Switching(), "accept", points=5), "cannot bring 5 points"),
        (lambda: resumed(Switching()), "not stopped but normal"),
        (lambda: switching_points(PLAN, 0), "needs a stricter_c"),
        (lambda: switching_points(PLAN, -1), "must not be negative"),
    ],
)
def test_senseless_steps_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()


def test_a_state_can_be_stored_as_plain_types():
    stored = run("ra")[0].as_dict()
    assert Switching(**{**stored, "recent": tuple(stored["recent"])}) == run("ra")[0]
    assert np.asarray(stored["recent"]).tolist() == [False, True]
