"""A judge favours models of its own family: it stays away from their labels without a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.factories.intake import RequestDraftFactory
from tests.factories.labeled import AT
from tests.factories.labeling import Floor, an_open_project
from tests.factories.machines import a_judge, a_machine, a_profile
from touchstone.apps.intake.drafts import errors_of
from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.labeling.machines.models import KinAllowed
from touchstone.apps.labeling.machines.operations import NotAMachine, ReasonMissing, allow_kin
from touchstone.apps.labeling.models import Assignment
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import User
from touchstone.flows.labeling import lease_work
from touchstone.flows.machine_crew import crew_for
from touchstone.flows.machine_leases import SameFamily


@pytest.fixture
def floor(db: None) -> Floor:
    """Labels for a model of the family “judge”."""
    floor = an_open_project(4, annotators=1)
    LabelingRequest.objects.filter(project=floor.project).update(model_family="judge")
    floor.project.request.refresh_from_db()
    return floor


def leased(floor: Floor, by: User) -> int:
    return len(lease_work(project=floor.project, by=by, count=2, at=AT))


def test_a_judge_of_the_same_family_gets_nothing(floor: Floor) -> None:
    judge = a_judge(floor, family="judge")

    with pytest.raises(SameFamily) as refusal:
        leased(floor, judge)
    with pytest.raises(SameFamily):
        crew_for(floor.project, judge)

    assert refusal.value.details == {"family": "judge"}
    assert not Assignment.objects.exists()


def test_any_other_family_works_and_so_do_people(floor: Floor) -> None:
    other = a_judge(floor, family="arbiter")

    assert leased(floor, other) == 2
    assert crew_for(floor.project, other).profile.family == "arbiter"
    assert leased(floor, floor.annotators[0]) == 2


def test_where_no_family_is_named_every_judge_works(floor: Floor) -> None:
    LabelingRequest.objects.update(model_family="")
    floor.project.request.refresh_from_db()

    assert leased(floor, a_judge(floor, family="judge")) == 2


def test_a_stated_reason_lets_it_work_here_and_is_kept(floor: Floor) -> None:
    judge = a_judge(floor, family="judge")
    allow_kin(
        project=floor.project, annotator=judge, reason=" Compared with people below. ",
        by=floor.owner, at=AT,
    )  # fmt: skip

    assert leased(floor, judge) == 2
    event = Event.objects.get(event="labeling.machine.allowed")
    assert event.data == {"family": "judge", "reason": "Compared with people below."}
    assert (event.by_id, event.project_id) == (floor.owner.pk, floor.project.pk)


def test_the_reason_is_for_one_machine_of_one_family_on_one_project(floor: Floor) -> None:
    judge, twin = a_judge(floor, family="judge"), a_judge(floor, family="judge")
    elsewhere = an_open_project(4, annotators=1, key="elsewhere")
    allow_kin(project=elsewhere.project, annotator=judge, reason="There.", by=None, at=AT)
    allow_kin(project=floor.project, annotator=twin, reason="The other one.", by=None, at=AT)
    with pytest.raises(SameFamily):
        leased(floor, judge)

    a_profile(twin, family="arbiter")
    LabelingRequest.objects.filter(project=floor.project).update(model_family="arbiter")
    floor.project.request.refresh_from_db()
    with pytest.raises(SameFamily):
        leased(floor, twin)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_without_a_reason_nothing_is_allowed(floor: Floor, reason: str) -> None:
    judge = a_judge(floor, family="judge")

    with pytest.raises(ReasonMissing):
        allow_kin(project=floor.project, annotator=judge, reason=reason, by=None, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        KinAllowed.objects.create(
            project=floor.project, annotator=judge, family="judge", reason="", at=AT
        )
    assert not KinAllowed.objects.exists()


def test_only_a_machine_with_a_profile_has_kin(floor: Floor) -> None:
    for nobody in (floor.annotators[0], a_machine(floor.project)):
        with pytest.raises(NotAMachine):
            allow_kin(project=floor.project, annotator=nobody, reason="Why not", by=None, at=AT)


@pytest.mark.parametrize(
    ("family", "fits"),
    [("", True), ("gpt", True), ("qwen-3", True), ("Big Model", False), ("a" * 41, False)],
)
def test_a_family_is_named_as_in_a_profile(family: str, fits: bool) -> None:
    draft = RequestDraftFactory(model_family=family, metric_current=Decimal("0.5"))

    errors = errors_of(
        draft,
        today=draft.deadline_date,
        known_locales=list(draft.locales),
        known_currencies=[draft.currency],
    )

    assert ("model_family" not in errors) == fits
