"""Runs of one label, and the mix and order of a rater's labels."""

from itertools import groupby, pairwise, permutations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay import TooLittle
from assay.gold import answer_patterns, straight_lining
from assay.gold.patterns import _run_p
from tests.assay import few


def run_p(n, c, length):
    return float(_run_p(*(np.array([held]) for held in (n, c, length)))[0])


def longest(answers, label):
    return max((len(list(held)) for key, held in groupby(answers) if key == label), default=0)


@pytest.mark.parametrize("answers", ["aaaab", "aaabbcca", "aaabcd", "aabbbcc"])
def test_the_chance_of_a_run_is_that_over_all_orders(answers):
    orders = set(permutations(answers))
    for label in set(answers):
        for length in range(1, answers.count(label) + 1):
            told = np.mean([longest(order, label) >= length for order in orders])
            assert run_p(len(answers), answers.count(label), length) == pytest.approx(told)


@pytest.mark.slow
@few
@given(st.integers(1, 400), st.data())
def test_the_chance_of_a_run_falls_with_its_length_and_is_one_in_the_end(n, data):
    c = data.draw(st.integers(1, n))
    falling = [run_p(n, c, length) for length in range(1, c + 1)]
    assert falling[0] == pytest.approx(1)
    assert all(a >= b - 1e-7 for a, b in pairwise(falling))
    in_one_piece = (n - c + 1) / comb(n, c)
    assert falling[-1] == pytest.approx(in_one_piece, rel=1e-6)


def test_the_chance_of_a_run_is_what_shuffling_gives():
    rng = np.random.default_rng(1)
    answers = np.repeat([0, 1], [140, 60])
    runs = [longest(rng.permutation(answers).tolist(), 0) for _ in range(4000)]
    for length in (10, 14, 18):
        told = np.mean(np.array(runs) >= length)
        assert run_p(200, 140, length) == pytest.approx(told, abs=0.025)


def mixed(rng, raters=50, each=300, classes=4):
    """Raters with mixes of labels of their own, in random order."""
    mixes = rng.dirichlet(np.full(classes, 2.0), size=raters)
    labels = np.concatenate([rng.choice(classes, each, p=mix) for mix in mixes])
    return np.repeat(np.arange(raters), each), labels


@pytest.mark.slow
def test_p_values_of_honest_raters_are_no_smaller_than_chance():
    rng = np.random.default_rng(2)
    runs, steps = [], []
    for _ in range(20):
        raters, labels = mixed(rng)
        runs.append(straight_lining(raters, labels).p)
        steps.append(answer_patterns(raters, labels).p)
    for share in (0.01, 0.05, 0.2):
        noise = 3 * np.sqrt(share * (1 - share) / 1000)
        assert np.mean(np.concatenate(runs) <= share) <= share + noise
    held = np.concatenate(steps)
    assert np.mean(held[np.isfinite(held)] <= 0.05) == pytest.approx(0.05, abs=0.02)


def test_a_planted_run_is_found_where_it_is():
    raters, labels = mixed(np.random.default_rng(3))
    rows = np.flatnonzero(raters == 11)
    common = int(np.bincount(labels[rows]).argmax())
    labels[rows[100:170]] = common
    labels[rows[99]] = labels[rows[170]] = (common + 1) % 4
    found = straight_lining(raters, labels)
    assert np.flatnonzero(found.flagged).tolist() == [11]
    assert (found.length[11], found.start[11], found.run_labels[11]) == (70, 100, common)
    assert found.adjusted[11] >= found.p[11]


def test_rows_of_several_raters_may_be_interleaved():
    raters, labels = mixed(np.random.default_rng(4), raters=6, each=80)
    order = np.argsort(np.tile(np.arange(80), 6), kind="stable")
    one, other = straight_lining(raters, labels), straight_lining(raters[order], labels[order])
    assert other.p == pytest.approx(one.p) and other.start.tolist() == one.start.tolist()


def test_a_run_in_a_rare_label_is_stranger_than_in_a_common_one():
    common = [0] * 12 + ([1] + [0] * 5) * 15
    rare = [1] * 12 + ([0] * 5 + [1]) * 15
    found = straight_lining(["c"] * 102 + ["r"] * 102, common + rare)
    assert found.length.tolist() == [12, 12]
    assert found.p[1] < 1e-4 < found.p[0]


def test_one_label_throughout_is_for_entropy_to_see():
    raters, labels = ["x"] * 50 + ["y"] * 50, [1] * 50 + [0, 1] * 25
    assert straight_lining(raters, labels).p[0] == 1.0
    found = answer_patterns(raters, labels)
    assert found.entropy[0] == 0 and found.entropy[1] == pytest.approx(1.0)
    assert np.isnan(found.p[0]) and not found.flagged[0]
    assert found.divergence == pytest.approx([1.0, np.inf])


def test_answers_in_rotation_have_no_surprise_left():
    raters, labels = mixed(np.random.default_rng(5), raters=20)
    labels[raters == 2] = np.arange(300) % 4
    found = answer_patterns(raters, labels)
    assert np.flatnonzero(found.flagged).tolist() == [2]
    assert found.entropy[2] == pytest.approx(2.0) and found.next_entropy[2] < 0.02
    assert not straight_lining(raters, labels).flagged[2]


def test_entropy_and_divergence_are_those_of_the_planted_mix():
    rng = np.random.default_rng(6)
    mix, others = np.array([0.7, 0.2, 0.1]), np.array([0.3, 0.3, 0.4])
    labels = [rng.choice(3, 20_000, p=held) for held in (mix, others)]
    found = answer_patterns(np.repeat([0, 1], 20_000), np.concatenate(labels))
    assert found.entropy == pytest.approx(
        [stats.entropy(mix, base=2), stats.entropy(others, base=2)], abs=0.02
    )
    assert found.divergence[0] == pytest.approx(stats.entropy(mix, others, base=2), abs=0.02)
    assert found.next_entropy == pytest.approx(found.entropy, abs=0.01)


def test_miller_takes_off_most_of_the_bias_of_few_answers():
    rng = np.random.default_rng(7)
    labels = rng.choice(4, 40 * 500)
    found = answer_patterns(np.repeat(np.arange(500), 40), labels)
    plain = [stats.entropy(np.bincount(held, minlength=4), base=2)
             for held in labels.reshape(500, 40)]  # fmt: skip
    assert abs(found.entropy.mean() - 2) < 0.5 * abs(np.mean(plain) - 2)


def test_the_test_of_order_is_pearsons():
    raters, labels = mixed(np.random.default_rng(8), raters=1, classes=3)
    table = np.zeros((3, 3))
    np.add.at(table, (labels[:-1], labels[1:]), 1)
    told = stats.chi2_contingency(table, correction=False).pvalue
    assert answer_patterns(raters, labels).p[0] == pytest.approx(told)


@few
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_any_answers_give_finite_runs_and_bounded_entropies(rows):
    raters, labels = zip(*rows, strict=True)
    runs, found = straight_lining(raters, labels), answer_patterns(raters, labels)
    for place, rater in enumerate(runs.rater_ids):
        own = [label for who, label in rows if who == rater]
        start, length = int(runs.start[place]), int(runs.length[place])
        assert own[start : start + length] == [runs.run_labels[place]] * length
        assert length == longest(own, runs.run_labels[place])
    assert ((runs.p >= 0) & (runs.p <= 1)).all()
    assert ((found.entropy >= 0) & (found.entropy <= 2)).all()


@pytest.mark.parametrize("measure", [straight_lining, answer_patterns])
def test_senseless_rows_are_refused_and_none_is_too_little(measure):
    assert measure([], []) == TooLittle("there are no labels", 0)
    with pytest.raises(ValueError, match="differ in length"):
        measure("ab", [1])
    with pytest.raises(ValueError, match="row 0 of labels is missing"):
        measure("a", [None])
    with pytest.raises(ValueError, match="fdr must lie"):
        measure("a", [1], fdr=0)
