"""The `assay` command, as people type it."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.cli import main, parser

pytestmark = pytest.mark.slow  # each runs the command

ARCS = Path(__file__).parents[2] / "demo" / "data" / "arcs"
JOB = [str(ARCS / "labels.csv"), "--abstain=-1"]
GOLD = str(ARCS / "truth.csv")
ROWS = [(item, rater, (item + (rater == 2 and item % 3 == 0)) % 4)
        for item in range(12) for rater in range(3)]  # fmt: skip


@pytest.fixture
def table(tmp_path):
    def write(rows=ROWS, header="item,rater,label", encoding="utf-8", name="labels.csv"):
        path = tmp_path / name
        lines = [header, *(",".join(map(str, row)) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return str(path)

    return write


@pytest.fixture
def lines(tmp_path):
    def write(name, rows):
        (tmp_path / name).write_text("\n".join(rows) + "\n")
        return str(tmp_path / name)

    return write


def printed(capsys):
    """The rows of the table on the screen, as words."""
    out, err = capsys.readouterr()
    return [line.split() for line in out.splitlines()], err


def as_json(capsys):
    return json.loads(capsys.readouterr().out)


# --- consensus ----------------------------------------------------------------------------------


def test_consensus_prints_one_row_per_item(table, capsys):
    assert main(["consensus", table()]) == 0
    rows, err = printed(capsys)
    assert rows[0] == ["item", "label", "p", "tied", "votes"]
    assert {row[0]: row[1] for row in rows[1:]} == {str(n): str(n % 4) for n in range(12)}
    assert "36 labels, 12 items, 3 raters, classes 0, 1, 2, 3" in err
    assert "communities of raters" in err and "probabilities: uncalibrated" in err


def test_gold_calibrates_and_json_says_so(capsys):
    assert main(["consensus", *JOB, "--gold", GOLD, "--json"]) == 0
    found = as_json(capsys)
    assert len(found["rows"]) == 739 and "from 64 gold items" in found["calibration"]
    assert len(found["input_hash"]) == 64 and found["parameters"]["gold_items"] == 64


@pytest.mark.parametrize(
    "method", ["majority", "dawid-skene", "variational", "one-coin", "ordinal", "communities"]
)
def test_every_method_answers(table, capsys, method):
    assert main(["consensus", table(), "--method", method]) == 0
    assert len(printed(capsys)[0]) == 13


def test_out_writes_a_file_and_nothing_to_the_screen(table, tmp_path, capsys):
    out = tmp_path / "consensus.csv"
    assert main(["consensus", table(), "--out", str(out)]) == 0
    assert capsys.readouterr().out == ""
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert rows[3]["label"] == "3" and set(rows[0]) >= {"item", "label", "p", "p_0", "tied"}


def test_columns_may_have_other_names_and_answers_may_be_none(table, capsys):
    path = table([*ROWS, (3, 9, "?"), (99, 9, "?")], header="task,worker,grade",
                 encoding="utf-8-sig")  # fmt: skip
    named = ["--item", "task", "--rater", "worker", "--label", "grade", "--abstain", "?"]
    assert main(["consensus", path, "--method", "majority", *named]) == 0
    rows, err = printed(capsys)
    assert "99" not in {row[0] for row in rows} and "2 abstentions left out" in err


def test_ids_that_are_numbers_in_parquet_meet_gold_by_their_text(tmp_path, capsys):
    with open(JOB[0], newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {"item": [int(row["item"]) for row in rows], "rater": [row["rater"] for row in rows],
               "label": [int(row["label"]) for row in rows]}  # fmt: skip
    pq.write_table(pa.table(columns), tmp_path / "labels.parquet")
    path = str(tmp_path / "labels.parquet")
    assert main(["consensus", path, "--abstain=-1", "--gold", GOLD, "--json"]) == 0
    assert "from 64 gold items" in as_json(capsys)["calibration"]


def test_answers_that_are_none_may_be_named_one_by_one(table, capsys):
    path = table([*ROWS, (1, 9, "skip"), (2, 9, "unsure")])
    assert main(["consensus", path, "--abstain", "skip", "--abstain", "unsure"]) == 0
    assert "classes 0, 1, 2, 3; 0 repeats and 2 abstentions" in capsys.readouterr().err


def test_warnings_are_printed(table, capsys):
    assert main(["consensus", table(), "--classes", "0,1,2,3,4"]) == 0
    assert "warning: nobody gave class 4" in capsys.readouterr().err


def test_gold_goes_with_the_method_that_uses_it(table, capsys):
    gold = table([(1, 1)], header="item,truth", name="gold.csv")
    assert main(["consensus", table(), "--gold", gold, "--method", "majority"]) == 2
    assert "--gold goes with --method infer" in capsys.readouterr().err


# --- agreement, gold, replay --------------------------------------------------------------------


def test_agreement_repeats_with_its_seed(table, capsys):
    told = []
    for _ in range(2):
        assert main(["agreement", table(), "--level", "ordinal", "--resamples", "200"]) == 0
        told.append(capsys.readouterr())
    assert told[0] == told[1]
    assert [line.split()[0] for line in told[0].out.splitlines()] == [
        "measure", "alpha", "AC1", "raw",
    ]  # fmt: skip
    assert "prevalence: 0 " in told[0].err


def test_agreement_by_cluster(table, capsys):
    rows = [(*row, f"q{row[0] % 6}") for row in ROWS]
    path = table(rows, header="item,rater,label,query")
    assert main(["agreement", path, "--cluster", "query"]) == 0
    assert "bootstrap by cluster" in capsys.readouterr().out
    torn = table([*rows, (0, 9, 0, "q5")], header="item,rater,label,query")
    assert main(["agreement", torn, "--cluster", "query"]) == 2
    assert "item '0' has more than one query" in capsys.readouterr().err


def test_words_need_their_order_named(table, capsys):
    path = table([(i, r, ("bad", "good")[i % 2]) for i in range(8) for r in "xy"])
    assert main(["agreement", path, "--level", "ordinal"]) == 2
    assert "name their order with --classes" in capsys.readouterr().err
    assert main(["consensus", path]) == 0
    assert "classes bad, good" in capsys.readouterr().err
    assert main(["agreement", path, "--level", "ordinal", "--classes", "bad, good"]) == 0


def test_gold_puts_the_raters_to_ask_about_first(capsys):
    assert main(["gold", *JOB, "--gold", GOLD, "--standard", "0.8", "--json"]) == 0
    rows = as_json(capsys)["rows"]
    below = [row["p_below_standard"] for row in rows]
    assert below == sorted(below, reverse=True)
    assert all(row["low"] <= row["accuracy"] <= row["high"] for row in rows)
    with open(JOB[0], newline="") as labels, open(GOLD, newline="") as gold:
        known = {row["item"] for row in csv.DictReader(gold)}
        given = [row for row in csv.DictReader(labels) if row["item"] in known]
    assert sum(row["answers"] for row in rows) == sum(row["label"] != "-1" for row in given)


@pytest.mark.slow
def test_replay_shows_both_curves(capsys):
    assert main(["replay", *JOB, "--truth", GOLD, "--json"]) == 0
    rows = as_json(capsys)["rows"]
    prices = [row for row in rows if row["rule"] == "price"]
    fixed = [row for row in rows if row["rule"] == "majority at overlap"]
    assert prices[0]["share_of_labels"] < prices[-1]["share_of_labels"]
    assert fixed[0]["labels_per_item"] == 1 and fixed[-1]["accuracy"] > fixed[0]["accuracy"]


# --- plans --------------------------------------------------------------------------------------


def test_accept_plans_and_decides(capsys):
    plan = ["accept", "--aql", "0.02", "--ltpd", "0.06"]
    assert main([*plan, "--checked", "100", "--defects", "9"]) == 0
    rows, err = printed(capsys)
    assert "check 194 at random; accept with at most 7 defects" in err
    assert "reject: 9 defects in 100 checks" in err
    chance = {row[0]: float(row[1]) for row in rows[1:]}
    assert chance["0.02"] == pytest.approx(0.9502, abs=0.01) and chance["0.06"] < 0.1
    assert main(["accept", "--ltpd", "0.01", "--beta", "0.05"]) == 0
    assert "check 299" in capsys.readouterr().err
    assert main([*plan, "--checked", "100", "--defects", "9", "--json"]) == 0
    assert as_json(capsys)["verdict"]["verdict"] == "reject"
    assert main([*plan, "--checked", "3"]) == 2
    assert "--checked and --defects go together" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "n"),
    [
        (["share", "--half-width", "0.05"], 385),
        (["zero-defects", "--most", "0.01"], 299),
        (["zero-defects", "--most", "0.01", "--level", "0.8"], 161),
        (["queries", "--sd", "0.2", "--difference", "0.02"], 787),
        (["side-by-side", "--win-rate", "0.55", "--tie-rate", "0"], 783),
        (["bridge", "--first", "0.06", "--second", "0.03"], 783),
        (["ab", "--first", "0.30", "--second", "0.33"], 3763),
    ],
)
def test_size_answers_the_reference_questions(capsys, asked, n):
    assert main(["size", *asked, "--json"]) == 0
    assert as_json(capsys)["rows"][0]["n"] == n


def test_judge_estimates_from_both(table, capsys):
    rows = [(n % 2 if n < 80 else "", (n % 2 + (n % 7 == 0)) % 2) for n in range(400)]
    path = table(rows, header="human,judge", name="judged.csv")
    assert main(["judge", path, "--relevant-from", "1", "--json"]) == 0
    found = {row["measure"]: row for row in as_json(capsys)["rows"]}
    both, alone = found["people and judge"], found["people alone"]
    assert both["high"] - both["low"] < alone["high"] - alone["low"]
    assert found["saving ρ²"]["value"] > 0.3
    few = table([(1, 1), (0, 0), ("", 1)], header="human,judge", name="few.csv")
    assert main(["judge", few]) == 1
    assert "too little data" in capsys.readouterr().err


def test_curve_shows_a_fan_and_the_labels_needed(table, capsys):
    rows = [(1000 * 2**k, 2 * (1000 * 2**k) ** -0.3 + 0.1) for k in range(6)]
    path = table(rows, header="n,error", name="rounds.csv")
    assert main(["curve", path, "--sd", "0.001", "--target", "0.18", "--json"]) == 0
    out, err = capsys.readouterr()
    assert "for an error of 0.18: 4.569e+04 labels (P10" in err
    ahead = json.loads(out)["rows"][-1]
    assert ahead["labels"] == 256_000 and ahead["measured"] is None
    assert ahead["p10"] < ahead["fitted"] < ahead["p90"]
    few = table(rows[:2], header="n,error", name="few.csv")
    assert main(["curve", few]) == 1
    assert "needs 4 rounds" in capsys.readouterr().err


# --- rankings -----------------------------------------------------------------------------------


@pytest.fixture
def trec(lines):
    grades = [f"q{q} 0 d{d} {(q + d) % 4}" for q in range(12) for d in range(6)]
    good = [f"q{q} Q0 d{d} 1 {(q + d) % 4 + d / 100} good" for q in range(12) for d in range(6)]
    bad = [f"q{q} Q0 d{d} 1 {6 - d} plain" for q in range(12) for d in range(6)]
    return ["--qrels", lines("q.txt", grades), "--run", lines("bad.txt", bad),
            "--run", lines("good.txt", good)]  # fmt: skip


def test_evaluate_measures_every_run(trec, capsys):
    assert main(["evaluate", *trec, "--measure", "ndcg@10", "--measure", "p@3"]) == 0
    rows, err = printed(capsys)
    assert [row[:2] for row in rows[1:]] == [
        ["plain", "ndcg@10"], ["good", "ndcg@10"],
        ["plain", "precision@3(from=1)"], ["good", "precision@3(from=1)"],
    ]  # fmt: skip
    assert rows[2][2] == "1" and "policy: gain=linear" in err


@pytest.mark.parametrize("name", ["ap", "rr", "recall@5", "success@1", "bpref", "err@10", "rbp",
                                  "judged@5", "AP@3"])  # fmt: skip
def test_every_measure_has_a_name(trec, capsys, name):
    assert main(["evaluate", *trec, "--measure", name, "--json"]) == 0
    assert all(0 <= row["mean"] <= 1 for row in as_json(capsys)["rows"])


def test_compare_says_how_much_better_the_second_is(trec, capsys):
    assert main(["compare", *trec, "--json"]) == 0
    found = {row["what"]: row for row in as_json(capsys)["rows"]}
    gap = found["second − first"]
    assert 0 < gap["low"] < gap["value"] and gap["p"] < 0.01
    assert main(["compare", *trec[:4]]) == 2
    assert "compare takes two runs, not 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("measure", "told"), [("dcg", "no measure 'dcg'"), ("p", "p needs a cut-off, such as p@10")]
)
def test_an_unknown_measure_is_refused(trec, capsys, measure, told):
    assert main(["evaluate", *trec, "--measure", measure]) == 2
    assert told in capsys.readouterr().err


def test_a_malformed_run_is_refused_with_its_line(trec, lines, capsys):
    broken = lines("broken.txt", ["q1 Q0 d1 1 2.0 x", "q1 Q0 d2 two"])
    assert main(["evaluate", *trec, "--run", broken]) == 2
    assert "broken.txt, line 2: 4 fields, not 6" in capsys.readouterr().err
    assert main(["evaluate", *trec, "--run", "none.txt"]) == 2
    assert "cannot read none.txt" in capsys.readouterr().err


# --- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["consensus", "agreement"])
def test_too_little_has_its_own_status_and_reason(table, capsys, command):
    assert main([command, table([(1, 1, 1), (2, 1, 2)])]) == 1
    out, err = capsys.readouterr()
    assert out == "" and "too little data" in err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"header": "item,rater,grade"}, "lacks the column 'label'; it has: item, rater, grade"),
        ({"rows": []}, "has no rows"),
        ({"rows": [(1, "x", "")]}, "line 2, column 'label'"),
        ({"rows": [(1, "x", 1), (1, "x")]}, "line 3: 2 columns where the header has 3"),
        ({"rows": [("é", "x", 1)], "encoding": "latin-1"}, "line 2 is not UTF-8"),
    ],
)
def test_unusable_files_are_explained(table, capsys, given, told):
    assert main(["consensus", table(**given)]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([(1, 9)], "'9' is not among the classes 0, 1, 2, 3: name all of them with --classes"),
        ([(1, 1), (1, 2)], "line 3, column 'item': '1' is there already"),
        ([(1, "")], "line 2, column 'truth' is empty"),
        ([], "has a header but no rows"),
        ([("x", 1), ("y", 1)], "none of its 2 items is labeled, such as 'y'"),
    ],
)
def test_unusable_gold_is_explained(table, capsys, rows, told):
    gold = table(rows, header="item,truth", name="gold.csv")
    assert main(["gold", table(), "--gold", gold]) == 2
    assert told in capsys.readouterr().err


def test_numbers_that_are_none_are_explained(table, capsys):
    path = table([(1, 1), ("two", 1)], header="human,judge", name="judged.csv")
    assert main(["judge", path]) == 2
    assert "line 3, column 'human': 'two' is not a number" in capsys.readouterr().err


def test_empty_and_missing_files_are_explained(tmp_path, capsys):
    (tmp_path / "empty.csv").touch()
    assert main(["consensus", str(tmp_path / "empty.csv")]) == 2
    assert "is empty: a header with item, rater, label is needed" in capsys.readouterr().err
    assert main(["consensus", str(tmp_path / "none.csv")]) == 2
    assert "cannot read" in capsys.readouterr().err


def test_repeats_can_be_refused(table, capsys):
    assert main(["consensus", table([*ROWS, ROWS[0]]), "--repeats", "error"]) == 2
    assert "labeled item '0' more than once" in capsys.readouterr().err


def test_a_report_is_written_whole_or_not_at_all(table, tmp_path, capsys):
    for suffix in ("csv", "json", "jsonl"):
        out = tmp_path / f"report.{suffix}"
        assert main(["agreement", table(), "--out", str(out)]) == 0
        assert "AC1" in out.read_text()
    assert main(["agreement", table(), "--out", str(tmp_path / "report.xls")]) == 2
    assert "no known extension" in capsys.readouterr().err
    assert main(["agreement", table(), "--out", str(tmp_path / "no" / "report.csv")]) == 2
    assert "there is no folder" in capsys.readouterr().err
    assert main(["agreement", table(), "--out", table()]) == 2
    assert "is read: write to another file" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.part"))


def test_it_runs_as_a_module(table):
    ran = subprocess.run(
        [sys.executable, "-m", "assay", "consensus", table()], capture_output=True, check=True
    )
    assert ran.stdout.split()[:3] == [b"item", b"label", b"p"]


@pytest.mark.slow
def test_a_reader_who_stops_early_is_no_error(table):
    command = [sys.executable, "-m", "assay", "consensus", table()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        told = running.stderr.read()
    assert running.returncode == 0 and b"Traceback" not in told and b"Broken" not in told


def test_the_how_to_shows_every_command():
    page = Path(__file__).parents[2] / "docs" / "how-to" / "measure.md"
    shown = set(re.findall(r"^    assay (\w+)", page.read_text(), re.MULTILINE))
    (commands,) = [held for held in parser()._actions if held.choices]
    assert shown == set(commands.choices)
