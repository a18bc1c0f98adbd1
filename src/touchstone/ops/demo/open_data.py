"""The English project: a real job replayed, judgment by judgment, at its own times.

Requests, plans, prices and the value of a point are ours and say so; every judgment is the
recorded one, leased and submitted through the path that the API uses. The whole programme is one
transaction, so a run that is killed leaves nothing half played.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from touchstone.apps.consensus.operations import run_consensus
from touchstone.apps.economics.policies import Assumptions
from touchstone.apps.economics.returns import estimate_return
from touchstone.apps.evaluations.operations import evaluate, upload_run
from touchstone.apps.guidelines.operations import confirm_reading
from touchstone.apps.intake.drafts import RequestDraft
from touchstone.apps.items.queries import item_ids_by_key
from touchstone.apps.labeling.operations import settle_statistics
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.planning.drafts import PlanDraft, PlanLocaleDraft, PlanRiskDraft
from touchstone.apps.planning.operations import add_member
from touchstone.apps.quality.operations import draw_audits, measure, open_adjudications
from touchstone.apps.risks.operations import close_risk
from touchstone.apps.risks.queries import open_risks_of
from touchstone.apps.wellbeing.operations import give_consent
from touchstone.apps.wellbeing.policies import Severity
from touchstone.flows import acceptance, delivery, labeling, phases, return_review
from touchstone.flows.item_import import take_in
from touchstone.ops.demo import programme, sources
from touchstone.ops.demo.cast import Cast, raters

if TYPE_CHECKING:
    from touchstone.apps.datasets.models import Release
    from touchstone.apps.guidelines.models import GuidelineVersion
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project
    from touchstone.ops.demo.sources import Job

KEY = "open-data-search-en"
NAME = "Open-data search relevance, en"
CURRENCY = "USD"
SEED = 20150805

FILED = datetime(2015, 7, 20, 9, 0, tzinfo=UTC)
IMPORTED = datetime(2015, 8, 4, 16, 0, tzinfo=UTC)
OPENED = datetime(2015, 8, 5, 0, 0, tzinfo=UTC)
REVIEWED = datetime(2015, 8, 7, 9, 0, tzinfo=UTC)
DELIVERED = datetime(2015, 8, 7, 15, 0, tzinfo=UTC)
ACCEPTED = datetime(2015, 8, 10, 10, 0, tzinfo=UTC)
EVALUATED = datetime(2015, 8, 11, 10, 0, tzinfo=UTC)
RETURN_REVIEWED = datetime(2015, 8, 12, 10, 0, tzinfo=UTC)

PRICE = Decimal("0.03")
ASSUMED = "Illustrative figure of this demonstration; no such figure was published with the data"

REQUEST = RequestDraft(
    title=NAME,
    business_line="ranking",
    purpose="test",
    metric="nDCG@10",
    worthwhile_change=Decimal("0.01"),
    deadline_date=date(2015, 8, 14),
    currency=CURRENCY,
    budget_minor_units=250_00,
    value_per_point_minor_units=600_00,
    value_source=ASSUMED,
    locales={sources.PORTAL_LOCALE: 739},
    harm_class="S1",
    description=(
        "Is the order in which open-data portals list their data sets good, and would another "
        "order be better? Graded judgments of 739 results of 130 queries on 28 portals."
    ),
    alternatives="Clicks: too few on these portals to tell positions apart.",
)

RISKS = (
    PlanRiskDraft(
        cause="Open crowd channels without known raters",
        event="A channel sends raters who answer at random",
        consequence="Labels below the standard; work to be done again",
        probability=Decimal("0.2"),
        loss_low_minor_units=10_00,
        loss_high_minor_units=90_00,
        treatment="Gold on every page; stop a rater below the standard",
        trigger="Gold accuracy of a channel below 0.70 over 50 answers",
    ),
    PlanRiskDraft(
        cause="Short titles that say little",
        event="Raters cannot tell a loosely relevant result from a relevant one",
        consequence="Agreement below the standard in the middle of the scale",
        probability=Decimal("0.4"),
        loss_low_minor_units=5_00,
        loss_high_minor_units=30_00,
        treatment="Examples in the guideline for the two middle grades",
        trigger="Lower bound of alpha below 0.40 after the first 500 judgments",
    ),
)


def plan_draft(version: GuidelineVersion, job: Job) -> PlanDraft:
    """What the job's own rules amount to: every result, three raters, one gold item in four."""
    return PlanDraft(
        guideline_version=version.pk,
        sample_method="census",
        sample_note=(
            "Every result on the first page of 130 queries. Items that the original job judged "
            "more than three times keep their own overlap."
        ),
        overlap=3,
        gold_rate=Decimal("0.25"),
        lease_minutes=30,
        speed_standard=60,
        start_date=date(2015, 8, 4),
        end_date=date(2015, 8, 7),
        currency=CURRENCY,
        budget_minor_units=200_00,
        locales=(
            PlanLocaleDraft(
                locale=sources.PORTAL_LOCALE,
                sample_size=len(job.results),
                alpha_lower_bound=Decimal("0.40"),
                gold_accuracy=Decimal("0.80"),
                price_per_judgment=PRICE,
                price_per_audit=Decimal("0.20"),
                price_per_adjudication=Decimal("0.40"),
            ),
        ),
        risks=RISKS,
    )


@transaction.atomic
def play(*, cast: Cast, version: GuidelineVersion) -> Project:
    """Play the programme from the request to its return."""
    job = sources.read_job(sources.data_folder() / "arcs")
    project, plan = programme.plan(
        programme.Script(
            key=KEY,
            name=NAME,
            request=REQUEST,
            plan=plan_draft(version, job),
            requester=cast["requester"],
            owner=cast["owner"],
            approver=cast["approver"],
            filed_at=FILED,
        )
    )
    _import(project, plan, job, cast)
    _replay(project, version, job, cast)
    _review(project, cast)
    release = _deliver(project, cast)
    _return(project, release, job, cast)
    return project


def _import(project: Project, plan: Plan, job: Job, cast: Cast) -> None:
    take_in(
        project=project,
        plan=plan,
        stream=io.BytesIO(sources.job_file(job)),
        file_name="arcs-items.csv",
        mapping=None,
        dry_run=False,
        by=cast["owner"],
        at=IMPORTED,
    )
    phases.start_pilot(project=project, by=cast["owner"], at=IMPORTED)
    phases.go_live(project=project, by=cast["owner"], at=OPENED)


def _replay(project: Project, version: GuidelineVersion, job: Job, cast: Cast) -> None:
    people = raters(job.raters(), locale=sources.PORTAL_LOCALE, at=IMPORTED)
    for rater in people.values():
        add_member(project=project, user=rater, function="annotator", by=cast["owner"], at=IMPORTED)
        confirm_reading(version=version, language="en", by=rater, at=IMPORTED)
        give_consent(severity=Severity.S1, version=1, language="en", by=rater, at=IMPORTED)
    _play_pages(project, job, people)
    settle_statistics()


def _play_pages(project: Project, job: Job, people: dict[str, User]) -> None:
    """Open and submit each page when it was; at one moment, submits go before new pages."""
    ids = item_ids_by_key(project)
    moments = sorted(
        [(page.opened_at, 1, number) for number, page in enumerate(job.pages)]
        + [(page.submitted_at, 0, number) for number, page in enumerate(job.pages)]
    )
    held: dict[int, list[LeasedTask]] = {}
    for at, opens, number in moments:
        page = job.pages[number]
        if opens:
            held[number] = labeling.lease_work(
                project=project,
                by=people[page.rater],
                count=len(page.answers),
                at=at,
                item_ids=[ids[key] for key in page.answers],
            )
        else:
            tasks = {task.item_id: task for task in held.pop(number)}
            for key, label in page.answers.items():
                _submit(page, key, label, tasks[ids[key]], people[page.rater])


def _submit(page: sources.Page, key: str, label: str, task: LeasedTask, rater: User) -> None:
    labeling.submit_work(
        assignment_id=task.assignment_id,
        lease=task.lease,
        answers=_answers(label),
        idempotency_key=f"arcs-{page.rater}-{key}",
        seconds=page.seconds_each,
        by=rater,
        at=page.submitted_at,
    )


def _answers(label: str) -> dict[str, object]:
    if label == sources.CANNOT_JUDGE:
        return {"outcome": "cannot_judge", "reason": "not_enough_information"}
    return {"outcome": "label", "values": {"grade": int(label)}}


def _review(project: Project, cast: Cast) -> None:
    """Measure, accept the work, and leave audits and disagreements for a person to judge."""
    measure(project=project, by=cast["qa"], at=REVIEWED, seed=SEED)
    draw_audits(project=project, size=40, seed=SEED, by=cast["qa"], at=REVIEWED)
    open_adjudications(project=project, by=cast["qa"], at=REVIEWED)
    acceptance.decide_lot(
        project=project,
        locale_tag=sources.PORTAL_LOCALE,
        decision="accepted",
        reason="",
        by=cast["owner"],
        at=REVIEWED + timedelta(hours=1),
    )


def _deliver(project: Project, cast: Cast) -> Release:
    run = run_consensus(project=project, by=cast["owner"], at=DELIVERED)
    release = delivery.deliver(
        project=project,
        run=run,
        test_share=Decimal("0.3"),
        split_seed=SEED,
        note="First delivery.",
        by=cast["owner"],
        at=DELIVERED,
    )
    delivery.decide(
        release=release, decision="accepted", reason="", by=cast["requester"], at=ACCEPTED
    )
    return release


def _return(project: Project, release: Release, job: Job, cast: Cast) -> None:
    """Compare the portals' order with ours on the release, and say what the change is worth."""
    runs = [
        upload_run(
            project=project,
            system=system,
            file_name=f"{system}.run",
            stream=io.BytesIO(content),
            by=cast["requester"],
            at=EVALUATED,
        )
        for system, content in (
            ("portal-order", sources.portal_run(job)),
            ("title-match", sources.title_match_run(job)),
        )
    ]
    evaluation = evaluate(
        release=release,
        baseline=runs[0],
        candidate=runs[1],
        seed=SEED,
        by=cast["requester"],
        at=EVALUATED,
    )
    estimate_return(
        evaluation=evaluation,
        metric="nDCG@10",
        # A new order of results is cheap to ship, so the chance of a launch is above the default.
        assumptions=Assumptions(p_launch=0.6),
        seed=SEED,
        by=cast["owner"],
        at=RETURN_REVIEWED,
    )
    return_review.review_return(project=project, by=cast["owner"], at=RETURN_REVIEWED)
    for risk in open_risks_of(project):
        close_risk(
            risk=risk,
            state="closed",
            note="The delivery was accepted; the risk is over.",
            by=cast["owner"],
            at=RETURN_REVIEWED,
        )
