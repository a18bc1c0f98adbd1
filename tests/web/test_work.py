"""Items, people, quality, releases and value through the console, on one programme."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client

from tests.factories.programme import (
    KEY,
    LOCALE,
    Programme,
    evaluated,
    item_rows,
    items_file,
    labeled,
    live,
    planned,
    released,
    run_file,
)
from tests.web.conftest import SignedIn
from touchstone.apps.consensus.models import ConsensusRun
from touchstone.apps.datasets.models import Release
from touchstone.apps.economics.models import CostEvent, ReturnEstimate
from touchstone.apps.evaluations.models import Evaluation, SystemRun
from touchstone.apps.items.models import Item
from touchstone.apps.quality.models import AuditDraw, Lot, Measurement
from touchstone.apps.risks.models import Risk

AT = f"/projects/{KEY}"


def upload(name: str, content: bytes) -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


@pytest.fixture
def olga(programme: Programme, signed_in: SignedIn) -> Client:
    planned(programme)
    return signed_in("olga")


class TestImport:
    def test_a_dry_run_changes_nothing_and_the_import_does(
        self, olga: Client, programme: Programme
    ) -> None:
        content = items_file(programme).read_bytes()
        expected = len(list(item_rows()))
        page = olga.post(f"{AT}/items/import", {"file": upload("a.jsonl", content)})
        assert f"{expected} rows are in order." in page.content.decode()
        assert not Item.objects.exists()
        given = {"file": upload("a.jsonl", content), "step": "import"}
        assert olga.post(f"{AT}/items/import", given).status_code == 302
        assert Item.objects.count() == expected

    def test_a_bad_file_is_told_line_by_line_and_changes_nothing(self, olga: Client) -> None:
        content = f"item_id,query_id,query,document_id,locale\n1,q,a,d,{LOCALE}\n1,q,a,e,xx-YY\n"
        given = {"file": upload("a.csv", content.encode()), "step": "import"}
        answer = olga.post(f"{AT}/items/import", given)
        assert answer.status_code == 422
        assert "xx-YY" in answer.content.decode()
        assert not Item.objects.exists()

    def test_columns_can_be_named_by_hand(self, olga: Client) -> None:
        content = f"a,query_id,query,document_id,locale\n1,q,x,d,{LOCALE}\n"
        given = {
            "file": upload("a.csv", content.encode()), "step": "import", "column-item_id": "a",
        }  # fmt: skip
        assert olga.post(f"{AT}/items/import", given).status_code == 302
        assert Item.objects.get().key == "1"

    def test_without_a_file_the_form_asks_for_one(self, olga: Client) -> None:
        answer = olga.post(f"{AT}/items/import", {"step": "import"})
        assert answer.status_code == 422

    def test_the_report_alone_is_sent_to_htmx(self, olga: Client) -> None:
        given = {"file": upload("a.csv", b"item_id\n1\n")}
        answer = olga.post(f"{AT}/items/import", given, headers={"HX-Request": "true"})
        assert "<html" not in answer.content.decode()
        assert "Nothing was imported." in answer.content.decode()

    def test_the_query_of_an_item_is_text(self, olga: Client) -> None:
        content = f"item_id,query_id,query,document_id,locale\n1,q,<script>x</script>,d,{LOCALE}\n"
        given = {"file": upload("a.csv", content.encode()), "step": "import"}
        olga.post(f"{AT}/items/import", given)
        page = olga.get(f"{AT}/items?q=script").content.decode()
        assert "&lt;script&gt;x&lt;/script&gt;" in page and "<script>x" not in page

    def test_a_requester_does_not_import(self, olga: Client, signed_in: SignedIn) -> None:
        assert signed_in("rita").post(f"{AT}/items/import", {}).status_code == 403
        assert f"{AT}/items/import" not in signed_in("rita").get(f"{AT}/items").content.decode()


class TestMembers:
    def test_a_person_is_put_on_and_taken_off(self, olga: Client, programme: Programme) -> None:
        dan = {"user": str(programme.people["dan"].pk), "function": "annotator"}
        assert "Dan is on the project." in _said(olga.post(f"{AT}/people/add", dan, follow=True))
        assert "alert-danger" in _said(olga.post(f"{AT}/people/add", dan, follow=True))
        assert "Dan is off" in _said(olga.post(f"{AT}/people/remove", dan, follow=True))

    def test_a_person_without_the_role_is_not_put_on(
        self, olga: Client, programme: Programme
    ) -> None:
        nobody = {"user": str(programme.people["nobody"].pk), "function": "annotator"}
        answer = olga.post(f"{AT}/people/add", nobody, follow=True)
        assert "does not have the role" in _said(answer)

    def test_a_vendor_manager_sees_the_vendor_alone(
        self, programme: Programme, signed_in: SignedIn
    ) -> None:
        labeled(programme)
        page = signed_in("vera").get(f"{AT}/people").content.decode()
        assert "Ana" in page
        assert "Ben" not in page and "Quinn" not in page
        costs = signed_in("vera").get(f"{AT}/value").content.decode()
        assert "Only your vendor&#x27;s lines are shown." in costs
        assert signed_in("vera").get(f"{AT}/quality").status_code == 403


class TestPhases:
    def test_the_project_goes_on_pauses_and_resumes(self, olga: Client) -> None:
        for to, word in (("pilot", "Pilot"), ("pause", "Paused"), ("resume", "Pilot")):
            page = _said(olga.post(f"{AT}/phase", {"to": to}, follow=True))
            assert f"The project is now in “{word}”." in page

    def test_what_is_out_of_turn_is_refused(self, olga: Client) -> None:
        assert "alert-danger" in _said(olga.post(f"{AT}/phase", {"to": "close"}, follow=True))
        assert "no such phase" in _said(olga.post(f"{AT}/phase", {"to": "x"}, follow=True))


def _said(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


class TestQuality:
    def test_measure_decide_draw_and_run(self, programme: Programme, signed_in: SignedIn) -> None:
        labeled(programme)
        quinn, olga = signed_in("quinn"), signed_in("olga")
        before = Measurement.objects.count()
        quinn.post(f"{AT}/quality/measure")
        assert Measurement.objects.count() > before
        quinn.post(f"{AT}/quality/audits", {"size": "5", "seed": "3"})
        assert AuditDraw.objects.get().size == 5
        quinn.post(f"{AT}/quality/adjudications")
        olga.post(f"{AT}/quality/consensus")
        assert ConsensusRun.objects.count() == 1
        page = _said(quinn.get(f"{AT}/quality"))
        assert f"/work/{KEY}/audits" in page
        assert quinn.post(f"{AT}/quality/consensus").status_code == 403

    def test_a_lot_is_rejected_with_a_reason_only(
        self, programme: Programme, signed_in: SignedIn
    ) -> None:
        live(programme)
        _judge_one(programme)
        olga = signed_in("olga")
        rejected = {"locale": LOCALE, "decision": "rejected", "reason": ""}
        assert "alert-danger" in _said(olga.post(f"{AT}/quality/lots", rejected, follow=True))
        assert not Lot.objects.exists()
        olga.post(f"{AT}/quality/lots", rejected | {"reason": "Random clicks"})
        assert Lot.objects.get().reason == "Random clicks"

    def test_nothing_is_drawn_for_a_size_that_is_none(
        self, programme: Programme, signed_in: SignedIn
    ) -> None:
        planned(programme)
        page = signed_in("quinn").post(f"{AT}/quality/audits", {"size": "x"}, follow=True)
        assert "Nothing was drawn." in _said(page)


def _judge_one(programme: Programme) -> None:
    work = programme.client("ana").work
    task = work.lease(KEY, 1).tasks[0]
    work.submit(task, {"outcome": "label", "values": {"grade": 1}}, seconds=3.0)


class TestReleases:
    def test_freeze_download_and_accept(self, programme: Programme, signed_in: SignedIn) -> None:
        labeled(programme)
        olga, rita = signed_in("olga"), signed_in("rita")
        olga.post(f"{AT}/quality/consensus")
        given = {"test_share": "0.25", "split_seed": "3", "note": "For you"}
        assert olga.post(f"{AT}/releases/new", given).headers["Location"] == f"{AT}/releases/1"
        page = _said(rita.get(f"{AT}/releases/1"))
        assert Release.objects.get().checksum in page
        file = rita.get(f"{AT}/releases/1/files/qrels.txt")
        assert b"".join(file.streaming_content).count(b"\n") > 0  # type: ignore[attr-defined]
        assert signed_in("stan").get(f"{AT}/releases/1/files/qrels.txt").status_code == 403
        assert rita.get(f"{AT}/releases/1/files/secret").status_code == 404
        returned = {"decision": "returned", "reason": ""}
        assert "alert-danger" in _said(rita.post(f"{AT}/releases/1/decide", returned, follow=True))
        rita.post(f"{AT}/releases/1/decide", {"decision": "accepted"})
        assert Release.objects.get().decision.decision == "accepted"

    def test_an_empty_project_has_nothing_to_release(
        self, programme: Programme, signed_in: SignedIn
    ) -> None:
        live(programme)
        given = {"test_share": "0.25", "split_seed": "3"}
        answer = signed_in("olga").post(f"{AT}/releases/new", given)
        assert answer.status_code == 422
        assert not Release.objects.exists()

    def test_two_runs_are_compared(self, programme: Programme, signed_in: SignedIn) -> None:
        released(programme)
        rita = signed_in("rita")
        for name, best in (("worst", False), ("best", True)):
            file = run_file(programme, name, best_first=best).read_bytes()
            rita.post(f"{AT}/releases/runs", {"system": name, "file": upload("r.txt", file)})
        worst, best = SystemRun.objects.order_by("id")
        given = {"baseline": worst.pk, "candidate": best.pk, "part": "all", "seed": "5"}
        answer = rita.post(f"{AT}/releases/1/evaluate", given)
        found = Evaluation.objects.get()
        assert answer.headers["Location"] == f"/evaluations/{found.pk}"
        page = _said(rita.get(f"/evaluations/{found.pk}"))
        assert "nDCG@10" in page and "best − worst" in page
        assert signed_in("rob").get(f"/evaluations/{found.pk}").status_code == 404

    def test_a_run_with_unknown_queries_is_refused_and_names_them(
        self, programme: Programme, signed_in: SignedIn
    ) -> None:
        released(programme)
        rita = signed_in("rita")
        good = run_file(programme, "best", best_first=True).read_bytes()
        bad = good + b"q999 Q0 d1 1 1.0 best\n"
        rita.post(f"{AT}/releases/runs", {"system": "a", "file": upload("a.txt", good)})
        rita.post(f"{AT}/releases/runs", {"system": "b", "file": upload("b.txt", bad)})
        first, second = SystemRun.objects.order_by("id")
        given = {"baseline": first.pk, "candidate": second.pk, "part": "all", "seed": "5"}
        page = _said(rita.post(f"{AT}/releases/1/evaluate", given, follow=True))
        assert "q999" in page and not Evaluation.objects.exists()

    def test_a_file_that_is_no_run_is_refused(
        self, programme: Programme, signed_in: SignedIn
    ) -> None:
        released(programme)
        given = {"system": "a", "file": upload("a.txt", b"not a run\n")}
        answer = signed_in("rita").post(f"{AT}/releases/runs", given)
        assert answer.status_code == 422 and not SystemRun.objects.exists()


class TestValue:
    ASSUMED = {
        "slope_mean": "0.5",
        "slope_sd": "0.25",
        "value_sd_share": "0.25",
        "p_launch": "0.3",
        "attribution": "0.5",
        "seed": "7",
    }

    def test_the_return_is_estimated_shown_and_reviewed(
        self, programme: Programme, signed_in: SignedIn
    ) -> None:
        found = evaluated(programme)
        olga = signed_in("olga")
        given = self.ASSUMED | {"evaluation": f"{found.id}:nDCG@10"}
        assert olga.post(f"{AT}/value/estimate", given).status_code == 302
        estimate = ReturnEstimate.objects.get()
        page = _said(signed_in("rita").get(f"{AT}/value"))
        assert "P(ROI&gt;0)" in page and f"{estimate.p_positive:.0%}" in page
        assert "Chance that the change ships: 0.3" in page
        olga.post(f"{AT}/value/review")
        assert "The return is reviewed. Close the project." in _said(olga.get(AT))

    def test_an_assumption_out_of_range_is_refused(
        self, programme: Programme, signed_in: SignedIn
    ) -> None:
        found = evaluated(programme)
        given = self.ASSUMED | {"evaluation": f"{found.id}:nDCG@10", "p_launch": "3"}
        assert signed_in("olga").post(f"{AT}/value/estimate", given).status_code == 422
        assert not ReturnEstimate.objects.exists()

    def test_a_fixed_cost_lands_once_named(self, olga: Client) -> None:
        cost = {"amount": "100", "currency": "EUR", "quality_class": "prevention", "note": "Class"}
        assert olga.post(f"{AT}/value/costs", cost).status_code == 302
        assert CostEvent.objects.get().project_minor_units == 10_000
        refused = olga.post(f"{AT}/value/costs", cost | {"amount": "0"})
        assert refused.status_code == 422 and CostEvent.objects.count() == 1


class TestRisks:
    RISK = {
        "cause": "Summer", "event": "Raters leave", "consequence": "Delay",
        "probability": "0.1", "loss_low": "10", "loss_high": "90", "treatment": "Hire",
        "trigger": "Two quiet days", "review_date": "2999-01-01",
    }  # fmt: skip

    def test_a_risk_is_opened_and_closed_with_a_note(self, olga: Client) -> None:
        assert olga.post(f"{AT}/risks/new", self.RISK).status_code == 302
        risk = Risk.objects.get(event="Raters leave")
        assert (risk.loss_low_minor_units, risk.loss_high_minor_units) == (1_000, 9_000)
        end = f"{AT}/risks/{risk.number}/close"
        olga.post(end, {"state": "occurred", "note": ""})
        risk.refresh_from_db()
        assert risk.state == "open"
        olga.post(end, {"state": "occurred", "note": "Three left."})
        risk.refresh_from_db()
        assert risk.state == "occurred"

    @pytest.mark.parametrize("changes", [{"loss_high": "5"}, {"review_date": "2001-01-01"}])
    def test_a_risk_that_cannot_stand_is_refused(
        self, olga: Client, changes: dict[str, str]
    ) -> None:
        before = Risk.objects.count()
        assert olga.post(f"{AT}/risks/new", self.RISK | changes).status_code == 422
        assert Risk.objects.count() == before

    def test_a_requester_keeps_no_register(self, olga: Client, signed_in: SignedIn) -> None:
        assert signed_in("rita").get(f"{AT}/risks").status_code == 200
        assert signed_in("rita").post(f"{AT}/risks/new", self.RISK).status_code == 403
