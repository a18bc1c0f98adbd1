"""The side-by-side: its sizes, its verdict, and what it says when a peer cannot be had."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.crowd import Faults, Round
from bench.rivals import environments, report
from bench.rivals.environments import NotHere, Packages
from bench.rivals.metering import Cost
from bench.rivals.report import Sheet
from bench.rivals.rival import Check
from bench.rivals.sizes import Sizes

SIZES = Sizes(crowds=(16,))
CLEAN = Faults(lost=0, doubled=0, above_overlap=0)
REFUSED = Check("a label outside the schema", (422,), kept=0, right=0)
ACCEPTED = Check("a label outside the schema", (201,), kept=1, right=0)


def a_sheet(name: str, *, labels: int, cpu: float, **found: object) -> Sheet:
    """A system that made so many labels in ten seconds, each for so much CPU."""
    crowd = Round(16, 0.0, seconds=10.0, cpu=cpu * labels)
    crowd.acknowledged = [str(number) for number in range(labels)]
    crowd.waits_next, crowd.waits_submit = [0.01, 0.02], [0.02, 0.03]
    sheet = Sheet(name, "1.0", "a server", rounds={16: [crowd]}, faults=CLEAN, checks=[REFUSED])
    for key, value in found.items():
        setattr(sheet, key, value)
    return sheet


def ours(**found: object) -> Sheet:
    return a_sheet("Touchstone", labels=4000, cpu=0.0035, **found)


def a_failure() -> dict[int, list[Round]]:
    (crowd,) = ours().rounds[16]
    crowd.failures = ["RuntimeError: 500"]
    return {16: [crowd]}


def label_studio(labels: int = 30) -> Sheet:
    return a_sheet("Label Studio", labels=labels, cpu=0.8, checks=[ACCEPTED])


def test_a_size_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIVALS_ITEMS", "many")
    with pytest.raises(SystemExit, match="RIVALS_ITEMS"):
        Sizes.from_environment()


def test_a_peer_that_is_not_known_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIVALS_PEERS", "argilla")
    with pytest.raises(SystemExit, match="argilla"):
        Sizes.from_environment()


def test_no_peers_may_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIVALS_PEERS", "")
    monkeypatch.setenv("RIVALS_CROWDS", "2,8")
    sizes = Sizes.from_environment()
    assert (sizes.peers, sizes.crowds, sizes.people) == ((), (2, 8), 12)


def test_ours_holds_when_it_is_fast_light_and_clean() -> None:
    assert report.holds([ours(), label_studio()], SIZES)


@pytest.mark.parametrize(
    "sheets",
    [
        pytest.param(lambda: [ours(), label_studio(labels=41)], id="not a hundred times as fast"),
        pytest.param(lambda: [ours(faults=Faults(1, 0, 0)), label_studio()], id="a label lost"),
        pytest.param(lambda: [ours(rounds=a_failure()), label_studio()], id="a call that failed"),
        pytest.param(lambda: [ours(checks=[ACCEPTED]), label_studio()], id="a bad label kept"),
        pytest.param(lambda: [a_sheet("Touchstone", labels=4000, cpu=0.005)], id="too much CPU"),
    ],
)
def test_ours_does_not_hold(sheets: Callable[[], list[Sheet]]) -> None:
    assert not report.holds(sheets(), SIZES)


def test_the_report_tells_ratios_faults_and_who_is_missing() -> None:
    cost = Cost(seconds=121.0, cpu=100.0, peak_megabytes=900.0, fault="RemoteDisconnected")
    peer = label_studio()
    peer.exported, peer.counted = cost, (28, 30)
    told = report.written([ours(), peer], SIZES, ["doccano is not compared: no compiler"], load=0.1)
    for line in (
        "| Label Studio, 16 annotators | 133 times | 100 times | 0.0044 |",
        "| a label outside the schema | refused (422) | 1 stored (201) |",
        "| export | – | gave up after 121.0 s |",
        "| its own counter / the rows | – | 28 / 30 |",
        "- doccano is not compared: no compiler",
    ):
        assert line in told


def test_a_peer_that_cannot_be_installed_is_no_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(environments, "CACHE", tmp_path)
    monkeypatch.setattr(environments, "PYTHON", "no-such-python")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(NotHere):
        environments.environment(Packages("doccano", ("doccano==1.8.4",)))
