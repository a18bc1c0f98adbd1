"""The published guidelines that plans name."""

from datetime import datetime
from typing import TYPE_CHECKING

from ninja import Router, Schema

from touchstone.api.access import ApiRequest, needs
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.guidelines.queries import versions
from touchstone.apps.people.policies import Capability

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import GuidelineVersion

router = Router()


class GuidelineVersionOut(Schema):
    """One published version; a plan names it by `id`."""

    id: int
    guideline: str
    version: str
    task_type: str
    title_en: str
    title_fr: str
    published_at: datetime


@router.get("", response=Page[GuidelineVersionOut])
@needs(Capability.VIEW_PROJECT, scope="service")
def list_guidelines(request: ApiRequest, paging: Paging) -> dict[str, object]:
    """Every published version, the last published first."""
    return page(versions(), "-id", paging, _version_out)


def _version_out(version: "GuidelineVersion") -> GuidelineVersionOut:
    guideline = version.guideline
    return GuidelineVersionOut(
        id=version.pk,
        guideline=guideline.key,
        version=str(version),
        task_type=str(guideline.task_type),
        title_en=guideline.title_en,
        title_fr=guideline.title_fr,
        published_at=version.published_at,
    )
