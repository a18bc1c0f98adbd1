"""What is known of raters, written by hand so that a posterior can be reckoned on paper."""

from __future__ import annotations

from datetime import datetime

from tests.factories.labeled import AT, LOCALE
from tests.factories.labeling import Floor
from touchstone.apps.labeling.models import RaterFit
from touchstone.apps.labeling.stopping import keep_fit
from touchstone.flows.collecting import decide_due

GRADES = range(4)


def confusion(right: float) -> list[list[float]]:
    """A rater who gives the true grade with chance `right` and each other one equally often."""
    wrong = (1 - right) / 3
    return [[right if given == true else wrong for given in GRADES] for true in GRADES]


def know(floor: Floor, right: float = 0.9) -> RaterFit:
    """A fit by which every annotator of the floor is right with chance `right`."""
    return keep_fit(
        project=floor.project,
        locale_tag=LOCALE,
        fitted={
            "method": "by hand",
            "method_version": "1",
            "input_hash": "0" * 64,
            "classes": list(GRADES),
            "model": {
                "prior": [0.25] * 4,
                "confusion": {str(person.pk): confusion(right) for person in floor.annotators},
                "unheard_odds": None,
            },
            "exponent": 1.0,
            "gold_items": 0,
            "judgments": 100,
            "items": 40,
        },
        at=AT,
    )


def decide(at: datetime = AT) -> int:
    """Decide on everything that is due, as the worker does; returns how many verdicts."""
    verdicts = 0
    while True:
        done = decide_due(at=at)
        verdicts += done.verdicts
        if not done.more:
            return verdicts
