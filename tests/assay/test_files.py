"""Labels from files: what is in them, and where they go wrong. Consensus to files."""

import gzip
import json

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import Labels, _columns, files
from assay.consensus import majority_vote
from assay.files import labels_from_arrow, read_labels, write_consensus
from tests.assay import few

HEADER = "item,rater,label\n"
EXTENSIONS = [".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet"]

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1)
rows = st.lists(
    st.tuples(words, st.sampled_from(['x "1"', "y,2", "z\n3", "é"]), st.sampled_from("012-")),
    min_size=1,
    max_size=30,
)


@pytest.fixture
def write(tmp_path):
    def written(text, name="labels.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


def save(path, columns):
    """Columns in the format of the path's extension."""
    text = {".csv": as_csv, ".jsonl": as_json}.get(path.name.removesuffix(".gz")[len("labels") :])
    if text is None:
        pq.write_table(pa.table(columns), path)
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(text(columns).encode()))
    else:
        path.write_text(text(columns), encoding="utf-8", newline="")
    return path


def as_csv(columns):
    lines = [",".join(f'"{str(v).replace(chr(34), 2 * chr(34))}"' for v in row)
             for row in [columns, *zip(*columns.values(), strict=True)]]  # fmt: skip
    return "".join(line + "\n" for line in lines)


def as_json(columns):
    made = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    return "".join(json.dumps(row) + "\n" for row in made)


@pytest.mark.slow
@few
@given(rows, st.sampled_from(EXTENSIONS), st.sampled_from(["last", "first"]), st.booleans())
def test_a_file_and_its_triples_make_the_same_labels(
    tmp_path_factory, given_rows, extension, repeats, lazy
):
    """Repeats, abstentions and odd ids included, and however the ids are held."""
    items, raters, labels = zip(*given_rows, strict=True)
    path = tmp_path_factory.mktemp("some") / f"labels{extension}"
    save(path, {"item": items, "other": items, "label": labels, "rater": raters})
    expected = Labels.from_triples(
        items, raters, [text if text == "-" else int(text) for text in labels],
        classes=[0, 1, 2], abstain=["-"], repeats=repeats,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_columns, "LAZY_FROM", 0 if lazy else 100)
        read = read_labels(path, classes=[0, 1, 2], abstain=["-"], repeats=repeats)
    assert read.as_dict() == expected.as_dict()
    assert read.input_hash() == expected.input_hash()
    assert read.item_ids == expected.item_ids
    assert isinstance(read.item_ids, tuple) != lazy or not read.item_ids


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("piece", [1, 170, 10_000])
def test_many_batches_and_pieces_are_one_file(tmp_path, extension, piece, monkeypatch):
    monkeypatch.setattr(_columns, "PIECE_ROWS", piece)
    monkeypatch.setattr(files, "BLOCK_BYTES", 600)
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(files, "LINES_AT_ONCE", 50)
    rng = np.random.default_rng(1)
    items = [f"item {number}" for number in rng.integers(80, size=500)]
    raters = [f"rater {number}" for number in rng.integers(9, size=500)]
    labels = rng.integers(4, size=500).tolist()
    columns = {"task": items, "worker": raters, "answer": labels}
    seen = []
    read = read_labels(
        save(tmp_path / f"labels{extension}", columns),
        item="task", rater="worker", label="answer", progress=seen.append,
    )  # fmt: skip
    assert read.input_hash() == Labels.from_triples(items, raters, labels).input_hash()
    assert len(seen) >= 5 and seen == sorted(seen) and seen[-1] == 500


@pytest.mark.parametrize("extension", [".jsonl", ".parquet"])
@pytest.mark.parametrize("lazy_from", [0, 100])
def test_ids_that_are_whole_numbers_stay_numbers(tmp_path, extension, lazy_from, monkeypatch):
    monkeypatch.setattr(_columns, "LAZY_FROM", lazy_from)
    items, raters = [10**9 + 7, 5, -3, 10**9], [1, 2, 1, 2]
    path = save(
        tmp_path / f"labels{extension}", {"item": items, "rater": raters, "label": [1, 2, 1, 2]}
    )
    read = read_labels(path)
    assert read.item_ids == (-3, 5, 10**9, 10**9 + 7)
    assert read.input_hash() == Labels.from_triples(items, raters, [1, 2, 1, 2]).input_hash()


def test_ids_in_csv_are_text_as_it_stands(write):
    read = read_labels(write(HEADER + "007,x,1\n7,x,1\n1000000000,x,1\n"))
    assert read.item_ids == ("007", "1000000000", "7")


@pytest.mark.parametrize(
    ("texts", "classes"),
    [
        (["2", "10", "+2", "007"], (2, 7, 10)),
        (["2.0", "1", "3e0", ".5"], (0.5, 1, 2, 3)),
        (["good", "bad"], ("bad", "good")),
        (["true", "1_0", " 2"], (" 2", "1_0", "true")),
        (["-1", "0"], (-1, 0)),
    ],
)
def test_labels_in_text_follow_one_rule(write, texts, classes):
    lines = "".join(f"{item},x,{text}\n" for item, text in enumerate(texts))
    read = read_labels(write(HEADER + lines))
    assert read.classes == classes
    assert [type(held) for held in read.classes] == [type(held) for held in classes]


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([1.0, 2.0], (1, 2)),
        ([1.5, 2.0], (1.5, 2)),
        ([True, False], ("false", "true")),
        (["2", "10"], (2, 10)),
        (pa.array(["b", "a"]).dictionary_encode(), ("a", "b")),
        (pa.array(["b", "a"], pa.large_string()), ("a", "b")),
        (pa.array([1, 2], pa.int8()), (1, 2)),
    ],
)
def test_labels_with_a_type_follow_the_same_rule(values, classes):
    read = labels_from_arrow(pa.table({"item": ["a", "b"], "rater": [1, 1], "label": values}))
    assert read.classes == classes
    assert [type(held) for held in read.classes] == [type(held) for held in classes]


def test_classes_and_abstentions_may_be_written_as_text(write):
    path = write(HEADER + "a,x,1\na,y,-1\nb,x,2.0\n")
    read = read_labels(path, classes=["2", "1", "0"], abstain=["-1"])
    assert (read.classes, read.abstentions) == ((2, 1, 0), 1)


def test_words_among_numbers_are_welcome_where_they_abstain(write):
    lines = '{"item": 1, "rater": 2, "label": %s}\n'
    path = write("".join(lines % label for label in ("3", '"skip"', "2.0")), "labels.jsonl")
    read = read_labels(path, abstain=["skip"])
    assert (read.classes, read.abstentions, read.repeats_dropped) == ((2, 3), 1, 1)


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int8(), pa.string())])
def test_ids_come_in_every_kind_of_arrow_text(kind):
    ids = pa.array(["b", "a", "b"]).cast(kind)
    table = pa.table({"item": ids, "rater": pa.array([3, 3, 4], pa.uint8()), "label": [1, 2, 1]})
    read = labels_from_arrow(table.to_reader(max_chunksize=2))
    assert (read.item_ids, read.rater_ids, read.n_labels) == (("a", "b"), (3, 4), 3)


def test_a_byte_order_mark_blank_lines_and_breaks_in_quotes_are_read_over(write):
    path = write(b"\xef\xbb\xbf" + b'item,rater,label\r\n\r\n"a\nb",x,1\r\nc,x,2\r\n')
    assert read_labels(path).item_ids == ("a\nb", "c")


BAD_CSV = [
    ("", r"labels.csv is empty: a header with item, rater, label is needed"),
    (HEADER, r"labels.csv has no rows"),
    ("item;rater;label\na;b;1\n", r"lacks the column 'item'; it has: item;rater;label"),
    ("item,label\na,1\n", r"lacks the column 'rater'; it has: item, label"),
    ("item,item,rater,label\na,b,x,1\n", r"has more than one column 'item'"),
    (HEADER + "a,x,1\n,x,1\n", r"labels.csv, line 3, column 'item': the item is empty"),
    (HEADER + "a,x,1\n\nb,,1\n", r"labels.csv, line 4, column 'rater': the rater is empty"),
    (HEADER + 'a,"x\ny",1\nb,x,\n', r"line 4, column 'label': the label is missing"),
    (HEADER + "a,x,1\nb,x,NaN\n", r"line 3, column 'label': the label is missing"),
    (HEADER + "a,x,1\nb,x,9\n", r"line 3, column 'label': 9 is not among the classes \(0, 1\)"),
    (HEADER + "a,x,1\nb,x,0,5\n", r"labels.csv, line 3: 4 columns where the header has 3"),
    (HEADER + "a,x,1\nb,x\n", r"labels.csv, line 3: 2 columns where the header has 3"),
    (HEADER + "a,x,1\nb,x,good\n", r"line 3, column 'label': 'good' follows 1: .*name it in absta"),
    (HEADER + "a,x,bad\nb,x,1\n", r"line 3, column 'label': 1 follows 'bad': .*if 'bad' is no"),
    (HEADER.encode() + b"a,x,1\n\xe9,x,1\n", r"labels.csv, line 3 is not UTF-8"),
    (HEADER + "a,x,1\na,x,1\n", r"rater 'x' labeled item 'a' more than once"),
]


@pytest.mark.parametrize(("text", "told"), BAD_CSV)
def test_a_csv_file_that_cannot_be_used_says_where(write, text, told):
    path = write(text)
    with pytest.raises(ValueError, match=told):
        read_labels(path, classes=[0, 1], repeats="error")


BAD_JSON = [
    ("", "labels.jsonl has no rows"),
    ('{"item": "a", "label": 1}', r"line 1 lacks the column 'rater'; it has: item, label"),
    ("\n[1]", r"line 2: not a JSON object"),
    ("{,}", r"line 1: not JSON"),
    ('{"item": null, "rater": 1, "label": 1}', r"line 1, column 'item': the item is missing"),
    ('{"item": "", "rater": 1, "label": 1}', r"line 1, column 'item': the item is empty"),
    ('{"item": 1.5, "rater": 1, "label": 1}', r"line 1, column 'item': ids must be text or whole"),
    ('{"item": true, "rater": 1, "label": 1}', r"line 1, column 'item': ids must be text or whol"),
    ('{"item": 1, "rater": 1, "label": [1]}', r"line 1, column 'label': a label must be text or"),
    ('{"item": 1, "rater": 1, "label": NaN}', r"line 1, column 'label': the label is missing"),
    ('{"item": 9223372036854775808, "rater": 1, "label": 1}', r"ids must fit in 64 bits"),
    (
        '{"item": 1, "rater": 1, "label": 1}\n\n{"item": "1", "rater": 1, "label": 1}',
        r"line 3, column 'item' mixes text and numbers",
    ),
    (
        '{"item": 1, "rater": 1, "label": 1}\n\n{"item": 2, "rater": 1, "label": 7}',
        r"line 3, column 'label': 7 is not among the classes \(0, 1\)",
    ),
]


@pytest.mark.parametrize(("text", "told"), BAD_JSON)
def test_json_lines_that_cannot_be_used_say_where(write, text, told):
    path = write(text, "labels.jsonl")
    with pytest.raises(ValueError, match=told):
        read_labels(path, classes=[0, 1])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"item": ["a", None]}, "row 2, column 'item': the item is missing"),
        ({"label": [1.0, float("nan")]}, "row 2, column 'label': the label is missing"),
        ({"label": [1, None]}, "row 2, column 'label': the label is missing"),
        ({"rater": [1.5, 2.5]}, "column 'rater': ids must be text or whole numbers, not double"),
        ({"label": [1, 4]}, r"row 2, column 'label': 4 is not among the classes \(0, 1\)"),
    ],
)
def test_a_parquet_file_that_cannot_be_used_says_where(tmp_path, change, told):
    table = pa.table({"item": ["a", "b"], "rater": [1, 1], "label": [0, 1], **change})
    pq.write_table(table, tmp_path / "labels.parquet")
    with pytest.raises(ValueError, match=f"labels.parquet, .*{told}"):
        read_labels(tmp_path / "labels.parquet", classes=[0, 1])
    with pytest.raises(ValueError, match=f"the table, .*{told}"):
        labels_from_arrow(table, classes=[0, 1])


def test_what_is_no_file_of_labels_is_refused(tmp_path, write):
    with pytest.raises(ValueError, match=r"cannot read .*none.csv: No such file"):
        read_labels(tmp_path / "none.csv")
    with pytest.raises(ValueError, match=r"has no known extension: one of \.csv, "):
        read_labels(write("x", "labels.xlsx"))
    with pytest.raises(ValueError, match=r"cannot read .*labels.parquet"):
        read_labels(write("nothing of the sort", "labels.parquet"))
    with pytest.raises(ValueError, match=r"cannot read .*labels.csv.gz"):
        read_labels(write("nothing of the sort", "labels.csv.gz"))
    with pytest.raises(ValueError, match="the table lacks the column 'rater'; it has: item"):
        labels_from_arrow(pa.table({"item": ["a"]}))


def consensus(items=("b", "a, or b", "a, or b"), labels=(2, 0, 2)):
    return majority_vote(Labels.from_triples(items, range(len(items)), labels, classes=[0, 1, 2]))


def read_back(path):
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if ".jsonl" in path.name:
        return [json.loads(line) for line in text.splitlines()]
    return pa.csv.read_csv(pa.BufferReader(text)).to_pylist()


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_consensus_is_written_row_by_row(tmp_path, extension, monkeypatch):
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 1)
    path = tmp_path / f"out{extension}"
    write_consensus(consensus(), path)
    assert read_back(path) == [
        {"item": "a, or b", "label": 0, "p": 0.5, "p_0": 0.5, "p_1": 0, "p_2": 0.5, "tied": True,
         "votes": 2},
        {"item": "b", "label": 2, "p": 1, "p_0": 0, "p_1": 0, "p_2": 1, "tied": False, "votes": 1},
    ]  # fmt: skip
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_text_rounds_probabilities_and_parquet_does_not(tmp_path):
    result = consensus("aaa", (0, 1, 1))
    write_consensus(result, tmp_path / "out.csv")
    write_consensus(result, tmp_path / "out.parquet")
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[1].split(",")[2] == "0.666667"
    assert read_back(tmp_path / "out.parquet")[0]["p"] == 2 / 3


def test_ids_read_from_a_file_are_written_as_they_were(tmp_path, monkeypatch):
    monkeypatch.setattr(_columns, "LAZY_FROM", 0)
    table = pa.table({"item": [7, 10**9], "rater": ["x", "y"], "label": ["good", "bad"]})
    result = majority_vote(labels_from_arrow(table))
    write_consensus(result, tmp_path / "out.parquet")
    written = pq.read_table(tmp_path / "out.parquet")
    assert written["item"].to_pylist() == [7, 10**9]
    assert written["label"].to_pylist() == ["good", "bad"]
    mixed = consensus((1, "1", 2))
    write_consensus(mixed, tmp_path / "mixed.parquet")
    assert pq.read_table(tmp_path / "mixed.parquet")["item"].to_pylist() == list(
        map(str, mixed.item_ids)
    )


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path):
    with pytest.raises(ValueError, match="has no known extension"):
        write_consensus(consensus(), tmp_path / "out.txt")
    twins = majority_vote(Labels.from_triples("ab", "xx", [1, "1"]))
    with pytest.raises(ValueError, match="two classes have one name: p_1, p_1"):
        write_consensus(twins, tmp_path / "out.csv")
    with pytest.raises(ValueError, match=r"cannot write .*No such file"):
        write_consensus(consensus(), tmp_path / "nowhere" / "out.csv")
    assert list(tmp_path.iterdir()) == []
