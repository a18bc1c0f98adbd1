"""Showing gold to those who answered it, and deciding on what they object to."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.quality.appealing.models import Appeal, AppealDecision, GoldReveal
from touchstone.apps.quality.appealing.operations import LONGEST_REASON
from touchstone.apps.quality.models import GoldAnswer
from touchstone.apps.quality.operations import AlreadyDone, OwnWork, ReasonMissing
from touchstone.lib.errors import NotAllowed, Refused

Verdict = AppealDecision.Verdict  # surfaces take it from here


class OwnGold(NotAllowed):
    """Whoever wrote the gold answer does not decide on an appeal against it."""

    code = "own_gold"


class UnknownVerdict(Refused):
    """A decision on an appeal is none of those there are."""

    code = "unknown_verdict"


@transaction.atomic
def reveal_gold(*, gold: GoldAnswer, explanation: str, by: User, at: datetime) -> GoldReveal:
    """Show a gold item with the reason for its answer to those who answered it.

    It serves no longer, in work or in tests: its answer is known from now on. Work on it that is
    still out is kept and not marked.

    :raises AlreadyDone: it was revealed before.
    :raises ReasonMissing: there is no explanation, or a very long one.
    """
    words = _words(explanation, _("Explain the answer: the annotators learn from it."))
    gold = GoldAnswer.objects.select_for_update().get(pk=gold.pk)
    if GoldReveal.objects.filter(gold=gold).exists():
        raise AlreadyDone(_("This gold item was revealed before."))
    reveal = GoldReveal.objects.create(gold=gold, explanation=words, by=by, at=at)
    if gold.retired_at is None:
        gold.retired_at = at
        gold.save(update_fields=["retired_at"])
    record(
        event="quality.gold.revealed",
        subject=gold,
        by=by,
        at=at,
        project_id=gold.project_id,
        marks=gold.marks.count(),
    )
    return reveal


@transaction.atomic
def decide_appeal(
    *, appeal: Appeal, verdict: str, reason: str, by: User, at: datetime
) -> AppealDecision:
    """Let a mark stand, or take it back, and tell whoever appealed why.

    :raises UnknownVerdict: the verdict is neither.
    :raises ReasonMissing: there is no reason, or a very long one.
    :raises OwnWork: `by` is the one who appealed.
    :raises OwnGold: `by` wrote the gold answer.
    :raises AlreadyDone: it is decided.
    """
    if verdict not in set(AppealDecision.Verdict):
        raise UnknownVerdict(_("Say whether the mark stands or is taken back."))
    words = _words(reason, _("Say why: whoever appealed reads it."))
    appeal = (
        Appeal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("mark__gold")
        .get(pk=appeal.pk)
    )
    _check_impartial(appeal, by)
    if AppealDecision.objects.filter(appeal=appeal).exists():
        raise AlreadyDone(_("This appeal is decided already. The first decision is kept."))
    decision = AppealDecision.objects.create(
        appeal=appeal, verdict=verdict, reason=words, by=by, at=at
    )
    record(
        event="quality.appeal.decided",
        subject=appeal,
        by=by,
        at=at,
        project_id=appeal.mark.gold.project_id,
        verdict=verdict,
    )
    return decision


def _check_impartial(appeal: Appeal, by: User) -> None:
    if appeal.by_id == by.pk:
        raise OwnWork(_("Nobody decides on their own appeal. Leave it to another QA lead."))
    if appeal.mark.gold.added_by_id == by.pk:
        raise OwnGold(_("You wrote this gold answer. Leave the appeal to another QA lead."))


def _words(text: str, missing: object) -> str:
    words = text.strip()
    if not words:
        raise ReasonMissing(str(missing))
    if len(words) > LONGEST_REASON or "\0" in words:
        raise ReasonMissing(
            _("Write at most %(most)d characters. Nothing was changed.") % {"most": LONGEST_REASON}
        )
    return words
