"""The `assay` command."""

import csv
import io
import subprocess
import sys

import pytest

from assay.cli import main

ROWS = [(item, rater, (item + (rater == 2 and item % 3 == 0)) % 4)
        for item in range(12) for rater in range(3)]  # fmt: skip


@pytest.fixture
def labels(tmp_path):
    def write(rows=ROWS, header="item,rater,label", encoding="utf-8", name="labels.csv"):
        path = tmp_path / name
        lines = [header, *(",".join(map(str, row)) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return str(path)

    return write


def test_consensus_prints_one_row_per_item(labels, capsys):
    assert main(["consensus", labels()]) == 0
    out, err = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(out)))
    assert list(rows[0]) == ["item", "label", "p", "majority"]
    assert {row["item"]: row["label"] for row in rows} == {str(i): str(i % 4) for i in range(12)}
    assert "36 labels, 12 items, 3 raters, classes 0, 1, 2, 3" in err
    assert "Dawid-Skene" in err and "uncalibrated" in err


def test_consensus_by_majority_with_a_byte_order_mark_and_abstentions(labels, capsys):
    path = labels([*ROWS, (3, 9, "?"), (99, 9, "?")], encoding="utf-8-sig")
    assert main(["consensus", path, "--method", "majority", "--abstain", "?"]) == 0
    out, err = capsys.readouterr()
    assert "3,3,0.666667,3" in out and "\n99," not in out
    assert "majority vote" in err and "2 abstentions left out" in err


def test_classes_that_are_numbers_are_ordered_as_numbers(labels, capsys):
    main(["consensus", labels([(i, r, 2 * i + 6) for i in range(3) for r in "xy"])])
    assert "classes 6, 8, 10" in capsys.readouterr().err


def test_warnings_are_printed(labels, capsys):
    assert main(["consensus", labels(), "--classes", "0,1,2,3,4"]) == 0
    assert "warning: nobody gave class '4'" in capsys.readouterr().err


def test_alpha_repeats_with_its_seed(labels, capsys):
    told = []
    for _ in range(2):
        assert main(["alpha", labels(), "--level", "ordinal", "--resamples", "200"]) == 0
        told.append(capsys.readouterr())
    assert told[0] == told[1]
    header, values = told[0].out.splitlines()
    found = dict(zip(header.split(","), values.split(","), strict=True))
    assert 0 < float(found["low"]) < float(found["alpha"]) <= float(found["high"]) <= 1
    assert found["n"] == "12" and "raw agreement" in told[0].err


def test_alpha_by_cluster(labels, capsys):
    rows = [(*row, f"q{row[0] % 6}") for row in ROWS]
    path = labels(rows, header="item,rater,label,query")
    assert main(["alpha", path, "--level", "nominal", "--cluster", "query"]) == 0
    assert "by cluster" in capsys.readouterr().err
    torn = labels([*rows, (0, 9, 0, "q5")], header="item,rater,label,query")
    assert main(["alpha", torn, "--level", "nominal", "--cluster", "query"]) == 2
    assert "item '0' has more than one query" in capsys.readouterr().err


def test_words_need_their_order_named(labels, capsys):
    path = labels([(i, r, ("bad", "good")[i % 2]) for i in range(8) for r in "xy"])
    assert main(["alpha", path, "--level", "ordinal"]) == 2
    assert "name their order with --classes" in capsys.readouterr().err
    assert main(["consensus", path]) == 0
    assert "classes bad, good" in capsys.readouterr().err
    assert main(["alpha", path, "--level", "ordinal", "--classes", "bad, good"]) == 0


@pytest.mark.parametrize("command", [["consensus"], ["alpha", "--level", "nominal"]])
def test_too_little_has_its_own_status_and_reason(labels, capsys, command):
    assert main([*command, labels([(1, 1, 1), (2, 1, 2)])]) == 1
    out, err = capsys.readouterr()
    assert out == "" and "too little data" in err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"header": "item,rater,grade"}, "lacks the column 'label'; it has: item, rater, grade"),
        ({"rows": []}, "has a header but no rows"),
        ({"rows": [(1, "x", "")]}, "line 2: label is empty"),
        ({"rows": [(1, "x")]}, "line 2: label is empty"),
        ({"rows": [("é", "x", 1)], "encoding": "latin-1"}, "is not UTF-8 (byte 17)"),
    ],
)
def test_unusable_files_are_explained(labels, capsys, given, told):
    assert main(["consensus", labels(**given)]) == 2
    assert told in capsys.readouterr().err


def test_empty_and_missing_files_are_explained(tmp_path, capsys):
    (tmp_path / "empty.csv").touch()
    assert main(["consensus", str(tmp_path / "empty.csv")]) == 2
    assert "is empty: a header with item, rater, label is needed" in capsys.readouterr().err
    assert main(["consensus", str(tmp_path / "none.csv")]) == 2
    assert "cannot read" in capsys.readouterr().err


def test_repeats_can_be_refused(labels, capsys):
    assert main(["consensus", labels([*ROWS, ROWS[0]]), "--repeats", "error"]) == 2
    assert "labeled item '0' more than once" in capsys.readouterr().err


def test_it_runs_as_a_module(labels):
    ran = subprocess.run(
        [sys.executable, "-m", "assay", "consensus", labels()], capture_output=True, check=True
    )
    assert ran.stdout.startswith(b"item,label,p,majority\n")


def test_a_reader_who_stops_early_is_no_error(labels):
    command = [sys.executable, "-m", "assay", "consensus", labels()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        told = running.stderr.read()
    assert running.returncode == 0 and b"Traceback" not in told and b"Broken" not in told
