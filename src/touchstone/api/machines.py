"""Machine annotators of a project: what each version did and cost. For whoever runs the project.

Figures only: what a machine said of an item is nowhere in the API but in a release.
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from ninja import Router, Schema

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.apps.labeling.machines.queries import machines_of
from touchstone.apps.people.policies import Capability

if TYPE_CHECKING:
    from touchstone.apps.labeling.machines.queries import MachineRow

router = Router()


class MachineOut(Schema):
    """One version of a machine annotator on a project.

    `states` counts its calls by what came of them; `reused` judgments came from earlier answers
    and cost nothing. `cost` is in units of `currency`; of `unmetered` calls it is unknown.
    """

    name: str
    version: int
    model: str
    family: str
    prompt_hash: str
    judgments: int
    reused: int
    states: dict[str, int]
    input_tokens: int
    output_tokens: int
    cost: Decimal
    currency: str
    priced_on: date
    unmetered: int


@router.get("/{slug:key}/machines", response=list[MachineOut])
@needs(Capability.VIEW_ACTIVITY, scope="project")
def list_machines(request: ApiRequest, key: str) -> list[MachineOut]:
    """The machines that were asked about the project's items, by name, newest version first."""
    return [_machine_out(row) for row in machines_of(project_of(request, key))]


def _machine_out(row: "MachineRow") -> MachineOut:
    profile = row.profile
    return MachineOut(
        name=profile.annotator.name,
        version=profile.version,
        model=profile.model,
        family=profile.family,
        prompt_hash=profile.prompt_hash,
        judgments=row.judgments,
        reused=row.reused,
        states=row.states,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost=round(row.cost, 6),
        currency=profile.currency_id,
        priced_on=profile.priced_on,
        unmetered=row.unmetered,
    )
