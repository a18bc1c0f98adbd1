"""An annotator's objection to a mark on gold that was shown to them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.quality.appealing.models import Appeal
from touchstone.apps.quality.models import GoldMark
from touchstone.lib.errors import NotVisible, Refused

LONGEST_REASON = 4000


class AppealRefused(Refused):
    """There is nothing to appeal against, or no reason was given."""

    code = "appeal_refused"


class AlreadyAppealed(Refused):
    """An appeal against this mark was raised before."""

    code = "already_appealed"


@transaction.atomic
def raise_appeal(*, judgment_id: int, reason: str, by: User, at: datetime) -> Appeal:
    """Object to the mark on a judgment of one's own, once.

    :raises NotVisible: the judgment is somebody else's, or on no gold that was revealed.
    :raises AppealRefused: the answer was right, or there is no reason, or a very long one.
    :raises AlreadyAppealed: an appeal was raised before; it is kept.
    """
    mark = (
        GoldMark.objects.select_for_update(of=("self",), no_key=True)
        .filter(judgment=judgment_id, judgment__annotator=by, gold__reveal__isnull=False)
        .select_related("judgment")
        .first()
    )
    if mark is None:
        raise NotVisible(_("There is no such answer."))
    words = _reason(reason)
    if mark.hit:
        raise AppealRefused(_("This answer was right: there is nothing to appeal against."))
    if Appeal.objects.filter(mark=mark).exists():
        raise AlreadyAppealed(
            _("You have appealed against this before. Your first appeal is kept.")
        )
    appeal = Appeal.objects.create(mark=mark, reason=words, by=by, at=at)
    record(
        event="quality.appeal.raised",
        subject=appeal,
        by=by,
        at=at,
        project_id=mark.judgment.project_id,
    )
    return appeal


def _reason(reason: str) -> str:
    words = reason.strip()
    if not words:
        raise AppealRefused(_("Say why your answer is right. Nothing was sent."))
    if len(words) > LONGEST_REASON or "\0" in words:
        raise AppealRefused(
            _("Write at most %(most)d characters. Nothing was sent.") % {"most": LONGEST_REASON}
        )
    return words
