"""What one person may take in one project at this moment, and what they hold: quick statements.

Asked at every lease, so each is one round trip and looks up few rows by their indexes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from touchstone.apps.labeling.claims import LOOKED_AT_LAST
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.working import OPEN_LOCALES, PROJECT_COLUMNS, project_from
from touchstone.lib import prepared

_HANDS = """
       (SELECT count(*) FROM labeling_assignment AS held
        WHERE held.annotator_id + 0 = %(user)s::bigint AND held.project_id = {project}
          AND held.state = 'leased' AND held.leased_until > %(at)s::timestamptz),
       (SELECT 1 FROM labeling_assignment AS over
        WHERE over.project_id = {project} AND over.state = 'leased'
          AND over.leased_until <= %(at)s::timestamptz
        LIMIT 1) IS NOT NULL
"""
_DESK = f"""
SELECT {PROJECT_COLUMNS},
       (SELECT 1 FROM planning_membership AS joined
        WHERE joined.project_id = project.id AND joined.user_id = %(user)s::bigint
          AND joined.function = 'annotator') IS NOT NULL,
       plan.id,
       (SELECT 1 FROM guidelines_guidelinereading AS reading
        WHERE reading.version_id = plan.guideline_version_id
          AND reading.user_id = %(user)s::bigint
        LIMIT 1) IS NOT NULL,
       {OPEN_LOCALES},
       {_HANDS.format(project="project.id")}
FROM planning_project AS project
JOIN intake_labelingrequest AS request ON request.id = project.request_id
LEFT JOIN planning_plan AS plan ON plan.project_id = project.id AND plan.state = 'approved'
WHERE project.key = %(key)s::text
"""
# From a random point round once in each tier and locale, as a claim looks.
_OPEN = """
SELECT 1
FROM unnest(%(tags)s::text[]) AS tag, generate_series(0, 3) AS level, LATERAL (
    (SELECT entry.item_id FROM labeling_queueentry AS entry
     WHERE entry.project_id = %(project)s::bigint AND entry.locale_tag = tag AND entry.lane = 0
       AND entry.tier = level AND entry.taken < entry.need
       AND entry.rnd >= %(probe)s::double precision
     ORDER BY entry.rnd LIMIT %(looked_at)s::integer)
    UNION ALL
    (SELECT entry.item_id FROM labeling_queueentry AS entry
     WHERE entry.project_id = %(project)s::bigint AND entry.locale_tag = tag AND entry.lane = 0
       AND entry.tier = level AND entry.taken < entry.need
       AND entry.rnd < %(probe)s::double precision
     ORDER BY entry.rnd LIMIT %(looked_at)s::integer)
) AS near
WHERE (
    SELECT 1 FROM labeling_assignment AS held
    WHERE held.item_id = near.item_id AND held.annotator_id + 0 = %(user)s::bigint
      AND NOT held.repeat AND held.state NOT IN ('expired', 'released')
) IS NULL
LIMIT 1
"""
_HANDS_ALONE = f"SELECT {_HANDS.format(project='%(project)s::bigint')}"


@dataclass(frozen=True)
class Hands:
    """How many live leases a person holds in a project, and whether any there has run out."""

    held: int
    overdue: bool


@dataclass(frozen=True)
class Desk:
    """What a person finds who asks for work in a project.

    The project with its request, whether they are an annotator on it, the plan in force (None
    without one), whether its guideline was read, the locales that are open, what they hold.
    """

    project: Project
    is_member: bool
    plan_id: int | None
    has_read: bool
    tags: list[str]
    hands: Hands


def desk_of(*, key: str, annotator: User, at: datetime) -> Desk | None:
    """What a person finds who asks for work in the project `key`; None when there is none.

    Of the request it holds what work is decided by; the rest is read when somebody asks for it.
    """
    found = prepared.first(_DESK, {"key": key, "user": annotator.pk, "at": at})
    if found is None:
        return None
    project, (is_member, plan, has_read, tags, *hands) = project_from(found)
    return Desk(project, is_member, plan, has_read, tags, Hands(*hands))


def hands_of(*, project: Project, annotator: User, at: datetime) -> Hands:
    """What a person holds in a project, and whether there are leases to end."""
    parameters = {"user": annotator.pk, "project": project.pk, "at": at}
    (found,) = prepared.rows(_HANDS_ALONE, parameters)
    return Hands(*found)


def has_open_work(project: Project, annotator: User, locale_tags: Sequence[str]) -> bool:
    """Whether a claim would find work for this person now.

    It looks as far as a claim does, so of a long queue of which they have done nearly everything
    it may miss the rest, and find it the next time.
    """
    parameters = {
        "project": project.pk,
        "user": annotator.pk,
        "tags": list(locale_tags),
        "probe": random.random(),
        "looked_at": LOOKED_AT_LAST,
    }
    return prepared.first(_OPEN, parameters) is not None
