"""Labels are coded once, in an order that does not depend on the rows'."""

import hashlib
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import Labels, _ingest, data
from assay._ids import NumberIds, TextIds
from tests.assay import few

triples = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from("uvwxyz"), st.integers(0, 3)),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[:2],
)


def labels_of(rows, **options):
    return Labels.from_triples(*zip(*rows, strict=True), **options)


@few
@given(triples, st.randoms(use_true_random=False))
def test_row_order_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    first, second = labels_of(rows), labels_of(shuffled)
    assert first.input_hash() == second.input_hash()
    assert first.as_dict() == second.as_dict()


@few
@given(triples)
def test_codes_lead_back_to_the_triples(rows):
    labels = labels_of(rows, classes=[3, 2, 1, 0])
    back = {
        (labels.item_ids[i], labels.rater_ids[r], labels.classes[c])
        for i, r, c in zip(labels.item_codes, labels.rater_codes, labels.label_codes, strict=True)
    }
    assert back == set(rows)
    assert labels.counts().sum() == labels.n_labels == len(rows)


@pytest.mark.parametrize(
    "change",
    [
        [("a", "x", 0), ("b", "x", 0)],
        [("a", "x", 1), ("b", "y", 1)],
        [("c", "x", 0), ("b", "x", 1)],
        [("a", "z", 0), ("b", "z", 1)],
        [("a", "x", "0"), ("b", "x", "1")],
    ],
)
def test_any_change_changes_the_hash(change):
    before = labels_of([("a", "x", 0), ("b", "x", 1)])
    assert labels_of(change).input_hash() != before.input_hash()


def test_class_order_is_part_of_the_hash():
    rows = [("a", "x", 0), ("b", "x", 1)]
    one, two = labels_of(rows, classes=[0, 1]), labels_of(rows, classes=[1, 0])
    assert one.input_hash() != two.input_hash()


@pytest.mark.parametrize(("rule", "kept"), [("last", 2), ("first", 0)])
def test_a_repeat_is_settled_by_the_named_rule(rule, kept):
    rows = [("a", "x", 0), ("b", "x", 1), ("a", "x", 1), ("a", "x", 2)]
    labels = labels_of(rows, repeats=rule)
    assert labels.classes[labels.label_codes[0]] == kept
    assert (labels.n_labels, labels.repeats_dropped) == (2, 2)


def test_a_repeat_can_be_refused():
    rows = [("a", "x", 0), ("b", "x", 1), ("b", "x", 1)]
    with pytest.raises(ValueError, match="rater 'x' labeled item 'b' more than once"):
        labels_of(rows, repeats="error")
    assert labels_of(rows[:2], repeats="error").n_labels == 2


def test_abstentions_are_dropped_and_counted_and_lose_no_item_silently():
    rows = [("a", "x", 0), ("a", "y", "skip"), ("b", "x", "skip")]
    labels = labels_of(rows, abstain=["skip"])
    assert (labels.abstentions, labels.n_labels, labels.classes) == (2, 1, (0,))
    assert labels.unlabeled_items == ("b",)


def test_ids_of_mixed_types_are_kept_apart():
    labels = labels_of([(1, "x", 0), ("1", "x", 0)])
    assert labels.n_items == 2


def test_numpy_columns_become_plain_ids():
    labels = Labels.from_triples(np.array([1, 2]), [np.str_("x")] * 2, np.array(["a", "b"]))
    assert [type(held) for held in (labels.item_ids[0], labels.rater_ids[0])] == [int, str]


def test_no_rows_make_empty_labels():
    labels = Labels.from_triples([], [], [], classes=[0, 1])
    assert (labels.n_labels, labels.n_items, labels.n_classes) == (0, 0, 2)
    assert labels.counts().shape == (0, 2)


@pytest.mark.parametrize(
    ("columns", "options", "told"),
    [
        (("ab", "x", [0, 1]), {}, "2 items, 1 raters, 2 labels"),
        (("a", "x", [7]), {"classes": [0, 1]}, r"not among the classes \(0, 1\): 7"),
        (("a", [None], [0]), {}, "row 0 of raters is missing"),
        (("a", "x", [float("nan")]), {}, "row 0 of labels is missing"),
        (("a", "x", [0]), {"classes": [0, 0]}, "classes repeat themselves"),
        (("a", "x", [0]), {"classes": [0, -1], "abstain": [-1]}, "both a class and an abstention"),
        (("a", "x", [0]), {"repeats": "mean"}, "repeats must be"),
    ],
)
def test_what_cannot_be_coded_is_refused_by_name(columns, options, told):
    with pytest.raises(ValueError, match=told):
        Labels.from_triples(*columns, **options)


labels_or_skip = st.lists(
    st.tuples(st.sampled_from("edcab"), st.integers(0, 4), st.sampled_from([0, 1, 2, "skip"])),
    max_size=40,
)


def coded(values, ids):
    place = {held: position for position, held in enumerate(ids)}
    return [place[value] for value in values]


@few
@given(labels_or_skip, st.sampled_from(["last", "first", "error"]), st.permutations(range(5)))
def test_codes_and_triples_make_the_same_labels(rows, repeats, order):
    """Repeats, abstentions, items that got nothing else and the order of ids included."""
    items, raters, given_labels = ([row[column] for row in rows] for column in range(3))
    scale, item_ids, rater_ids = [2, 0, 1], list("abcde"), np.array(order)
    codes = [-1 if label == "skip" else scale.index(label) for label in given_labels]
    options = {"classes": scale, "repeats": repeats}

    def by_codes():
        columns = coded(items, item_ids), coded(raters, order), codes
        return Labels.from_codes(*columns, item_ids=item_ids, rater_ids=rater_ids, **options)

    try:
        expected = Labels.from_triples(items, raters, given_labels, abstain=["skip"], **options)
    except ValueError as refusal:
        with pytest.raises(ValueError, match=str(refusal)):
            by_codes()
        return
    made = by_codes()
    assert made.as_dict() == expected.as_dict()
    assert made.input_hash() == expected.input_hash()
    assert made.item_ids == expected.item_ids and expected.rater_ids == made.rater_ids


def test_the_hash_is_the_one_of_all_ids_written_as_json():
    """However long the ids are and whatever stands in them: the quick ways change nothing."""
    ids = ["plain", "it's", 'say "yes"', "back\\slash", "été", "日本", "line\nend", "", "\u200b"]
    for chosen in (ids, ids[:1], [*ids[:1], 5], [3, -7, 10**12], [True, False], [1.5, 2.0]):
        labels = Labels.from_triples(chosen, ["x"] * len(chosen), ["a"] * len(chosen))
        digest = hashlib.sha256(b"assay.Labels 1\n")
        for held in (labels.item_ids, labels.rater_ids, labels.classes):
            texts = [f"{type(each).__name__} {each!r}" for each in held]
            digest.update(json.dumps(texts).encode() + b"\n")
        for codes in (labels.item_codes, labels.rater_codes, labels.label_codes):
            digest.update(codes.astype("<i8").tobytes())
        assert labels.input_hash() == digest.hexdigest()


def test_a_hash_in_parts_is_the_hash_of_the_whole(monkeypatch):
    labels = labels_of([(item, rater, item % 2) for item in range(7) for rater in "xyz"])
    whole = labels.input_hash()
    monkeypatch.setattr(data, "AT_ONCE", 2)
    assert labels.input_hash() == whole


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"items": [0, 2]}, r"row 1 of items is 2, not in \[0, 2\)"),
        ({"raters": [-1, 0]}, r"row 0 of raters is -1, not in \[0, 2\)"),
        ({"labels": [0, -2]}, r"row 1 of labels is -2, not in \[-1, 3\)"),
        ({"labels": [0.0, 1.0]}, "labels must be a vector of integers, not float64"),
        ({"labels": [0]}, "2 items, 2 raters, 1 labels"),
        ({"item_ids": "aa"}, "item_ids name an id twice"),
        ({"rater_ids": np.array([4, 4])}, "rater_ids name an id twice"),
        ({"item_ids": ["a", None]}, "row 1 of item_ids is missing"),
        ({"classes": [0, 0, 1]}, "classes repeat themselves"),
        ({"repeats": "mean"}, "repeats must be"),
    ],
)
def test_codes_that_name_nothing_are_refused(change, told):
    columns = {"items": [0, 1], "raters": [0, 1], "labels": [0, 1]}
    options = {"item_ids": "ab", "rater_ids": "xy", "classes": [0, 1, 2]}
    with pytest.raises(ValueError, match=told):
        Labels.from_codes(**{**columns, **options, **change})


def test_many_labels_are_held_in_32_bits_and_still_counted_right(monkeypatch):
    rows = [(item, rater, (item + rater) % 3) for item in range(5) for rater in range(4)]
    wide = labels_of(rows)
    monkeypatch.setattr(_ingest, "NARROW_FROM", 1)
    columns = np.array(rows).T
    ids = {"item_ids": np.arange(5), "rater_ids": np.arange(4), "classes": range(3)}
    narrow = Labels.from_codes(*columns, **ids)
    assert narrow.item_codes.dtype == np.int32 and wide.item_codes.dtype == np.int64
    assert (narrow.counts() == wide.counts()).all() and narrow.counts().dtype == np.int64
    assert narrow.input_hash() == wide.input_hash()


def text_ids(texts):
    raw = [text.encode() for text in texts]
    offsets = np.concatenate([[0], np.cumsum([len(each) for each in raw])]).astype(np.int64)
    return TextIds(np.frombuffer(b"".join(raw), dtype=np.uint8), offsets)


@few
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=4), max_size=12), st.data())
def test_ids_in_an_array_read_like_their_tuple(texts, data):
    ids, plain = text_ids(texts), tuple(texts)
    assert ids == plain and plain == ids and hash(ids) == hash(plain) and len(ids) == len(plain)
    assert list(ids) == texts and pickle.loads(pickle.dumps(ids)) == ids
    bounds = st.none() | st.integers(-14, 14)
    part = slice(data.draw(bounds), data.draw(bounds), data.draw(st.sampled_from([None, 1, 2, -1])))
    assert ids[part] == plain[part]
    rows = data.draw(st.lists(st.integers(0, max(len(texts) - 1, 0)), max_size=6 * bool(texts)))
    assert ids.take(np.array(rows, dtype=np.int64)) == tuple(texts[row] for row in rows)
    for row in range(-len(texts), len(texts)):
        assert ids[row] == plain[row]
    with pytest.raises(IndexError):
        ids[len(texts)]


def test_ids_in_an_array_know_their_place_and_differ_where_they_differ():
    ids, numbers = text_ids(["a", "bé", "c"]), NumberIds(np.array([4, 7, 10**9], dtype=np.int64))
    assert ids.index("bé") == 1 and "d" not in ids and numbers.index(10**9) == 2
    assert [type(held) for held in numbers] == [int] * 3
    assert ids != ("a", "bé") and ids != ("a", "bé", "d") and ids != ["a", "bé", "c"]
    assert numbers.take(np.array([2, 0])) == (10**9, 4)
    assert repr(ids) == "<3 ids: 'a', 'bé', 'c'>"
