"""What the database itself refuses about money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from tests.factories.datasets import a_release
from tests.factories.evaluations import an_evaluation
from tests.factories.labeled import LATER, Labeled
from touchstone.apps.economics.models import CostEvent, ReturnEstimate
from touchstone.apps.economics.operations import estimate_return, post_fixed_cost
from touchstone.apps.economics.policies import Assumptions

pytestmark = pytest.mark.slow  # each needs costs to break


@pytest.fixture
def cost(scene: Labeled) -> CostEvent:
    return post_fixed_cost(
        project=scene.project, amount=Decimal(5), currency="EUR", quality_class="production",
        note="Tea", by=scene.owner, at=LATER,
    )  # fmt: skip


@pytest.fixture
def estimate(scene: Labeled, cost: CostEvent) -> ReturnEstimate:
    evaluation = an_evaluation(scene, a_release(scene))
    return estimate_return(
        evaluation=evaluation, metric="nDCG@10", assumptions=Assumptions(), seed=1,
        by=scene.owner, at=LATER,
    )  # fmt: skip


def refused(row: models.Model, constraint: str, **changes: Any) -> None:
    names = [f.attname for f in row._meta.concrete_fields if not f.primary_key]
    copied = type(row)(**{name: getattr(row, name) for name in names} | changes)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        copied.save(force_insert=True)


def test_a_subject_is_paid_once(cost: CostEvent) -> None:
    refused(cost, "economics_cost_once")


def test_a_cost_is_of_something(cost: CostEvent) -> None:
    refused(cost, "economics_cost_of_something", subject="other", quantity=0)


@pytest.mark.parametrize("p", [-0.01, 1.01])
def test_a_chance_is_a_chance(estimate: ReturnEstimate, p: float) -> None:
    refused(estimate, "economics_return_p", p_positive=p)


@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("model", [CostEvent, ReturnEstimate])
def test_the_books_stay(estimate: ReturnEstimate, model: type[models.Model], change: str) -> None:
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(model._meta.db_table))
