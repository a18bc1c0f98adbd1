"""How good annotators are, and whether they agree with themselves, for those who may know."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.factories import programme as play
from tests.factories.programme import Programme
from tests.factories.repeats import answer_again
from touchstone.apps.planning.models import Project
from touchstone.apps.quality import consistency

pytestmark = pytest.mark.slow


def test_scores_are_given_by_pseudonym_to_those_who_may_see_people(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consistency, "FEWEST_FOR_KAPPA", 16)
    key = play.labeled(programme)
    ana = programme.people["ana"]
    answer_again(Project.objects.get(key=key), ana, same=12, other=4, at=datetime.now(UTC))

    rows = {row.annotator: row for row in programme.client("quinn").quality.get(key).annotators}

    own, other = rows[ana.pseudonym], rows[programme.people["ben"].pseudonym]
    assert (own.repeats, own.self_agreement) == (16, 0.75)
    assert own.self_agreement_low is not None and own.self_agreement_high is not None
    assert own.self_agreement_low < 0.75 < own.self_agreement_high
    assert own.self_kappa is not None and own.self_kappa_low is not None
    assert own.self_kappa_low < own.self_kappa < 1
    assert own.gold_trials > 0 and own.accuracy is not None
    assert (other.repeats, other.self_agreement, other.self_kappa) == (0, None, None)
    assert programme.client("rita").quality.get(key).annotators == ()


def test_the_share_of_repeats_is_a_part_of_the_plan(programme: Programme) -> None:
    key = play.planned(programme, repeat_rate=Decimal("0.02"))

    (plan, *_older) = programme.client("olga").plans.list(key)
    whole = programme.client("olga").plans.get(key, plan.version)

    assert whole.draft.repeat_rate == Decimal("0.02")
