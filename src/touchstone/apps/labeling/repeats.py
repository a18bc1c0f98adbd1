"""What somebody may be asked once more, to see whether they agree with themselves.

Which items lie far enough back; `operations.lease` with `again` hands them out. ADR self-repeats
says why so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project
from touchstone.lib import prepared

# Nobody is to answer from memory, nor to find the first answer among their own last 50: at least so
# many other items and so much time, in which a night lies, are between the two.
OTHERS_BETWEEN = 100
REST = timedelta(hours=12)
# How much of what lies just behind that is looked at.
LOOKED_AT = 50

# By the index of what a person did in its order, and then item by item: the cost does not grow with
# the work that they have behind them.
_REPEATABLE = """
WITH between AS MATERIALIZED (
    SELECT done.ended_at FROM labeling_assignment AS done
    WHERE done.annotator_id = %(annotator)s::bigint AND done.project_id = %(project)s::bigint
      AND done.ended_at <= %(at)s::timestamptz AND done.state = 'submitted'
    ORDER BY done.ended_at DESC
    OFFSET %(others)s::integer - 1 LIMIT 1
), behind AS MATERIALIZED (
    SELECT done.id, done.item_id, done.state, done.in_overlap, done.guideline_version_id
    FROM labeling_assignment AS done
    WHERE done.annotator_id = %(annotator)s::bigint AND done.project_id = %(project)s::bigint
      AND done.ended_at < (SELECT between.ended_at FROM between)
      AND done.ended_at <= %(before)s::timestamptz
    ORDER BY done.ended_at DESC
    LIMIT %(looked_at)s::integer
)
SELECT behind.item_id FROM behind
WHERE behind.state = 'submitted' AND behind.in_overlap
  AND behind.guideline_version_id = %(guideline_version)s::bigint
  AND (
      SELECT 1 FROM labeling_queueentry AS entry
      WHERE entry.item_id = behind.item_id AND entry.lane = 0
        AND entry.locale_tag = ANY (%(tags)s::text[])
  ) IS NOT NULL
  AND (
      SELECT 1 FROM labeling_judgment AS judged
      WHERE judged.assignment_id = behind.id AND judged.counts AND judged.outcome = 'label'
      LIMIT 1
  ) IS NOT NULL
  AND (
      SELECT 1 FROM labeling_assignment AS again
      WHERE again.item_id = behind.item_id AND again.annotator_id + 0 = %(annotator)s::bigint
        AND again.repeat
  ) IS NULL
"""


def repeatable(
    *, project: Project, plan: Plan, annotator: User, locale_tags: Sequence[str], at: datetime
) -> list[int]:
    """Items that this person labeled long enough ago and may be asked about again, by id.

    Under the guideline version of `plan` only: between two versions, another answer may be the
    right one. Of the open lane, and never what was asked again before.
    """
    parameters = {
        "project": project.pk,
        "annotator": annotator.pk,
        "guideline_version": plan.guideline_version_id,
        "tags": list(locale_tags),
        "at": at,
        "before": at - REST,
        "others": OTHERS_BETWEEN,
        "looked_at": LOOKED_AT,
    }
    return [item for (item,) in prepared.rows(_REPEATABLE, parameters)]
