"""Files in and out: imports with their errors, run files, streamed downloads."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.factories import programme as play
from tests.factories.programme import KEY, Programme
from touchstone_client import BadFile, Conflict, Invalid


def test_a_bad_file_changes_nothing_and_names_its_lines(programme: Programme) -> None:
    key, olga = play.planned(programme), programme.client("olga")
    path = play.items_file(programme)
    lines = path.read_text().splitlines()
    lines[2] = lines[2].replace(play.LOCALE, "tlh-QO")
    path.write_text("\n".join(lines))

    with pytest.raises(BadFile) as refusal:
        olga.items.import_file(key, path)

    (error,) = refusal.value.report.errors
    assert (error.line, error.column) == (3, "locale")
    assert refusal.value.code == "bad_file"
    assert olga.projects.get(key).progress.items == 0


def test_a_dry_run_reports_and_changes_nothing(programme: Programme) -> None:
    key, olga = play.planned(programme), programme.client("olga")
    good, bad = play.items_file(programme), programme.folder / "bad.csv"
    bad.write_text("item_id\n1\n")

    report = olga.items.import_file(key, good, dry_run=True)
    assert (report.rows, report.errors_total, report.gold) == (22, 0, play.GOLD_ITEMS)
    assert olga.items.import_file(key, bad, dry_run=True).errors_total > 0
    assert olga.projects.get(key).progress.items == 0


def test_the_same_file_twice_adds_nothing(programme: Programme) -> None:
    key, olga = play.planned(programme), programme.client("olga")
    path = play.items_file(programme)

    first, second = olga.items.import_file(key, path), olga.items.import_file(key, path)

    assert (first.added, first.already_imported) == (22, False)
    assert (second.added, second.already_imported) == (0, True)


def test_columns_are_renamed_as_asked(programme: Programme) -> None:
    key, olga = play.planned(programme), programme.client("olga")
    path = programme.folder / "theirs.csv"
    path.write_text("a,b,c,d,e\n1,q1,what,d1,en-GB\n")
    mapping = {
        "item_id": "a", "query_id": "b", "query": "c", "document_id": "d", "locale": "e"
    }  # fmt: skip

    assert olga.items.import_file(key, path, mapping=mapping).added == 1


@pytest.mark.parametrize("mapping", ["[]", "{", '{"a": 1}', '"a"'])
def test_a_mapping_that_is_none_is_refused(programme: Programme, mapping: str) -> None:
    key = play.planned(programme)
    caller = Client(headers={"Authorization": f"Bearer {programme.tokens['olga']}"})

    with play.items_file(programme).open("rb") as file:
        response = caller.post(
            f"/api/v1/projects/{key}/items/import", {"file": file, "mapping": mapping}
        )

    assert (response.status_code, response.json()["code"]) == (422, "bad_mapping")


def test_items_wait_for_an_approved_plan(programme: Programme) -> None:
    number, olga = play.filed(programme), programme.client("olga")
    for to in ("triaged", "scoped", "approved"):
        olga.requests.move(number, to)
    olga.requests.open_project(number, key=KEY, name="Questions")

    with pytest.raises(Conflict):
        olga.items.import_file(KEY, play.items_file(programme))


@pytest.mark.slow
def test_a_file_is_streamed_with_its_checksum(programme: Programme) -> None:
    release = play.released(programme)
    caller = Client(headers={"Authorization": f"Bearer {programme.tokens['rita']}"})
    base = f"/api/v1/projects/{KEY}/releases/{release.version}/files"
    file = next(one for one in release.files if one.name == "judgments.parquet")

    response = caller.get(f"{base}/{file.name}")

    assert response.streaming
    assert response.headers["ETag"] == f'"{file.sha256}"'
    assert int(response.headers["Content-Length"]) == file.size_bytes
    assert len(b"".join(response.streaming_content)) == file.size_bytes  # type: ignore[attr-defined]
    cached = caller.get(f"{base}/{file.name}", headers={"If-None-Match": f'"{file.sha256}"'})
    assert cached.status_code == 304
    for missing in ("nothing.txt", "%00", "..%2Fqrels.txt"):
        assert caller.get(f"{base}/{missing}").status_code == 404


@pytest.mark.slow
def test_a_run_with_unknown_queries_is_refused_by_name(
    programme: Programme, tmp_path: Path
) -> None:
    release, rita = play.released(programme), programme.client("rita")
    good = rita.evaluations.upload_run(KEY, play.run_file(programme, "good", best_first=True))
    path = tmp_path / "strange.txt"
    path.write_text("q99 Q0 d1 1 3.0 strange\n")
    strange = rita.evaluations.upload_run(KEY, path)

    with pytest.raises(Invalid) as refusal:
        rita.evaluations.evaluate(KEY, release.version, baseline=good.id, candidate=strange.id)

    assert refusal.value.code == "unknown_queries"
    assert refusal.value.details["queries"] == ["q99"]
    assert list(rita.evaluations.list(KEY)) == []


def test_a_file_that_is_no_run_is_refused(programme: Programme, tmp_path: Path) -> None:
    play.planned(programme)
    path = tmp_path / "no-run.txt"
    path.write_text("this is not a run\n")

    with pytest.raises(Invalid) as refusal:
        programme.client("olga").evaluations.upload_run(KEY, path)

    assert refusal.value.code == "invalid_run"
