"""May a judge take an annotator's place?"""

import numpy as np
import pytest
from scipy import stats

from assay import TooLittle
from assay.judges import alt_test


def people(rng, truth, accuracies):
    """Annotators who are right with the given chances, else at random."""
    right = rng.random((len(truth), len(accuracies))) < accuracies
    return np.where(right, truth[:, None], rng.integers(0, 4, right.shape)).astype(float)


def by_hand(judge, human, bonus, score):
    """The paper's procedure, item by item."""
    p_values, advantages = [], []
    for left_out in range(human.shape[1]):
        differences, machine_wins = [], []
        for machine, row in zip(judge, human, strict=True):
            others = np.delete(row, left_out)
            others = others[~np.isnan(others)]
            if np.isnan(machine) or np.isnan(row[left_out]) or not len(others):
                continue
            ours, theirs = score(machine, others), score(row[left_out], others)
            differences.append(int(theirs >= ours) - int(ours >= theirs))
            machine_wins.append(ours >= theirs)
        p_values.append(stats.ttest_1samp(differences, bonus, alternative="less").pvalue)
        advantages.append(np.mean(machine_wins))
    return p_values, advantages


SCORES = {
    "exact": lambda given, others: np.mean(given == others),
    "distance": lambda given, others: -np.sqrt(np.mean((given - others) ** 2)),
}


@pytest.mark.parametrize("alignment", ["exact", "distance"])
@pytest.mark.parametrize("accuracy", [0.9, 0.6, 0.2])
def test_the_test_is_the_papers_procedure(alignment, accuracy):
    rng = np.random.default_rng(81)
    truth = rng.integers(0, 4, 100)
    human = people(rng, truth, [0.8, 0.7, 0.6, 0.7])
    human[rng.random(human.shape) < 0.3] = np.nan
    judge = people(rng, truth, [accuracy])[:, 0]
    judge[:7] = np.nan
    found = alt_test(judge, human, bonus=0.1, alignment=alignment)
    p_values, advantages = by_hand(judge, human, 0.1, SCORES[alignment])
    assert found.p_values == pytest.approx(p_values)
    assert found.advantage == pytest.approx(advantages)
    wins = stats.false_discovery_control(p_values, method="by") <= 0.05
    assert found.wins.tolist() == wins.tolist()
    assert found.winning_rate == np.mean(wins) and found.passed == (np.mean(wins) >= 0.5)
    assert found.mean_advantage == pytest.approx(np.mean(advantages))
    assert "items without a judge's label" in found.warnings[0]


def test_a_good_judge_passes_and_a_guessing_one_fails():
    rng = np.random.default_rng(82)
    truth = rng.integers(0, 4, 100)
    human = people(rng, truth, [0.7, 0.7, 0.7])
    assert alt_test(truth, human).winning_rate == 1
    guessing = alt_test(rng.integers(0, 4, 100), human)
    assert not guessing.passed and guessing.mean_advantage < 0.6


@pytest.mark.slow
def test_a_judge_at_the_edge_seldom_wins():
    """Just as much worse as the bonus allows: each annotator is beaten in at most 5 % of runs."""
    rng, wins = np.random.default_rng(83), []
    for _ in range(400):
        truth = rng.integers(0, 2, 100)
        human = np.where(rng.random((100, 3)) < 0.9, truth[:, None], 1 - truth[:, None])
        judge = np.where(rng.random(100) < 0.7, truth, 1 - truth)
        wins.append(alt_test(judge, human, bonus=0.2 * 0.8).winning_rate)
    assert np.mean(wins) <= 0.05


def test_annotators_with_few_items_are_left_out():
    rng = np.random.default_rng(84)
    truth = rng.integers(0, 4, 80)
    human = people(rng, truth, [0.8, 0.8, 0.8, 0.8])
    human[20:, 1] = np.nan
    found = alt_test(truth, human)
    assert found.annotators.tolist() == [0, 2, 3] and found.items.tolist() == [80, 80, 80]
    assert found.warnings == ("1 annotators with fewer than 30 shared items were left out",)
    assert alt_test(truth, human[:, :3]) == TooLittle(
        "the test needs 3 annotators with 30 shared items each", 2
    )
    assert "items are few" in alt_test(truth[:40], people(rng, truth[:40], [0.8] * 3)).warnings[0]


def test_a_judge_who_always_ties_wins_by_the_bonus_alone():
    human = np.repeat(np.arange(60)[:, None] % 4, 3, axis=1)
    found = alt_test(human[:, 0], human)
    assert found.p_values.tolist() == [0, 0, 0] and found.passed
    assert not alt_test(human[:, 0], human, bonus=0).passed


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: alt_test([1, 2], [[1, 2]]), r"human must be of shape \(2, annotators\)"),
        (lambda: alt_test([1, 2], [1, 2]), "human must be of shape"),
        (lambda: alt_test([1], [[np.inf, 1]]), "human must hold finite numbers"),
        (lambda: alt_test([1], [[1, 1]], bonus=-0.1), "bonus must lie"),
        (lambda: alt_test([1], [[1, 1]], false_discovery=0), "false_discovery must lie"),
        (lambda: alt_test([1], [[1, 1]], alignment="kappa"), "alignment must be"),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
