"""Gold by power: how much somebody new gets, when that ends, and what it costs to find out."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assay.gold import detection_power
from tests.factories.labeled import LOCALE
from tests.factories.labeling import an_open_project, submit
from touchstone.apps.quality.mixing import (
    MOST_SHARE,
    enough_gold,
    gold_share,
    gold_supply,
    newcomer_share,
)
from touchstone.apps.quality.models import GoldAnswer
from touchstone.apps.quality.policies import weak_accuracy
from touchstone.flows.gold_mixing import gold_to_mix


@pytest.mark.parametrize("standard", [0.7, 0.8, 0.85, 0.9, 0.95])
def test_enough_gold_exposes_a_weak_annotator(standard: float) -> None:
    enough = enough_gold(standard)

    assert detection_power(enough, weak_accuracy(standard), standard).power >= 0.8
    assert detection_power(enough // 2, weak_accuracy(standard), standard).power < 0.8


@pytest.mark.parametrize("a_day", [1, 60, 720, 5000])
@pytest.mark.parametrize("rate", [0.0, 0.002, 0.05, 0.25, 0.5])
def test_a_newcomer_gets_more_and_never_more_than_half(rate: float, a_day: int) -> None:
    new = gold_share(plan_rate=rate, given=0, standard=0.9, judgments_a_day=a_day)

    assert new == 0 if rate == 0 else min(2 * rate, MOST_SHARE) <= new <= MOST_SHARE
    assert new <= newcomer_share(rate, a_day), "the bound by which most calls end without a query"
    assert gold_share(plan_rate=rate, given=40, standard=0.9, judgments_a_day=a_day) == rate


def test_a_first_day_is_enough_to_know_somebody() -> None:
    share = gold_share(plan_rate=0.01, given=0, standard=0.9, judgments_a_day=720)

    assert share * 720 >= enough_gold(0.9)


@pytest.mark.django_db
def test_the_supply_is_what_was_never_given_in_any_way() -> None:
    floor = an_open_project(2, gold=4)
    ana, bea, _cleo = floor.annotators
    submit(floor.task(ana, "g0"), ana)
    floor.task(ana, "g1")
    GoldAnswer.objects.filter(item__key="g3").update(retired_at=floor.project.created_at)

    def supply(person: object, *tags: str) -> tuple[set[str], int]:
        found = gold_supply(project=floor.project, annotator=person, locale_tags=tags)  # type: ignore[arg-type]
        keys = GoldAnswer.objects.filter(item__in=found.unseen).values_list("item__key", flat=True)
        return set(keys), found.given

    assert supply(ana, LOCALE) == ({"g2"}, 2)
    assert supply(bea, LOCALE) == ({"g0", "g1", "g2"}, 0)
    assert supply(bea, "fr-FR") == (set(), 0)


@pytest.mark.django_db
def test_most_calls_ask_the_database_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    floor = an_open_project(1, gold=1, gold_rate="0.01")
    floor.plan.speed_standard = 1000

    def queries(draw: float) -> int:
        monkeypatch.setattr("touchstone.flows.gold_mixing.random.random", lambda: draw)
        with CaptureQueriesContext(connection) as asked:
            gold_to_mix(
                project=floor.project,
                plan=floor.plan,
                by=floor.annotators[0],
                tags=[LOCALE],
                count=10,
            )
        return len(asked)

    assert (queries(0.03), queries(0.01)) == (0, 2)
