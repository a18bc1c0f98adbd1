"""What the database itself refuses about runs and evaluations."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from tests.factories.datasets import a_release
from tests.factories.evaluations import an_evaluation
from tests.factories.labeled import Labeled
from touchstone.apps.evaluations.models import (
    Comparison,
    Evaluation,
    MetricResult,
    Ranking,
    SystemRun,
)

pytestmark = pytest.mark.slow  # each needs a whole evaluation to break

ALL = (SystemRun, Ranking, Evaluation, MetricResult, Comparison)
ONCE = {
    SystemRun: "evaluations_systemrun_once",
    Ranking: "evaluations_ranking_once",
    MetricResult: "evaluations_metricresult_once",
    Comparison: "evaluations_comparison_once",
}


@pytest.fixture
def evaluation(scene: Labeled) -> Evaluation:
    return an_evaluation(scene, a_release(scene))


def copied(row: models.Model, **changes: Any) -> models.Model:
    names = [f.attname for f in row._meta.concrete_fields if not f.primary_key]
    return type(row)(**{name: getattr(row, name) for name in names} | changes)


@pytest.mark.parametrize(("model", "constraint"), ONCE.items())
def test_a_row_is_there_once(
    evaluation: Evaluation, model: type[models.Model], constraint: str
) -> None:
    row = model._default_manager.first()
    assert row is not None
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        copied(row).save(force_insert=True)


def test_an_evaluation_takes_two_runs(evaluation: Evaluation) -> None:
    same = copied(evaluation, candidate_id=evaluation.baseline_id)
    with pytest.raises(IntegrityError, match="two_runs"), transaction.atomic():
        same.save(force_insert=True)


@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("model", ALL)
def test_what_was_measured_stays(
    evaluation: Evaluation, model: type[models.Model], change: str
) -> None:
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(model._meta.db_table))
