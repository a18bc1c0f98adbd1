"""The labels of a release, read from the database as a stream; memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef

from assay.results import TooLittle
from assay.splitting import split_by_group
from touchstone.apps.consensus.models import ConsensusLabel, ConsensusRun
from touchstone.apps.datasets.long_form import ROWS_AT_ONCE, Row
from touchstone.apps.items.models import Query
from touchstone.apps.quality.models import GoldAnswer


def test_queries(run: ConsensusRun, *, test_share: float, seed: int) -> frozenset[str]:
    """The keys of the queries held out for testing; a query is never on both sides.

    None are when no part is held out, or when all queries fall on one side.
    """
    labeled = ConsensusLabel.objects.filter(run=run, item__query=OuterRef("pk"))
    keys = list(
        Query.objects.filter(Exists(labeled), project=run.project_id)
        .order_by("key")
        .values_list("key", flat=True)
    )
    if not keys or test_share == 0:
        return frozenset()
    split = split_by_group(keys, test_share=test_share, seed=seed)
    if isinstance(split, TooLittle):
        return frozenset()
    return frozenset(keys[position] for position in split.test.tolist())


def consensus_rows(run: ConsensusRun, held_out: frozenset[str]) -> Iterator[Row]:
    """One row for each labeled item, by query, document and item."""
    gold = GoldAnswer.objects.filter(item=OuterRef("item"))
    labels = (
        ConsensusLabel.objects.filter(run=run)
        .select_related("item__query")
        .annotate(is_gold=Exists(gold))
        .order_by("item__query__key", "item__document_key", "item__key")
    )
    for label in labels.iterator(chunk_size=ROWS_AT_ONCE):
        yield _consensus_row(label, held_out)


def _consensus_row(label: Any, held_out: frozenset[str]) -> Row:
    item = label.item
    return {
        "item_id": item.key,
        "query_id": item.query.key,
        "query": item.query.text,
        "document_id": item.document_key,
        "locale": item.query.locale_id,
        "label": label.label,
        "probability": label.probability,
        "posterior": list(label.posterior),
        "majority": label.majority,
        "majority_share": label.majority_share,
        "judgments": label.judgments,
        "source": label.source,
        "stratum": item.stratum,
        "pi": item.inclusion_probability,
        "weight": 1 / item.inclusion_probability,
        "split": "test" if item.query.key in held_out else "train",
        "is_gold": label.is_gold,
    }
