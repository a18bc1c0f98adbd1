"""The projects to try each task type: open, small, in three languages, with their traps."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.guidelines.seeds import SEEDS
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.items.models import Item
from touchstone.apps.labeling.queries import progress_of
from touchstone.apps.planning.models import Project
from touchstone.apps.quality.models import GoldAnswer
from touchstone.ops.demo import task_types

each_trial = pytest.mark.parametrize("trial", task_types.TRIALS, ids=lambda trial: trial.guideline)


def rows(trial: task_types.Trial) -> list[dict[str, Any]]:
    text = task_types.items_file(trial).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_there_is_one_for_each_task_type() -> None:
    assert {trial.guideline for trial in task_types.TRIALS} == {seed.key for seed in SEEDS}


@each_trial
def test_the_items_cover_the_languages_and_the_gold_lies_on_the_scale(
    trial: task_types.Trial,
) -> None:
    schema = parse_schema(next(s.schema() for s in SEEDS if s.key == trial.guideline))
    found = rows(trial)

    sizes = Counter(row["locale"] for row in found)
    assert {"en-US", "fr-FR"} <= sizes.keys()
    assert all(6 <= size <= 20 for size in sizes.values()), sizes
    assert len({row["item_id"] for row in found}) == len(found)
    for locale in sizes:
        gold = [row["gold"] for row in found if row["locale"] == locale and row["gold"]]
        assert gold
        assert {int(grade) for each in gold for grade in each.split("|")} <= set(schema.grades)


@each_trial
def test_no_address_leads_to_a_real_place(trial: task_types.Trial) -> None:
    text = task_types.items_file(trial).read_text(encoding="utf-8")

    hosts = re.findall(r"https?://([^/\"]+)", text)
    assert all(host.endswith(".example") for host in hosts), hosts


def test_five_types_can_be_tried_in_arabic() -> None:
    arabic = [t for t in task_types.TRIALS if any(r["locale"] == "ar-SA" for r in rows(t))]

    assert len(arabic) >= 5


def test_identical_lists_are_traps_that_accept_no_side() -> None:
    trial = next(t for t in task_types.TRIALS if t.guideline == "side-by-side")
    traps = [row for row in rows(trial) if row["left"] == row["right"]]

    assert Counter(row["locale"] for row in traps) == {"en-US": 2, "fr-FR": 2, "ar-SA": 2}
    assert {row["gold"] for row in traps} == {"0"}


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.xdist_group("demo")
@each_trial
def test_each_waits_for_people(played: object, trial: task_types.Trial) -> None:
    project = Project.objects.get(key=trial.key)
    found = rows(trial)
    gold = sum(1 for row in found if row["gold"])

    assert project.request.state == RequestState.PILOT
    assert Item.objects.filter(project=project).count() == len(found)
    assert GoldAnswer.objects.filter(project=project).count() == gold
    progress = progress_of(project)
    assert (progress.items, progress.done) == (len(found) - gold, 0)
    members = project.memberships.values_list("user__email", flat=True)
    assert {email.partition("@")[0] for email in members} >= set(task_types.ANNOTATORS)
