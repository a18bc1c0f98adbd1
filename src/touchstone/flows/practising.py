"""Practice: examples of the guideline with instant feedback. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.policies import LabelSchema, presented
from touchstone.apps.guidelines.practice import Example, Feedback, check_practice, for_reader
from touchstone.apps.guidelines.queries import practice_of, schema_of
from touchstone.flows.exposure import require_consent
from touchstone.flows.labeling import working_plan
from touchstone.flows.qualification import NothingAsked, locales_of

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project


@dataclass(frozen=True)
class PracticeDesk:
    """One practice example, `number` of `total`; without an example there are none."""

    schema: LabelSchema
    example: Example | None
    number: int
    total: int
    direction: str
    content: Mapping[str, object]

    @property
    def query(self) -> str:
        """What was searched for."""
        return self.example.query if self.example else ""

    @property
    def locale(self) -> str:
        """The locale of the example."""
        return self.example.locale if self.example else ""


def practise(*, project: Project, by: User, number: int) -> PracticeDesk:
    """One example of the guideline in force, in a language that the person reads if there is one.

    Numbers go round: after the last comes the first.

    :raises NotOpenForWork: the project does not hand out work now.
    :raises ConsentNeeded: the examples may be as harmful as the work.
    """
    plan = working_plan(project)
    require_consent(project=project, by=by)
    schema = schema_of(plan.task_type)
    examples = for_reader(practice_of(plan.guideline_version), locales_of(plan, by))
    if not examples:
        return PracticeDesk(schema, None, 0, 0, "ltr", {})
    place = (number - 1) % len(examples)
    example = examples[place]
    return PracticeDesk(
        schema=schema,
        example=example,
        number=place + 1,
        total=len(examples),
        direction=example.direction,
        content=presented(schema, example.content, False),
    )


def can_practise(project: Project) -> bool:
    """Whether the guideline in force has examples to practise on."""
    return bool(practice_of(working_plan(project).guideline_version))


def check(*, desk: PracticeDesk, answers: Mapping[str, object]) -> Feedback:
    """Hold an answer against an example; nothing is kept.

    :raises NothingAsked: the guideline has no practice examples.
    :raises InvalidAnswers: the answers do not fit the schema.
    """
    if desk.example is None:
        raise NothingAsked(_("This guideline has no practice examples."))
    return check_practice(desk.schema, desk.example, answers)
