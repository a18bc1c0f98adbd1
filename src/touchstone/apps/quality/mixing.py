"""How large a share of gold somebody gets, and of which items: by power, not by habit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q

from touchstone.apps.labeling.models import Assignment
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.apps.quality.models import GoldAnswer, GoldTestTask
from touchstone.apps.quality.policies import size_needed

# A newcomer gets at least so many times the plan's rate.
NEWCOMERS_TIMES = 2.0
MOST_SHARE = 0.5
# Where the power table asks for more (standards near a half), this many is what is asked.
MOST_ENOUGH = 100


@lru_cache(maxsize=256)
def enough_gold(standard: float) -> int:
    """How many gold answers tell somebody clearly below `standard` from somebody who meets it.

    >>> enough_gold(0.90), enough_gold(0.0)
    (40, 100)
    """
    return min(size_needed(standard) or MOST_ENOUGH, MOST_ENOUGH)


def newcomer_share(plan_rate: float, judgments_a_day: int, enough: int = MOST_ENOUGH) -> float:
    """The share of gold for somebody new: what makes `enough` of it in a first day of work.

    At least twice the plan's rate, at most a half, and none where the plan has none. Without
    `enough` it is the most that a newcomer can get under any standard.

    >>> newcomer_share(0.05, 720, 40), newcomer_share(0.01, 720, 36), newcomer_share(0.0, 720)
    (0.1, 0.05, 0.0)
    """
    if plan_rate <= 0:
        return 0.0
    return min(MOST_SHARE, max(NEWCOMERS_TIMES * plan_rate, enough / max(1, judgments_a_day)))


def gold_share(*, plan_rate: float, given: int, standard: float, judgments_a_day: int) -> float:
    """The share of gold among what somebody gets who was `given` so many gold items before.

    >>> [gold_share(plan_rate=0.05, given=n, standard=0.9, judgments_a_day=720) for n in (0, 40)]
    [0.1, 0.05]
    """
    enough = enough_gold(standard)
    if given >= enough:
        return plan_rate
    return newcomer_share(plan_rate, judgments_a_day, enough)


@dataclass(frozen=True)
class GoldSupply:
    """The gold that somebody may still get, by item id, and how many they were given."""

    unseen: tuple[int, ...]
    given: int


def gold_supply(*, project: Project, annotator: User, locale_tags: Collection[str]) -> GoldSupply:
    """The gold in use in some locales, seen from one person; what a test asked was given too.

    A look at two indexes for each gold item, however much the person has done.
    """
    held = Assignment.objects.filter(item=OuterRef("item"), annotator=annotator)
    tested = GoldTestTask.objects.filter(item=OuterRef("item"), test__user=annotator)
    rows = GoldAnswer.objects.filter(
        project=project, retired_at=None, item__query__locale__in=list(locale_tags)
    ).annotate(given=Q(Exists(held)) | Q(Exists(tested)))
    found = list(rows.values_list("item_id", "given"))
    return GoldSupply(
        unseen=tuple(item for item, given in found if not given),
        given=sum(given for _item, given in found),
    )
