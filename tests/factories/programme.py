"""A whole labeling programme, played through the SDK against the real application.

Nothing is mocked and nothing is written past the API, but for what no API makes: the places, the
guidelines, the people and their tokens.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone

from tests.factories.intake import person, places
from touchstone.apps.guidelines.operations import seed_task_types
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.operations import create_vendor, issue_token, set_fluency
from touchstone_client import (
    Evaluation,
    PlanDraft,
    PlanLocaleDraft,
    PlanRiskDraft,
    Release,
    RequestDraft,
    Task,
    Touchstone,
)

KEY = "faq-en"
LOCALE = "en-GB"
BASE_URL = "http://localhost"
QUERIES, DOCUMENTS = 6, 3
GOLD_ITEMS = 4
ANNOTATORS = ("ana", "ben", "chloe")


def right_grade(query: str, document: str) -> int:
    """The grade that every careful annotator gives."""
    return (int(query) + 2 * int(document)) % 4


@contextmanager
def on_one_connection() -> Iterator[None]:
    """Let the application use the connection of the test, whose transaction holds everything.

    A server gives a connection back between requests; Django's own test client does as we do here.
    """
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


class InProcess(httpx.WSGITransport):
    """The real application without a socket, inside the transaction of the test."""

    def __init__(self) -> None:
        super().__init__(app=get_wsgi_application())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer: nothing of it is left to read once the signals are back."""
        with on_one_connection():
            response = super().handle_request(request)
            body = response.read()
            response.close()
        return httpx.Response(response.status_code, headers=response.headers, content=body)


@dataclass
class Programme:
    """The people of one programme, each with a token."""

    folder: Path
    people: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, name: str, **options: object) -> Touchstone:
        """The SDK as somebody uses it."""
        given = {"transport": InProcess(), "retries": 0} | options
        return Touchstone(BASE_URL, self.tokens[name], **given)  # type: ignore[arg-type]


def a_programme(folder: Path) -> Programme:
    """Everybody is there; nothing has been asked for."""
    places()
    programme = Programme(folder)
    now = timezone.now()
    _hire(programme, "ada", Role.ADMIN)
    vendor = create_vendor(
        key="bpo", name="BPO", market="GB", subdivision="", by=programme.people["ada"], at=now
    )
    for name, roles in {
        "olga": (Role.PROJECT_OWNER,),
        "omar": (Role.PROJECT_OWNER,),
        "rita": (Role.REQUESTER,),
        "rob": (Role.REQUESTER,),
        "quinn": (Role.QA_LEAD,),
        "stan": (Role.STAKEHOLDER,),
        "nobody": (),
    }.items():
        _hire(programme, name, *roles)
    for name in (*ANNOTATORS, "dan"):
        _hire(programme, name, Role.ANNOTATOR, vendor=vendor if name == "ana" else None)
        set_fluency(user=programme.people[name], locales=[LOCALE], by=None, at=now)
    _hire(programme, "vera", Role.VENDOR_MANAGER, vendor=vendor)
    seed_task_types(by=programme.people["ada"], at=now, keys=["graded-relevance"])
    return programme


def _hire(programme: Programme, name: str, *roles: Role, **options: object) -> None:
    user = person(name, *roles, **options)  # type: ignore[arg-type]
    programme.people[name] = user
    _token, plain = issue_token(user=user, name="tests", by=None, at=timezone.now())
    programme.tokens[name] = plain


def a_request() -> RequestDraft:
    """What the model team asks for."""
    return RequestDraft(
        title="Answers to questions",
        business_line="ranking",
        purpose="test",
        metric="nDCG@10",
        worthwhile_change=Decimal("0.01"),
        deadline_date=date.today() + timedelta(days=90),
        currency="EUR",
        budget_minor_units=900_000,
        value_per_point_minor_units=4_000_000,
        value_source="Experiment 7",
        locales={LOCALE: 60},
        harm_class="S0",
    )


def a_plan(guideline_version: int, **changes: object) -> PlanDraft:
    """How it will be met."""
    given: dict[str, object] = {
        "guideline_version": guideline_version,
        "sample_method": "given",
        "overlap": len(ANNOTATORS),
        "gold_rate": Decimal("0.2"),
        "speed_standard": 60,
        "start_date": date.today(),
        "end_date": date.today() + timedelta(days=30),
        "currency": "EUR",
        "budget_minor_units": 800_000,
        "locales": (
            PlanLocaleDraft(
                locale=LOCALE,
                sample_size=QUERIES * DOCUMENTS,
                alpha_lower_bound=Decimal("0.4"),
                gold_accuracy=Decimal("0.7"),
                price_per_judgment=Decimal("0.12"),
                price_per_audit=Decimal("0.5"),
                price_per_adjudication=Decimal("0.8"),
            ),
        ),
        "risks": (
            PlanRiskDraft(
                cause="One vendor",
                event="Its site is down",
                consequence="Labels come late",
                probability=Decimal("0.2"),
                loss_low_minor_units=10_000,
                loss_high_minor_units=90_000,
                treatment="A second vendor",
                trigger="Two hours without a judgment",
            ),
        ),
    }
    return PlanDraft(**given | changes)  # type: ignore[arg-type]


def filed(programme: Programme) -> int:
    """The number of a request that was handed in."""
    rita = programme.client("rita")
    return rita.requests.submit(rita.requests.file(a_request()).number).number


def planned(programme: Programme, **plan_changes: object) -> str:
    """A project with an approved plan, and everybody on it."""
    number, olga = filed(programme), programme.client("olga")
    for to in ("triaged", "scoped", "approved"):
        olga.requests.move(number, to)
    olga.requests.open_project(number, key=KEY, name="Questions and answers")
    offered = olga.plans.guidelines()
    version = next(each.id for each in offered if each.guideline == "graded-relevance")
    plan = olga.plans.draft(KEY, a_plan(version, **plan_changes))
    olga.plans.submit(KEY, plan.version)
    programme.client("omar").plans.approve(KEY, plan.version)
    for name in ANNOTATORS:
        olga.projects.add_member(KEY, email=f"{name}@example.org", function="annotator")
    olga.projects.add_member(KEY, email="quinn@example.org", function="qa_lead")
    return KEY


def item_rows() -> Iterator[dict[str, object]]:
    """Every item, and the gold items after them."""
    for query in range(QUERIES):
        for document in range(DOCUMENTS):
            yield _row(str(query), str(document))
    for gold in range(GOLD_ITEMS):
        row = _row("0", str(DOCUMENTS + gold))
        yield row | {"gold": [right_grade("0", str(DOCUMENTS + gold))]}


def _row(query: str, document: str) -> dict[str, object]:
    return {
        "item_id": f"q{query}-d{document}",
        "query_id": f"q{query}",
        "query": f"question {query}",
        "document_id": f"d{document}",
        "locale": LOCALE,
        "title": f"answer {document}",
        "text": f"Answer {document} to question {query}.",
    }


def items_file(programme: Programme) -> Path:
    """The items as JSON Lines."""
    path = programme.folder / "items.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in item_rows()), encoding="utf-8")
    return path


def live(programme: Programme, **plan_changes: object) -> str:
    """A project with items whose annotators have read the guideline."""
    key, olga = planned(programme, **plan_changes), programme.client("olga")
    olga.items.import_file(key, items_file(programme))
    olga.projects.move(key, "live")
    for name in ANNOTATORS:
        programme.client(name).work.confirm_guideline(key)
    return key


def answer_to(task: Task) -> dict[str, object]:
    """What a careful annotator answers."""
    query, document = task.query.split()[-1], str(task.content["title"]).split()[-1]
    return {"outcome": "label", "values": {"grade": right_grade(query, document)}}


def labeled(programme: Programme) -> str:
    """A project whose every item has its judgments, accepted."""
    key = live(programme)
    for name in ANNOTATORS:
        work = programme.client(name).work
        while tasks := work.lease(key, 20).tasks:
            for task in tasks:
                work.submit(task, answer_to(task), seconds=3.0)
    olga = programme.client("olga")
    olga.quality.measure(key, seed=1)
    olga.quality.decide_lot(key, locale=LOCALE, decision="accepted")
    return key


def released(programme: Programme) -> Release:
    """A release that the requester has accepted."""
    key, olga = labeled(programme), programme.client("olga")
    olga.consensus.run(key)
    release = olga.releases.freeze(key, test_share=Decimal("0.25"), split_seed=3)
    return programme.client("rita").releases.accept(key, release.version)


def run_file(programme: Programme, name: str, *, best_first: bool) -> Path:
    """A TREC run that orders the documents by falling or by rising grade."""
    lines = []
    for query in range(QUERIES):
        documents = sorted(
            map(str, range(DOCUMENTS)),
            key=lambda document: right_grade(str(query), document),
            reverse=best_first,
        )
        lines += [
            f"q{query} Q0 d{document} {rank} {10 - rank} {name}"
            for rank, document in enumerate(documents, start=1)
        ]
    path = programme.folder / f"{name}.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def evaluated(programme: Programme) -> Evaluation:
    """Two systems measured against an accepted release."""
    release, rita = released(programme), programme.client("rita")
    first = rita.evaluations.upload_run(KEY, run_file(programme, "worst", best_first=False))
    second = rita.evaluations.upload_run(KEY, run_file(programme, "best", best_first=True))
    return rita.evaluations.evaluate(
        KEY, release.version, baseline=first.id, candidate=second.id, seed=5
    )
