"""Freezing a release: what is in its files, that they never differ, and what is refused."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest

from assay.trec import parse_qrels
from tests.factories.datasets import a_release
from tests.factories.labeled import (
    AT,
    LATER,
    Labeled,
    UserFactory,
    a_plan,
    an_unlabeled_project,
    judge,
)
from touchstone.apps.consensus.models import ConsensusLabel
from touchstone.apps.consensus.queries import newest_run
from touchstone.apps.datasets.models import Release
from touchstone.apps.datasets.operations import (
    EmptyRelease,
    ForeignRun,
    InvalidSplit,
    freeze_release,
)
from touchstone.apps.datasets.queries import file_chunks, file_of, verify_release
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import User
from touchstone.apps.quality.models import GoldAnswer
from touchstone.apps.quality.operations import decide_lot

pytestmark = pytest.mark.slow  # each labels a project and freezes it

LONG_FORM = [
    "item_id",
    "rater_pseudonym",
    "label",
    "value",
    "ts",
    "guideline_version",
    "scale_version",
    "stratum",
    "pi",
    "weight",
    "source",
]


def content(release: Release, name: str) -> bytes:
    return b"".join(file_chunks(file_of(release, name)))


def json_lines(release: Release, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content(release, name).splitlines()]


def table(release: Release, name: str) -> list[dict[str, Any]]:
    return pq.read_table(io.BytesIO(content(release, name))).to_pylist()


def sums_of(release: Release) -> dict[str, str]:
    return dict(release.files.values_list("name", "sha256"))


def qrels(release: Release, name: str = "qrels.txt") -> dict[str, dict[str, int]]:
    return parse_qrels(content(release, name).decode().splitlines())


def test_qrels_hold_the_consensus_and_nothing_else(scene: Labeled) -> None:
    release = a_release(scene)

    labels = ConsensusLabel.objects.filter(run=release.run).select_related("item__query")
    wanted: dict[str, dict[str, int]] = {}
    for label in labels:
        wanted.setdefault(label.item.query.key, {})[label.item.document_key] = label.label
    assert qrels(release) == wanted
    assert release.items == labels.count() == len(scene.items)
    assert qrels(release)["q0"]["d2"] == 3  # settled by the expert


def test_items_without_a_label_are_not_given_a_grade(scene: Labeled) -> None:
    item = scene.items[-1]
    batch_twin = type(item).objects.create(
        project=scene.project, batch=item.batch, query=item.query, key="new", document_key="new"
    )
    release = a_release(scene)

    assert "new" not in qrels(release)[item.query.key]
    assert batch_twin.key not in {row["item_id"] for row in json_lines(release, "consensus.jsonl")}
    assert release.card["counts"]["items_without_label"] == 1


def test_the_split_parts_no_query(scene: Labeled) -> None:
    release = a_release(scene)

    train, test = qrels(release, "qrels-train.txt"), qrels(release, "qrels-test.txt")
    assert train and test
    assert not set(train) & set(test)
    assert train | test == qrels(release)
    split = {row["query_id"]: row["split"] for row in json_lines(release, "consensus.jsonl")}
    assert {query for query, side in split.items() if side == "test"} == set(test)
    assert release.card["split"]["test_queries"] == len(test)


def test_the_split_of_a_query_stays_when_others_come(scene: Labeled) -> None:
    before = set(qrels(a_release(scene), "qrels-test.txt"))
    for number in range(20):
        item = scene.items[0]
        query = type(item.query).objects.create(
            project=scene.project, key=f"later{number}", text="later", locale=item.query.locale
        )
        added = type(item).objects.create(
            project=scene.project, batch=item.batch, query=query, key=f"l{number}", document_key="d"
        )
        judge(scene, added, scene.raters[0], 1)
    after = qrels(a_release(scene), "qrels-test.txt")

    assert {query for query in after if not query.startswith("later")} == before


def test_nothing_is_held_out_when_nothing_is_asked_for(scene: Labeled) -> None:
    release = a_release(scene, test_share=Decimal(0))

    assert content(release, "qrels-test.txt") == b""
    assert content(release, "qrels-train.txt") == content(release, "qrels.txt")


def test_consensus_rows_carry_what_estimation_needs(scene: Labeled) -> None:
    release = a_release(scene)
    rows = json_lines(release, "consensus.jsonl")

    assert rows == table(release, "consensus.parquet")
    for row in rows:
        assert row["weight"] == pytest.approx(1 / row["pi"])
        assert sum(row["posterior"]) == pytest.approx(1)
    assert {row["stratum"]: row["pi"] for row in rows} == {"head": 1.0, "tail": 0.25}
    assert [row["item_id"] for row in rows if row["is_gold"]] == list(
        GoldAnswer.objects.filter(project=scene.project).values_list("item__key", flat=True)
    )
    assert [row["item_id"] for row in rows if row["source"] == "adjudicated"] == ["i0-2"]


def test_judgments_are_in_the_long_form(scene: Labeled) -> None:
    release = a_release(scene)
    rows = json_lines(release, "judgments.jsonl")

    assert list(rows[0])[: len(LONG_FORM)] == LONG_FORM
    judged = [row for row in rows if row["source"] == "human"]
    kept = Judgment.objects.filter(project=scene.project)
    assert {int(row["judgment_id"]) for row in judged} == set(kept.values_list("pk", flat=True))
    assert release.judgments == kept.count() == len(judged)
    assert {row["guideline_version"] for row in rows} == {"relevance 1.2.0"}
    assert {row["scale_version"] for row in rows} == {"graded-relevance v1"}
    assert {row["rater_pseudonym"] for row in judged} == set(
        kept.values_list("annotator__pseudonym", flat=True)
    )


def test_both_formats_of_the_judgments_say_the_same(scene: Labeled) -> None:
    release = a_release(scene)
    rows = table(release, "judgments.parquet")
    for row in rows:
        row["ts"] = row["ts"].isoformat().replace("+00:00", "Z")

    assert rows == json_lines(release, "judgments.jsonl")


def test_a_failure_is_never_a_label(scene: Labeled) -> None:
    rows = json_lines(a_release(scene), "judgments.jsonl")

    (unjudged,) = (row for row in rows if row["outcome"] == "cannot_judge")
    assert unjudged["reason"] == "broken"
    assert unjudged["label"] is unjudged["value"] is unjudged["grade"] is None
    assert all(row["value"] == str(row["grade"]) for row in rows if row["outcome"] == "label")


def test_late_and_uncounted_work_is_kept_and_marked(scene: Labeled) -> None:
    rows = json_lines(a_release(scene), "judgments.jsonl")

    assert [row["item_id"] for row in rows if row["late"]] == ["i0-1"]
    assert [row["item_id"] for row in rows if not row["counts"]] == ["i0-1"]


def test_work_of_a_rejected_lot_is_marked(scene: Labeled) -> None:
    run = scene.consensus()
    decide_lot(
        project=scene.project, locale_tag="en-US", decision="rejected", reason="Too many misses.",
        by=scene.owner, at=LATER,
    )  # fmt: skip
    rows = json_lines(a_release(scene, run=run), "judgments.jsonl")

    rejected = Counter(row["rejected"] for row in rows if row["source"] == "human")
    assert rejected == {True: 3 * len(scene.items), False: 1}


def test_an_adjudication_is_a_row_of_its_own(scene: Labeled) -> None:
    rows = json_lines(a_release(scene), "judgments.jsonl")

    (settled,) = (row for row in rows if row["source"] == "adjudicated")
    assert settled["item_id"] == "i0-2"
    assert settled["value"] == "3"
    assert settled["rater_pseudonym"] == scene.expert.pseudonym


def test_a_machine_rater_is_told_apart(scene: Labeled) -> None:
    machine = UserFactory(kind=User.Kind.MACHINE)
    judge(scene, scene.items[3], machine, 2)
    release = a_release(scene)
    rows = json_lines(release, "judgments.jsonl")

    assert [r["rater_pseudonym"] for r in rows if r["source"] == "llm"] == [machine.pseudonym]
    assert release.card["counts"]["machine_raters"] == 1


def test_work_after_the_run_is_not_in_its_release(scene: Labeled) -> None:
    run = scene.consensus(at=AT)

    release = a_release(scene, run=run)

    assert release.judgments == 0
    assert content(release, "judgments.jsonl") == b""


def test_nobody_is_named_in_any_file(scene: Labeled) -> None:
    release = a_release(scene)

    private = [value for pair in User.objects.values_list("name", "email") for value in pair]
    for file in release.files.all():
        held = content(release, file.name)
        if file.name.endswith(".parquet"):
            held = json.dumps(table(release, file.name), default=str).encode()
        text = held.decode()
        assert not [name for name in [*private, "Yolanda", "private.example"] if name in text]
    assert not any(name in json.dumps(release.card) for name in private)


def test_the_same_run_frozen_again_gives_the_same_bytes(scene: Labeled) -> None:
    run = scene.consensus()
    first, second = a_release(scene, run=run), a_release(scene, run=run)

    assert (first.version, second.version) == (1, 2)
    assert sums_of(first) == sums_of(second)
    assert first.checksum == second.checksum
    assert a_release(scene, run=run, split_seed=8).checksum != first.checksum


def test_the_checksum_covers_every_file(scene: Labeled) -> None:
    release = a_release(scene)

    sums = content(release, "SHA256SUMS")
    assert hashlib.sha256(sums).hexdigest() == release.checksum
    listed = dict(reversed(line.split("  ")) for line in sums.decode().splitlines())
    assert listed == {name: held for name, held in sums_of(release).items() if name != "SHA256SUMS"}
    assert all(
        hashlib.sha256(content(release, name)).hexdigest() == held for name, held in listed.items()
    )
    assert verify_release(release) == release


def test_the_files_are_those_promised(scene: Labeled) -> None:
    assert set(sums_of(a_release(scene))) == {
        "qrels.txt", "qrels-train.txt", "qrels-test.txt", "consensus.jsonl", "consensus.parquet",
        "judgments.jsonl", "judgments.parquet", "card.md", "card.json", "SHA256SUMS",
    }  # fmt: skip


def test_files_are_stored_in_chunks(scene: Labeled, monkeypatch: pytest.MonkeyPatch) -> None:
    run = scene.consensus()
    whole = a_release(scene, run=run)
    monkeypatch.setattr("touchstone.apps.datasets.chunks.CHUNK_BYTES", 512)
    pieces = a_release(scene, run=run)

    assert sums_of(pieces) == sums_of(whole)
    file = file_of(pieces, "judgments.jsonl")
    sizes = [len(chunk.data) for chunk in file.chunks.order_by("number")]
    assert len(sizes) > 10
    assert set(sizes[:-1]) == {512}
    assert verify_release(pieces) == pieces


def test_ids_with_white_space_can_be_read_back(scene: Labeled) -> None:
    item = scene.items[0]
    type(item).objects.filter(pk=item.pk).update(document_key="a result 100%")
    release = a_release(scene)

    assert "a%20result%20100%25" in qrels(release)["q0"]
    assert "a result 100%" in {row["document_id"] for row in json_lines(release, "consensus.jsonl")}


def test_a_pair_labeled_twice_is_in_qrels_once(scene: Labeled) -> None:
    item = scene.items[0]
    twin = type(item).objects.create(
        project=scene.project, batch=item.batch, query=item.query, key="zz",
        document_key=item.document_key,
    )  # fmt: skip
    for rater in scene.raters:
        judge(scene, twin, rater, 3)
    release = a_release(scene)

    both = [r for r in json_lines(release, "consensus.jsonl") if r["document_id"] == "d0"]
    both = [r for r in both if r["query_id"] == "q0"]
    assert len(both) == 2
    surest = max(both, key=lambda row: row["probability"])
    assert qrels(release)["q0"]["d0"] == surest["label"]


def test_the_card_tells_it_in_both_languages(scene: Labeled) -> None:
    release = a_release(scene, licence="CC BY 4.0")
    card = content(release, "card.md").decode()

    english, french = card.split("\n\n---\n\n")
    for part in (english, french):
        assert release.run.input_hash in part
        assert "CC BY 4.0" in part
        assert sums_of(release)["qrels.txt"] in part
    assert "Graded relevance" in english
    assert "Pertinence graduée" in french
    assert json.loads(content(release, "card.json")) == release.card


def test_the_card_counts_what_was_done(scene: Labeled) -> None:
    counts = a_release(scene).card["counts"]

    kept = Judgment.objects.filter(project=scene.project)
    assert counts["judgments"] == kept.count()
    assert counts["labels"] == kept.filter(outcome="label").count()
    assert counts["cannot_judge"] == counts["late"] == counts["not_counting"] == 1
    assert counts["gold_items"] == counts["adjudicated"] == 1
    assert counts["raters"] == 4


def test_freezing_leaves_a_trace(scene: Labeled) -> None:
    release = a_release(scene)

    event = Event.objects.get(event="datasets.release.frozen")
    assert event.data["checksum"] == release.checksum
    assert (event.by_id, event.project_id) == (scene.owner.pk, scene.project.pk)


@pytest.mark.django_db
def test_an_empty_project_is_refused() -> None:
    project = an_unlabeled_project()
    with pytest.raises(EmptyRelease, match="Run consensus first"):
        freeze_release(
            project=project, run=newest_run(project), test_share=Decimal("0.2"), split_seed=1,
            note="", by=project.owner, at=AT,
        )  # fmt: skip
    assert not Release.objects.exists()


def test_a_run_without_labels_is_refused(scene: Labeled) -> None:
    full = scene.consensus()
    values = {f.attname: getattr(full, f.attname) for f in full._meta.fields if f.name != "id"}
    empty = type(full).objects.create(**values)

    with pytest.raises(EmptyRelease, match="No item has a label"):
        a_release(scene, run=empty)


def test_a_project_without_a_plan_in_force_is_refused(scene: Labeled) -> None:
    run = scene.consensus()
    scene.project.plans.update(state="superseded")

    with pytest.raises(EmptyRelease, match="approved plan"):
        a_release(scene, run=run)


def test_another_projects_run_is_refused(scene: Labeled) -> None:
    project = an_unlabeled_project("other")
    a_plan(project)

    with pytest.raises(ForeignRun):
        a_release(scene, project=project)


@pytest.mark.parametrize("share", ["1", "1.5", "-0.1"])
def test_a_share_that_leaves_nothing_is_refused(scene: Labeled, share: str) -> None:
    with pytest.raises(InvalidSplit):
        a_release(scene, test_share=Decimal(share))
    assert not Release.objects.exists()


def test_rows_are_written_as_they_come(scene: Labeled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("touchstone.apps.datasets.tables.ROWS_AT_ONCE", 5)
    release = a_release(scene)

    parquet = pq.ParquetFile(io.BytesIO(content(release, "consensus.parquet")))
    groups = [parquet.metadata.row_group(n).num_rows for n in range(parquet.num_row_groups)]
    assert max(groups) == 5
    assert sum(groups) == release.items
    assert table(release, "consensus.parquet") == json_lines(release, "consensus.jsonl")
