"""What a plan asks of people before they label, with its pass marks; for the plan's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from touchstone.apps.quality.policies import PassMark, pass_mark, size_needed
from touchstone.apps.quality.qualified import QualificationCounts, counts_of_tests, gold_by_locale

if TYPE_CHECKING:
    from touchstone.apps.planning.models import Plan


@dataclass(frozen=True)
class TestTerms:
    """The test of one locale: its mark, the size that would do, the gold there is, how it went."""

    __test__ = False  # a test of people, none of pytest's

    locale_tag: str
    mark: PassMark
    advised: int | None
    gold: int
    counts: QualificationCounts

    @property
    def has_gold(self) -> bool:
        """Whether there is gold for a test and as much again for the work after it."""
        return self.gold >= 2 * self.mark.n


def terms_of_tests(plan: Plan) -> list[TestTerms]:
    """The tests of a plan by locale; none when it asks for none."""
    if not plan.gold_test_size:
        return []
    gold, counts = gold_by_locale(plan.project), counts_of_tests(plan)
    return [
        TestTerms(
            locale_tag=terms.locale_id,
            mark=pass_mark(plan.gold_test_size, float(terms.gold_accuracy)),
            advised=size_needed(float(terms.gold_accuracy)),
            gold=gold.get(terms.locale_id, 0),
            counts=counts.get(terms.locale_id, QualificationCounts(0, 0)),
        )
        for terms in plan.locales.all()
    ]
