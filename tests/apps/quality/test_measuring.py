"""Measurements: the figure from the raw rows by other arithmetic, or the reason for none."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import permutations

import pytest

import assay
from assay.intervals import wilson
from assay.results import Estimate
from tests.factories.labeled import LATER, LOCALE, Labeled, UserFactory, judge
from tests.factories.labeling import a_grade, an_open_project, submit
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.quality.measuring import WHY_NONE
from touchstone.apps.quality.models import GoldAnswer, Measurement
from touchstone.apps.quality.operations import (
    NoPlanInForce,
    decide_lot,
    draw_audits,
    mark_gold,
    measure,
    submit_audit,
)
from touchstone.apps.quality.policies import MeasurementKind
from touchstone.apps.quality.queries import (
    alpha_trends,
    measurement_trend,
    measurements_by_project,
    newest_measurements,
)

pytestmark = pytest.mark.slow  # each has a labeled project

ALPHA, GOLD, AUDIT = (
    MeasurementKind.ALPHA,
    MeasurementKind.GOLD_ACCURACY,
    MeasurementKind.AUDIT_AGREEMENT,
)
Found = dict[tuple[str, str | None], Measurement]


def measured(project: Project, seed: int = 5) -> Found:
    rows = measure(project=project, by=project.owner, at=LATER, seed=seed)
    return {(row.kind, row.locale_id): row for row in rows}


def ordinal_alpha(project: Project, locale_tag: str | None = None) -> float:
    """Krippendorff's alpha from the pairs themselves, as the book defines it."""
    gold = set(GoldAnswer.objects.values_list("item", flat=True))
    units: dict[int, list[int]] = defaultdict(list)
    rows = Judgment.objects.filter(project=project, counts=True)
    for judgment in rows.select_related("item__query"):
        if judgment.grade is None or judgment.item_id in gold:
            continue
        if locale_tag in (None, judgment.item.query.locale_id):
            units[judgment.item_id].append(judgment.grade)
    pairs: Counter[tuple[int, int]] = Counter()
    for grades in units.values():
        for pair in permutations(grades, 2):
            pairs[pair] += 1 / (len(grades) - 1)  # type: ignore[assignment]
    totals = Counter[int]()
    for (first, _second), weight in pairs.items():
        totals[first] += weight

    def distance(a: int, b: int) -> float:
        low, high = sorted((a, b))
        between = sum(totals[grade] for grade in range(low, high + 1))
        return (between - (totals[low] + totals[high]) / 2) ** 2

    n = sum(totals.values())
    observed = sum(weight * distance(*pair) for pair, weight in pairs.items())
    expected = sum(totals[a] * totals[b] * distance(a, b) for a in totals for b in totals)
    return 1 - (n - 1) * observed / expected


def test_alpha_is_what_the_raw_rows_say(scene: Labeled) -> None:
    judge(scene, scene.items[5], UserFactory(), 0)

    alpha = measured(scene.project)[ALPHA, None]

    assert alpha.value == pytest.approx(ordinal_alpha(scene.project), abs=1e-12)
    assert alpha.low is not None and alpha.high is not None
    assert alpha.low <= alpha.value <= alpha.high
    assert 0 < alpha.value < 1
    assert alpha.n == len(scene.items) - 1, "gold left out"


def test_a_figure_keeps_what_is_needed_to_compute_it_again(scene: Labeled) -> None:
    first = measured(scene.project, seed=11)[ALPHA, None]
    again = measured(scene.project, seed=11)[ALPHA, None]
    other = measured(scene.project, seed=12)[ALPHA, None]

    def kept(row: Measurement) -> tuple[object, ...]:
        return (row.value, row.low, row.high, row.n, row.input_hash, row.parameters)

    assert kept(first) == kept(again)
    assert (first.method, first.method_version) == ("krippendorff_alpha", assay.__version__)
    assert first.parameters == {"level": "ordinal", "resamples": 1000, "clusters": "query"}
    assert (first.seed, other.seed) == (11, 12)
    assert other.input_hash == first.input_hash
    assert (other.value, other.low) != (first.value, first.low)
    judge(scene, scene.items[5], UserFactory(), 0)
    assert measured(scene.project, seed=11)[ALPHA, None].input_hash != first.input_hash


def test_gold_answers_and_their_labels_move_no_alpha(scene: Labeled) -> None:
    before = measured(scene.project)[ALPHA, None]
    judge(scene, scene.items[0], UserFactory(), 3)
    judge(scene, scene.items[1], UserFactory(), None)
    GoldAnswer.objects.update(accepted=[3])

    after = measured(scene.project)[ALPHA, None]

    assert (after.value, after.input_hash) == (before.value, before.input_hash)


def test_accuracy_is_the_share_of_hits(scene: Labeled) -> None:
    for judgment in scene.items[0].judgments.all():
        mark_gold(judgment=judgment, at=LATER)
    for grade in (0, 0, 1, 3):
        mark_gold(judgment=judge(scene, scene.items[0], UserFactory(), grade), at=LATER)

    found = measured(scene.project)[GOLD, None]

    # Two raters graded the gold item before: 0 is accepted, both gave 0.
    expected = wilson(4, 6)
    assert isinstance(expected, Estimate)
    assert (found.value, found.low, found.high) == (expected.value, expected.low, expected.high)
    assert found.n == 6


def test_audit_agreement_is_the_share_of_finished_audits(scene: Labeled) -> None:
    draw = draw_audits(project=scene.project, size=10, seed=1, by=scene.expert, at=LATER)
    for number, audit in enumerate(draw.audits.order_by("pk")[:8]):
        grade = audit.judgment.grade if number else ((audit.judgment.grade or 0) + 1) % 4
        answers = {"outcome": "label", "values": {"grade": grade}}
        submit_audit(audit=audit, answers=answers, by=scene.expert, at=LATER)

    found = measured(scene.project)[AUDIT, None]

    assert (found.value, found.n) == (7 / 8, 8)


def test_each_locale_has_its_own_figures(db: None) -> None:
    floor = an_open_project(24, gold=1, locales=(LOCALE, "fr-FR"))
    for person in floor.annotators:
        for number in range(24):
            task = floor.task(person, f"i{number}")
            noise = number % 2 and person == floor.annotators[0]
            submit(task, person, a_grade((number // 2 + (2 if noise else 0)) % 4))
    right = submit(floor.task(floor.annotators[0], "g0"), floor.annotators[0], a_grade(2))
    mark_gold(judgment=right, at=LATER)

    found = measured(floor.project)

    for tag in (None, LOCALE, "fr-FR"):
        assert found[ALPHA, tag].value == pytest.approx(ordinal_alpha(floor.project, tag))
    assert found[ALPHA, LOCALE].value == 1.0
    assert (found[ALPHA, "fr-FR"].value or 1.0) < 0.6
    assert (found[ALPHA, None].n, found[ALPHA, "fr-FR"].n) == (24, 12)
    assert (found[GOLD, LOCALE].n, found[GOLD, "fr-FR"].n) == (1, 0)
    assert len(found) == 9


def test_too_little_gives_a_reason_and_no_number(db: None) -> None:
    floor = an_open_project(4)
    for person in floor.annotators:
        submit(floor.task(person, "i0"), person)

    for row in measured(floor.project).values():
        assert (row.value, row.low, row.high) == (None, None, None)
        assert row.reason in WHY_NONE
    assert measurement_trend(floor.project, ALPHA) == []


def test_without_a_plan_nothing_is_measured(scene: Labeled) -> None:
    Plan.objects.update(state="superseded")

    with pytest.raises(NoPlanInForce):
        measured(scene.project)
    assert not Measurement.objects.exists()


def test_rejected_work_is_not_measured(scene: Labeled) -> None:
    decide_lot(
        project=scene.project, locale_tag=LOCALE, decision="rejected", reason="Misses",
        by=scene.owner, at=LATER,
    )  # fmt: skip

    alpha = measured(scene.project)[ALPHA, None]

    assert (alpha.value, alpha.n) == (None, 0)


def test_the_newest_figure_stands_and_the_old_ones_make_the_trend(scene: Labeled) -> None:
    first = measured(scene.project)[ALPHA, None]
    for item in scene.items[4:8]:
        judge(scene, item, UserFactory(), 3)
    second = measured(scene.project)[ALPHA, None]
    other = an_open_project(0, key="other").project

    assert newest_measurements(scene.project)[ALPHA, None] == second
    assert len(newest_measurements(scene.project)) == 6
    assert measurement_trend(scene.project, ALPHA) == [first.value, second.value]
    assert measurement_trend(scene.project, ALPHA, most=1) == [second.value]
    assert newest_measurements(other) == {}
    both = [scene.project, other]
    assert measurements_by_project(both) == {
        scene.project.pk: newest_measurements(scene.project),
        other.pk: {},
    }
    assert alpha_trends(both) == {scene.project.pk: [first.value, second.value], other.pk: []}
