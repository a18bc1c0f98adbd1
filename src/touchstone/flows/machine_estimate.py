"""What a run of a machine would cost, before anything is spent: nothing is leased or asked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from touchstone.apps.labeling.machines.policies import call_cost
from touchstone.apps.labeling.machines.queries import habit_of, items_shown, known_call
from touchstone.flows.machine_crew import crew_for
from touchstone.flows.machine_leases import items_for_machine
from touchstone.flows.machine_questions import ItemTooLong, Questions, size_of

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project

SAMPLE = 200


@dataclass(frozen=True)
class Forecast:
    """What a run would cost, in units of `currency`.

    `cost` is expected, from `measured_calls` past calls of the model or else from a careful guess;
    `most_cost` holds when every answer is as long as it may be. Retries are not in it. `known` of
    the `items` would cost nothing; `sampled` were looked at, at random.
    """

    items: int
    sampled: int
    known: int
    too_long: int
    input_tokens: int
    output_tokens: int
    cost: Decimal
    most_cost: Decimal
    currency: str
    measured_calls: int


def forecast_run(*, project: Project, annotator: User, limit: int) -> Forecast:
    """What it would cost to have a machine judge up to `limit` items.

    :raises NotReady: no profile, or no place on the project.
    :raises NotOpenForWork: the project is not in pilot or live.
    """
    crew = crew_for(project, annotator)
    profile = crew.profile
    items = list(islice(items_for_machine(project, crew.plan, annotator, profile), limit))
    sizes, known, too_long = _look_at(Questions(crew.plan, profile), items[:SAMPLE])
    sampled = min(len(items), SAMPLE)
    share = len(items) / sampled if sampled else 0
    habit = habit_of(profile)
    asked = round(sum(sizes) * share * habit.tokens_a_byte)
    longest = round(len(sizes) * share * profile.max_tokens)
    answered = (
        longest if habit.output_tokens is None else round(len(sizes) * share * habit.output_tokens)
    )
    return Forecast(
        items=len(items),
        sampled=sampled,
        known=round(known * share),
        too_long=round(too_long * share),
        input_tokens=asked,
        output_tokens=answered,
        cost=call_cost(profile, asked, answered) or Decimal(0),
        most_cost=call_cost(profile, asked, longest) or Decimal(0),
        currency=profile.currency_id,
        measured_calls=habit.calls,
    )


def _look_at(questions: Questions, items: list[int]) -> tuple[list[int], int, int]:
    """The bytes of each question that would be asked; how many are known; how many too long."""
    sizes: list[int] = []
    known = too_long = 0
    for item in items_shown(items, questions.schema):
        try:
            body = questions.body(query=item.query, locale=item.locale, content=item.content)
        except ItemTooLong:
            too_long += 1
            continue
        if known_call(questions.hash_of(body)) is not None:
            known += 1
        else:
            sizes.append(size_of(body))
    return sizes, known, too_long
