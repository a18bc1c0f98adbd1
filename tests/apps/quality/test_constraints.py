"""What the database itself refuses about quality."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from tests.factories.labeled import LATER, LOCALE, Labeled
from touchstone.apps.quality.models import (
    Adjudication,
    Audit,
    GoldAnswer,
    GoldMark,
    Lot,
    LotJudgment,
    Measurement,
)
from touchstone.apps.quality.operations import decide_lot, draw_audits, mark_gold, measure

pytestmark = pytest.mark.slow  # each needs a labeled project to break


@pytest.fixture
def full(scene: Labeled) -> Labeled:
    """One row at least in every table."""
    for judgment in scene.items[0].judgments.all():
        mark_gold(judgment=judgment, at=LATER)
    draw_audits(project=scene.project, size=2, seed=1, by=scene.expert, at=LATER)
    measure(project=scene.project, by=scene.owner, at=LATER)
    decide_lot(
        project=scene.project, locale_tag=LOCALE, decision="accepted", reason="", by=scene.owner,
        at=LATER,
    )  # fmt: skip
    return scene


def refused(row: models.Model, constraint: str, **changes: Any) -> None:
    names = [f.attname for f in row._meta.concrete_fields if not f.primary_key]
    copied = type(row)(**{name: getattr(row, name) for name in names} | changes)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        copied.save(force_insert=True)


def refuses_update(model: type[models.Model], constraint: str, **changes: Any) -> None:
    rows = model._default_manager.all()
    assert rows.exists()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows.update(**changes)


@pytest.mark.parametrize("model", [GoldMark, Measurement, Lot, LotJudgment])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_was_decided_stays(full: Labeled, model: type[models.Model], change: str) -> None:
    assert model._default_manager.exists()
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(model._meta.db_table))


def test_gold_accepts_something(full: Labeled) -> None:
    refuses_update(GoldAnswer, "accepts_something", accepted=[])


@pytest.mark.parametrize("model", [GoldMark, Audit, LotJudgment, GoldAnswer, Adjudication])
def test_there_is_one_for_each_subject(full: Labeled, model: type[models.Model]) -> None:
    row = model._default_manager.first()
    assert row is not None
    refused(row, "(judgment|item)_id")


def test_an_audit_is_done_by_somebody(full: Labeled) -> None:
    for changes in ({"done_at": LATER}, {"auditor": full.expert}, {"agrees": True}):
        refuses_update(Audit, "quality_audit_done_by_whom", **changes)
    done = {"done_at": LATER, "auditor": full.expert}
    refuses_update(Audit, "quality_audit_done_by_whom", **done, outcome="")


@pytest.mark.parametrize(
    "changes", [{"grade": None}, {"rationale": ""}, {"settled_by": None}, {"settled_at": None}]
)
def test_a_case_is_settled_whole_or_not(full: Labeled, changes: dict[str, Any]) -> None:
    refuses_update(Adjudication, "quality_adjudication_settled_by_whom", **changes)


@pytest.mark.parametrize(
    "changes", [{"value": None}, {"low": None}, {"high": None}, {"reason": "but why"}]
)
def test_a_figure_has_a_value_or_a_reason(full: Labeled, changes: dict[str, Any]) -> None:
    alpha = Measurement.objects.get(kind="alpha", locale=None)
    refused(alpha, "quality_measurement_value_or_reason", **changes)


def test_neither_value_nor_reason_is_no_figure(full: Labeled) -> None:
    nothing = {"value": None, "low": None, "high": None}
    alpha = Measurement.objects.get(kind="alpha", locale=None)
    refused(alpha, "quality_measurement_value_or_reason", **nothing)


def test_lots_are_numbered_and_rejected_for_a_reason(full: Labeled) -> None:
    lot = Lot.objects.get()
    refused(lot, "quality_lot_number")
    refused(lot, "quality_lot_rejected_why", number=2, decision="rejected")
