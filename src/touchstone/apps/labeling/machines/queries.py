"""Reading the work of machine annotators. Callers pass a project they were allowed to see.

Nothing here goes to an annotator: a person never sees what a machine said before they commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from touchstone.apps.guidelines.policies import LabelSchema, presented
from touchstone.apps.items.models import Item
from touchstone.apps.labeling.machines.models import (
    CallState,
    KinAllowed,
    MachineCall,
    MachineJudgment,
    MachineProfile,
)
from touchstone.apps.labeling.machines.policies import BYTES_A_TOKEN, FREE, LASTING, Terms
from touchstone.apps.labeling.models import Assignment, AssignmentState, QueueEntry
from touchstone.apps.labeling.policies import Lane
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project

Place = tuple[float, int]
"""Where an item stands in the random order of a queue: its random number and its id."""

START: Place = (-1.0, 0)


@dataclass(frozen=True)
class Spent:
    """What a machine's calls on a project cost in one currency, up to a call."""

    currency: str
    cost: Decimal
    last_call: int


@dataclass(frozen=True)
class MachineRow:
    """One version of a machine on a project: what it did and what that cost.

    `states` counts calls; `reused` judgments came from earlier answers and cost nothing.
    `unmetered` calls came without a count of tokens, so that their cost is unknown.
    """

    profile: MachineProfile
    calls: int
    states: dict[str, int]
    judgments: int
    reused: int
    input_tokens: int
    output_tokens: int
    cost: Decimal
    unmetered: int

    @property
    def named_states(self) -> list[tuple[str, int]]:
        """What came of the calls, in words, the most first."""
        rows = sorted(self.states.items(), key=lambda row: -row[1])
        return [(str(CallState(state).label), count) for state, count in rows]


@dataclass(frozen=True)
class ItemShown:
    """What a machine would be shown of an item, with its sides as they stand."""

    query: str
    locale: str
    content: Mapping[str, object]


@dataclass(frozen=True)
class Habit:
    """What past calls of a model tell of the next: tokens for a byte asked, and tokens answered.

    `calls` is 0 before there are any; then the first figure is a careful guess.
    """

    calls: int
    tokens_a_byte: float
    output_tokens: float | None


def may_judge_kin(project: Project, annotator: User, family: str) -> bool:
    """Whether somebody said why a machine of this family may label for a model of the same."""
    rows = KinAllowed.objects.filter(project=project, annotator=annotator, family=family)
    return rows.exists()


def profile_in_force(annotator: User) -> MachineProfile | None:
    """The newest version of how a machine judges, if it has any."""
    return annotator.machine_profiles.select_related("currency").order_by("-version").first()


def terms_of(profile: MachineProfile) -> Terms:
    """What a profile says, as the plain values it was made from."""
    names = Terms.__dataclass_fields__.keys() - {"currency"}
    values = {name: getattr(profile, name) for name in names}
    return Terms(currency=profile.currency_id, **values)


def count_in_hand(project: Project, annotator: User) -> int:
    """How many tasks of a project a machine holds."""
    return Assignment.objects.filter(
        project=project, annotator=annotator, state=AssignmentState.LEASED
    ).count()


def unjudged(
    project: Project,
    annotator: User,
    locale_tags: Sequence[str],
    *,
    profile: MachineProfile | None,
    after: Place,
    count: int,
) -> list[Place]:
    """The next items of the open lane that a machine may still judge, in the queue's random order.

    In that order the first thousand are a random sample. What failed for good under the same
    version of the profile is left out; places taken by people do not matter.
    """
    rows = _open_to(project, annotator, locale_tags, profile)
    number, item = after
    rows = rows.filter(Q(rnd__gt=number) | Q(rnd=number, item_id__gt=item))
    return list(rows.order_by("rnd", "item_id").values_list("rnd", "item_id")[:count])


def count_unjudged(
    project: Project,
    annotator: User,
    locale_tags: Sequence[str],
    *,
    profile: MachineProfile | None,
) -> int:
    """How many items of the open lane a machine may still judge."""
    return _open_to(project, annotator, locale_tags, profile).count()


def _open_to(
    project: Project,
    annotator: User,
    locale_tags: Sequence[str],
    profile: MachineProfile | None,
) -> QuerySet[QueueEntry]:
    held = Assignment.objects.filter(item=OuterRef("item"), annotator=annotator).exclude(
        state__in=[AssignmentState.EXPIRED, AssignmentState.RELEASED]
    )
    rows = QueueEntry.objects.filter(
        ~Exists(held), project=project, lane=Lane.OPEN, locale_tag__in=locale_tags
    )
    if profile is None:
        return rows
    failed = MachineCall.objects.filter(item=OuterRef("item"), profile=profile, state__in=LASTING)
    return rows.filter(~Exists(failed))


def known_call(request_hash: str) -> MachineCall | None:
    """What came of the very same question before, if that is settled: answered, or failed for good.

    An answer comes before a failure.
    """
    rows = MachineCall.objects.filter(request_hash=request_hash)
    settled = rows.filter(state__in=[CallState.ANSWERED, *LASTING])
    answered = rows.filter(state=CallState.ANSWERED)
    return answered.order_by("-id").first() or settled.order_by("-id").first()


def habit_of(profile: MachineProfile) -> Habit:
    """What past calls of the profile's model tell of the next ones."""
    rows = MachineCall.objects.filter(
        profile__model=profile.model, profile__base_url=profile.base_url, cost__isnull=False
    )
    found = rows.aggregate(
        calls=Count("id"),
        asked=Sum("request_bytes"),
        input=Sum("input_tokens"),
        output=Sum("output_tokens"),
    )
    if not found["calls"] or not found["asked"]:
        return Habit(0, 1 / BYTES_A_TOKEN, None)
    return Habit(found["calls"], found["input"] / found["asked"], found["output"] / found["calls"])


def items_shown(item_ids: Sequence[int], schema: LabelSchema) -> list[ItemShown]:
    """What a machine would be shown of some items; for an estimate, nothing is leased."""
    items = Item.objects.select_related("query").in_bulk(item_ids)
    return [
        ItemShown(each.query.text, each.query.locale_id, presented(schema, each.content, False))
        for each in map(items.__getitem__, item_ids)
    ]


def spent_on(project: Project, annotator: User) -> list[Spent]:
    """What a machine's calls on a project cost so far, by currency."""
    rows = (
        MachineCall.objects.filter(project=project, profile__annotator=annotator)
        .filter(cost__gt=0)
        .values("profile__currency")
        .annotate(total=Sum("cost"), last=Max("id"))
        .order_by("profile__currency")
    )
    return [Spent(row["profile__currency"], row["total"], row["last"]) for row in rows]


def machines_of(project: Project) -> list[MachineRow]:
    """Every version of a machine that was asked about a project's items, by name, newest first."""
    calls = MachineCall.objects.filter(project=project)
    judged = MachineJudgment.objects.filter(judgment__project=project)
    used = Q(pk__in=calls.values("profile")) | Q(pk__in=judged.values("profile"))
    profiles = (
        MachineProfile.objects.filter(used)
        .select_related("annotator", "currency")
        .order_by("annotator__name", "annotator", "-version")
    )
    states, sums, judgments = _states_of(calls), _sums_of(calls), _judgments_of(judged)
    return [
        MachineRow(
            profile=profile,
            states=states.get(profile.pk, {}),
            calls=sum(states.get(profile.pk, {}).values()),
            **sums.get(profile.pk, _NOTHING_ASKED),
            **judgments.get(profile.pk, _NOTHING_JUDGED),
        )
        for profile in profiles
    ]


_NOTHING_ASKED: dict[str, Any] = {
    "input_tokens": 0,
    "output_tokens": 0,
    "cost": Decimal(0),
    "unmetered": 0,
}
_NOTHING_JUDGED: dict[str, Any] = {"judgments": 0, "reused": 0}


def _states_of(calls: QuerySet[MachineCall]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    rows = calls.values_list("profile", "state").annotate(n=Count("id")).order_by("state")
    for profile, state, n in rows:
        found.setdefault(profile, {})[state] = n
    return found


def _sums_of(calls: QuerySet[MachineCall]) -> dict[int, dict[str, Any]]:
    free = Q(state__in=FREE)
    rows = calls.values("profile").annotate(
        input=Sum("input_tokens"),
        output=Sum("output_tokens"),
        total=Sum("cost"),
        unmetered=Count("id", filter=~free & Q(cost=None)),
    )
    return {
        row["profile"]: {
            "input_tokens": row["input"] or 0,
            "output_tokens": row["output"] or 0,
            "cost": row["total"] or Decimal(0),
            "unmetered": row["unmetered"],
        }
        for row in rows
    }


def _judgments_of(judged: QuerySet[MachineJudgment]) -> dict[int, dict[str, Any]]:
    rows = judged.values("profile").annotate(
        judgments=Count("pk"), again=Count("pk", filter=Q(reused=True))
    )
    return {row["profile"]: {"judgments": row["judgments"], "reused": row["again"]} for row in rows}
