"""Every page of the workbench: somebody who may open it, and a scene in which it has content."""

from __future__ import annotations

from dataclasses import dataclass

from tests.workbench.scene import KEY, Scene, a_scene
from touchstone.apps.intake.models import LabelingRequest


@dataclass(frozen=True)
class Page:
    """The name of an address, who opens it, and where it is."""

    name: str
    who: str
    path: str


AT_WORK = (
    Page("start", "ana", "/work/"),
    Page("start", "quinn", "/work/"),
    Page("limits", "ana", "/work/limits"),
    Page("guideline", "ana", f"/work/{KEY}/guideline"),
    Page("task", "ana", f"/work/{KEY}/"),
    Page("audits", "quinn", f"/work/{KEY}/audits"),
    Page("adjudications", "quinn", f"/work/{KEY}/adjudications"),
)
ON_THE_WAY = (
    Page("start", "ana", "/work/"),
    Page("quiz", "ana", f"/work/{KEY}/quiz"),
    Page("practice", "ana", f"/work/{KEY}/practice"),
)
BEFORE_THE_TEST = (
    Page("start", "ana", "/work/"),
    Page("test", "ana", f"/work/{KEY}/test?locale=fr-FR"),
)
BEFORE_CONSENT = (
    Page("start", "ana", "/work/"),
    Page("consent", "ana", f"/work/{KEY}/consent"),
    Page("expert_consent", "quinn", f"/work/{KEY}/checks/consent"),
    Page("limits", "ana", "/work/limits"),
)
ASKED_AND_SHOWN = (
    Page("start", "ana", "/work/"),
    Page("questions", "ana", "/work/questions"),
    Page("results", "ana", "/work/results"),
    Page("guideline", "ana", f"/work/{KEY}/guideline"),
    Page("task", "ana", f"/work/{KEY}/"),
)
WITHOUT_A_PAGE = {
    *("language", "audit", "adjudication", "preview"),
    *("question_read", "appeal"),
    *("limits_hours", "limits_topics", "limits_withdraw"),
}
"""Addresses that only take something."""


def at_work() -> Scene:
    """Two people who disagree, audits drawn and cases open."""
    scene = a_scene(items=2)
    scene.read("ana", "ben")
    scene.judge_all("ana", 3)
    scene.judge_all("ben", 0)
    scene.draw(4)
    scene.open_cases()
    return scene


def on_the_way() -> Scene:
    """A project that asks for a quiz and a test."""
    scene = a_scene(gold=6, quiz_required=True, gold_test_size=2)
    scene.read("ana")
    return scene


def before_the_test() -> Scene:
    """A project that asks for a test and no quiz."""
    scene = a_scene(gold=6, gold_test_size=2)
    scene.read("ana")
    return scene


def before_consent() -> Scene:
    """A project whose items may be harmful."""
    scene = a_scene()
    LabelingRequest.objects.filter(project=scene.project).update(harm_class="S3")
    scene.project.request.refresh_from_db()
    scene.read("ana")
    return scene


def asked_and_shown() -> Scene:
    """Questions, one of them answered; gold revealed, and an appeal decided; a note."""
    scene = a_scene(items=2, gold=4)
    scene.read("ana")
    scene.judge_all("ana", 0)
    scene.ask("ana", "1?", "2?")
    scene.answer("3!")
    scene.note("4.")
    scene.reveal("§ 5")
    scene.appeal("ana", "6", "7")
    return scene


PAGES = {
    asked_and_shown: ASKED_AND_SHOWN,
    at_work: AT_WORK,
    on_the_way: ON_THE_WAY,
    before_the_test: BEFORE_THE_TEST,
    before_consent: BEFORE_CONSENT,
}
