"""Taking in run files: what is kept, and the line that is to blame for a refusal."""

from __future__ import annotations

import hashlib
import io

import pytest

from tests.factories.labeled import LATER, Labeled
from touchstone.apps.evaluations.models import Ranking, SystemRun
from touchstone.apps.evaluations.operations import upload_run
from touchstone.apps.evaluations.policies import MOST_BYTES
from touchstone.apps.evaluations.queries import rankings_of
from touchstone.apps.evaluations.run_files import InvalidRun
from touchstone.apps.ledger.models import Event

pytestmark = pytest.mark.slow  # each has a release to evaluate on


def upload(scene: Labeled, content: bytes, system: str = "ours") -> SystemRun:
    return upload_run(
        project=scene.project,
        system=system,
        file_name="run.txt",
        stream=io.BytesIO(content),
        by=scene.owner,
        at=LATER,
    )


def test_the_score_ranks_and_ties_go_by_document_descending(scene: Labeled) -> None:
    content = b"q1 Q0 a 9 0.5 t\nq1 Q0 c 1 0.5 t\nq1 Q0 b 2 0.7 t\n\nq0 Q0 z 1 1e3 t\n"
    run = upload(scene, content)

    assert rankings_of(run) == {"q1": ["b", "c", "a"], "q0": ["z"]}
    assert run.sha256 == hashlib.sha256(content).hexdigest()
    assert (run.queries, run.lines, run.system) == (2, 5, "ours")


def test_the_tag_names_a_system_without_a_name(scene: Labeled) -> None:
    assert upload(scene, b"q1 Q0 a 1 1 bm25\n", system=" ").system == "bm25"


def test_the_same_file_again_adds_nothing(scene: Labeled) -> None:
    first, again = (upload(scene, b"q1 Q0 a 1 1 t\n") for _time in range(2))

    assert first == again
    assert Ranking.objects.count() == 1
    assert Event.objects.filter(event="evaluations.run.uploaded").count() == 1


def test_a_byte_order_mark_is_no_part_of_the_first_query(scene: Labeled) -> None:
    assert set(rankings_of(upload(scene, b"\xef\xbb\xbfq1 Q0 a 1 1 t\n"))) == {"q1"}


@pytest.mark.parametrize(
    ("content", "blamed"),
    [
        (b"", "empty"),
        (b"q1 Q0 a 1 1 t\nq1 Q0 b 2 t\n", "line 2"),
        (b"q1 Q0 a 1 high t\n", "line 1"),
        (b"q1 Q0 a 1 nan t\n", "line 1"),
        (b"q1 Q0 a 1 2 t\n\nq1 Q0 a 2 1 t\n", "line 3"),
        (b"q1 Q0 a 1 2 t\nq1 Q0 b 2 1 other\n", "line 2"),
        (b"q1 Q0 a 1 2 t\nq1 Q0 \xe9 2 1 t\n", "line 2"),
        (b"q1 Q0 a 1 2 t\nq1 Q0 b\x00 2 1 t\n", "line 2"),
        (b"q1 Q0 a 1 2 t\n" + b"x" * 5000, "line 2"),
        (b"q1 Q0 " + b"d" * 201 + b" 1 2 t\n", "more than 200 characters"),
    ],
)
def test_a_file_that_is_no_run_is_refused_by_its_line(
    scene: Labeled, content: bytes, blamed: str
) -> None:
    with pytest.raises(InvalidRun, match=blamed):
        upload(scene, content)
    assert not SystemRun.objects.exists()
    assert not Ranking.objects.exists()


class Endless(io.RawIOBase):
    """A stream that never ends, to show that reading does."""

    def __init__(self) -> None:
        self.number = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        self.number += 1
        return b"q%d Q0 %s 1 1 t\n" % (self.number, b"d" * 190)


def test_a_huge_file_is_refused_before_it_is_read_whole(
    scene: Labeled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("touchstone.apps.evaluations.run_files.MOST_BYTES", 100_000)
    stream = Endless()
    with pytest.raises(InvalidRun, match="larger than"):
        upload_run(
            project=scene.project, system="", file_name="", stream=stream, by=scene.owner, at=LATER
        )  # type: ignore[arg-type]
    assert stream.number < 1000 < MOST_BYTES
