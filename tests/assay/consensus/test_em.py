"""The two steps of expectation–maximisation: the compiled pass and the sparse products agree."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from assay import Labels
from assay.consensus import dawid_skene, em
from assay.consensus.em import (
    connected_groups,
    count,
    design_of,
    expect,
    fused_step,
    posterior_of,
    together,
)
from tests.assay import few

pytestmark = pytest.mark.slow  # the kernels are compiled first

ENGINES = ["numba", "scipy"]


def some_labels(rng, *, items=30, raters=6, classes=3, density=0.5):
    """A random design in which every item has a label."""
    met = rng.random((items, raters)) < density
    met[np.arange(items), rng.integers(raters, size=items)] = True
    rows, columns = np.nonzero(met)
    given = rng.integers(classes, size=len(rows))
    return Labels.from_triples(rows, columns, given, classes=range(classes))


def some_parameters(rng, labels, *, concentration=1.0):
    """Logs of a prior and of confusions."""
    k, shape = labels.n_classes, (labels.n_raters, labels.n_classes)
    prior = rng.dirichlet(np.ones(k))
    confusion = rng.dirichlet(np.full(k, concentration), size=shape)
    return np.log(prior), np.log(np.maximum(confusion, 1e-300))


def both(act):
    return [act(engine=engine) for engine in ENGINES]


@pytest.mark.slow
@few
@given(
    st.integers(0, 10_000),
    st.integers(1, 11),
    st.sampled_from([0.5, 1.0, 2.5]),
    st.sampled_from([0.02, 1.0]),
    st.booleans(),
)
def test_both_engines_give_the_same_step(seed, classes, temper, concentration, clamped):
    rng = np.random.default_rng(seed)
    labels = some_labels(rng, classes=classes)
    parameters = some_parameters(rng, labels, concentration=concentration)
    allowed = rng.random((labels.n_items, classes)) < 0.7 if clamped else None
    if allowed is not None:
        allowed[:, 0] = True
    options = {"allowed": allowed, "temper": temper}
    design = design_of(labels)
    quick, slow = both(lambda engine: fused_step(design, *parameters, **options, engine=engine))
    assert quick.counts == pytest.approx(slow.counts, rel=1e-9, abs=1e-9)
    assert quick.mass == pytest.approx(slow.mass, rel=1e-9, abs=1e-9)
    assert quick.log_likelihood == pytest.approx(slow.log_likelihood, rel=1e-9)
    (first, one), (second, other) = both(
        lambda engine: posterior_of(design, *parameters, **options, engine=engine)
    )
    assert first == pytest.approx(second, abs=1e-9)
    assert one == pytest.approx(other, rel=1e-9)
    assert allowed is None or not first[~allowed].any()
    counted = count(design, first, engine="numba")
    assert counted == pytest.approx(quick.counts, rel=1e-9, abs=1e-9)
    assert counted == pytest.approx(count(design, first, engine="scipy"), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("classes", [2, 9])
def test_a_step_equals_sums_written_out(engine, classes):
    rng = np.random.default_rng(3)
    labels = some_labels(rng, items=7, classes=classes)
    prior, confusion = some_parameters(rng, labels)
    step = fused_step(design_of(labels), prior, confusion, temper=0.5, engine=engine)
    rows = list(zip(labels.item_codes, labels.rater_codes, labels.label_codes, strict=True))
    weights = np.tile(np.exp(prior), (labels.n_items, 1))
    for (item, rater, label), k in itertools.product(rows, range(classes)):
        weights[item, k] *= np.exp(confusion[rater, k, label]) ** 0.5
    posterior = weights / weights.sum(axis=1, keepdims=True)
    counts = np.zeros_like(confusion)
    for (item, rater, label), k in itertools.product(rows, range(classes)):
        counts[rater, k, label] += posterior[item, k]
    assert step.counts == pytest.approx(counts)
    assert step.mass == pytest.approx(posterior.sum(axis=0))
    assert step.log_likelihood == pytest.approx(np.log(weights.sum(axis=1)).sum())


def test_the_mass_of_a_step_is_the_items_and_its_counts_are_the_labels():
    rng = np.random.default_rng(4)
    labels = some_labels(rng, items=200)
    step = fused_step(design_of(labels), *some_parameters(rng, labels), engine="numba")
    assert step.mass.sum() == pytest.approx(labels.n_items)
    given = np.zeros((labels.n_raters, labels.n_classes))
    np.add.at(given, (labels.rater_codes, labels.label_codes), 1)
    assert step.counts.sum(axis=1) == pytest.approx(given)


def test_an_item_with_a_thousand_improbable_labels_does_not_underflow():
    raters = 1_200
    labels = Labels.from_triples(
        np.repeat([0, 1], raters), np.tile(np.arange(raters), 2), [0] * raters + [1] * raters
    )
    sure = np.log([[1 - 1e-9, 1e-9], [2e-9, 1 - 2e-9]])
    wrong = np.stack([sure[::-1], sure] * (raters // 2))
    wrong[-1] = wrong[0]
    half = np.log([0.5, 0.5])
    design = design_of(labels)
    assert em._most_labels(em._tables(design, half, wrong, None, 1.0)) < raters
    quick, slow = both(lambda engine: fused_step(design, half, wrong, engine=engine))
    assert np.isfinite(quick.log_likelihood) and quick.log_likelihood < -20_000
    assert quick.log_likelihood == pytest.approx(slow.log_likelihood, rel=1e-12)
    assert quick.counts == pytest.approx(slow.counts, abs=1e-9)


def test_items_whose_evidence_is_tiny_or_huge_keep_their_likelihood():
    """Logs that are no log probabilities, as a weighted likelihood may bring, are welcome."""
    labels = Labels.from_triples("aabbcc", "xyxyxy", [0, 0, 1, 1, 0, 1])
    logs = np.array([[[-150.0, 140.0], [-160.0, 139.0]]] * 2)
    half = np.log([0.5, 0.5])
    quick, slow = both(lambda engine: fused_step(design_of(labels), half, logs, engine=engine))
    assert quick.log_likelihood == pytest.approx(slow.log_likelihood, rel=1e-12)
    assert quick.counts == pytest.approx(slow.counts, abs=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_impossible_labels_and_classes_get_no_mass(engine):
    labels = Labels.from_triples("aab", "xyx", [0, 1, 1])
    with np.errstate(divide="ignore"):
        confusion = np.log([[[1.0, 0.0], [0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5]]])
        barred = np.log([1.0, 0.0])
    posterior, _ = posterior_of(design_of(labels), np.log([0.5, 0.5]), confusion, engine=engine)
    assert posterior[1].tolist() == [0, 1]
    assert posterior[0] == pytest.approx([2 / 3, 1 / 3])
    flat = np.full((2, 2, 2), np.log(0.5))
    mass = fused_step(design_of(labels), barred, flat, engine=engine).mass
    assert mass.tolist() == [2, 0]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_step_is_the_same_bit_for_bit_every_time(engine):
    rng = np.random.default_rng(5)
    labels = some_labels(rng, items=500)
    parameters = some_parameters(rng, labels)
    one, two = (fused_step(design_of(labels), *parameters, engine=engine) for _ in range(2))
    assert (one.counts == two.counts).all() and one.log_likelihood == two.log_likelihood


def test_many_labels_take_the_compiled_pass_and_few_do_not(monkeypatch):
    rng = np.random.default_rng(6)
    labels = some_labels(rng)
    parameters, design = some_parameters(rng, labels), design_of(labels)
    slow = fused_step(design, *parameters, engine="scipy")
    assert (fused_step(design, *parameters).counts == slow.counts).all()
    monkeypatch.setattr(em, "COMPILED_FROM", 1)
    quick = fused_step(design, *parameters, engine="numba")
    assert (fused_step(design, *parameters).counts == quick.counts).all()
    monkeypatch.setattr(em, "HAS_NUMBA", False)
    assert (fused_step(design, *parameters).counts == slow.counts).all()
    with pytest.raises(ValueError, match="numba is not installed"):
        fused_step(design, *parameters, engine="numba")


@pytest.mark.slow
def test_without_numba_nothing_breaks():
    program = (
        "import sys; sys.modules['numba'] = None\n"
        "from assay.consensus import em\n"
        "import numpy as np\n"
        "from assay import Labels\n"
        "labels = Labels.from_triples('aab', 'xyx', [0, 1, 1])\n"
        "flat = np.full((2, 2, 2), -0.7)\n"
        "em.COMPILED_FROM = 1\n"
        "print(em.HAS_NUMBA, em.fused_step(em.design_of(labels), np.zeros(2), flat).mass.sum())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ran.stdout.split() == [b"False", b"2.0"]


def test_a_design_is_sorted_by_item_whatever_the_rows():
    rows = {
        "item_codes": np.array([1, 0, 1]),
        "rater_codes": np.array([0, 0, 1]),
        "label_codes": np.array([1, 0, 0]),
    }
    labels = Labels(**rows, item_ids=("a", "b"), rater_ids=("x", "y"), classes=(0, 1))
    design = design_of(labels)
    assert (design.cells.tolist(), design.starts.tolist()) == ([0, 1, 2], [0, 1, 3])
    assert design.by_item.toarray().tolist() == [[1, 0, 0, 0], [0, 1, 1, 0]]
    assert design.by_cell.toarray().tolist() == design.by_item.toarray().T.tolist()


def test_raters_taken_together_are_one_rater():
    rng = np.random.default_rng(7)
    labels = some_labels(rng)
    prior, confusion = some_parameters(rng, labels)
    design, shared = design_of(labels), confusion[:1]
    alone = fused_step(together(design), prior, shared)
    each = fused_step(design, prior, np.broadcast_to(shared, confusion.shape))
    assert alone.counts[0] == pytest.approx(each.counts.sum(axis=0))
    assert alone.log_likelihood == pytest.approx(each.log_likelihood)


def test_expect_is_the_posterior_in_plain_probabilities():
    rng = np.random.default_rng(8)
    labels = some_labels(rng)
    prior, confusion = some_parameters(rng, labels)
    design = design_of(labels)
    posterior, likelihood = expect(design, np.exp(prior), np.exp(confusion))
    same, told = posterior_of(design, prior, confusion)
    assert posterior == pytest.approx(same) and likelihood == pytest.approx(told)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"log_prior": np.zeros(3)}, r"log_prior must have the shape \(2,\), not \(3,\)"),
        ({"log_confusion": np.zeros((1, 2, 2))}, r"log_confusion must have the shape \(2, 2, 2\)"),
        ({"allowed": np.ones((1, 2), dtype=bool)}, r"allowed must have the shape \(2, 2\)"),
        ({"temper": 0.0}, "temper must be a finite number above zero, not 0.0"),
        ({"engine": "cuda"}, "engine must be .* not 'cuda'"),
    ],
)
def test_what_does_not_fit_is_refused(change, told):
    design = design_of(Labels.from_triples("aab", "xyx", [0, 1, 1]))
    given = {"log_prior": np.zeros(2), "log_confusion": np.zeros((2, 2, 2)), **change}
    with pytest.raises(ValueError, match=told):
        fused_step(design, **given)


@pytest.mark.parametrize("gold", [None, {3: [0], 5: [1, 2]}])
def test_a_whole_consensus_is_the_same_with_either_engine(gold, monkeypatch):
    labels = some_labels(np.random.default_rng(9), items=300)
    slow = dawid_skene(labels, gold=gold, max_iter=30)
    monkeypatch.setattr(em, "COMPILED_FROM", 1)
    quick = dawid_skene(labels, gold=gold, max_iter=30)
    assert quick.posterior == pytest.approx(slow.posterior, abs=1e-9)
    assert quick.confusion == pytest.approx(slow.confusion, abs=1e-9)
    assert quick.objective == pytest.approx(slow.objective, rel=1e-9)


@few
@given(st.integers(0, 10_000), st.sampled_from([0.02, 0.1, 0.3]))
def test_groups_are_those_of_the_graph_of_raters_and_items(seed, density):
    labels = some_labels(np.random.default_rng(seed), items=12, raters=9, density=density)
    nodes = labels.n_items + labels.n_raters
    edges = (labels.item_codes, labels.n_items + labels.rater_codes)
    graph = sparse.coo_array((np.ones(labels.n_labels), edges), shape=(nodes, nodes))
    expected = sparse.csgraph.connected_components(graph, directed=False)[0]
    assert connected_groups(design_of(labels)) == expected
