"""Addresses of the workbench."""

from django.urls import path

from touchstone.workbench.views import (
    asking,
    experts,
    labeling,
    limits,
    preview,
    qualifying,
    results,
)

app_name = "work"

P = "<slug:key>/"
urlpatterns = [
    path("", labeling.start, name="start"),
    path("language", labeling.language, name="language"),
    path("preview", preview.preview, name="preview"),
    path("limits", limits.mine, name="limits"),
    path("limits/hours", limits.hours, name="limits_hours"),
    path("limits/topics", limits.topics, name="limits_topics"),
    path("limits/consent", limits.withdraw, name="limits_withdraw"),
    path("questions", asking.mine, name="questions"),
    path("questions/read", asking.read, name="question_read"),
    path("results", results.mine, name="results"),
    path("results/appeal", results.appeal, name="appeal"),
    path(P, labeling.task, name="task"),
    path(f"{P}consent", limits.consent, name="consent"),
    path(f"{P}guideline", labeling.guideline, name="guideline"),
    path(f"{P}quiz", qualifying.quiz, name="quiz"),
    path(f"{P}test", qualifying.test, name="test"),
    path(f"{P}practice", qualifying.practice, name="practice"),
    path(f"{P}checks/consent", limits.expert_consent, name="expert_consent"),
    path(f"{P}audits", experts.audits, name="audits"),
    path(f"{P}audits/<int:number>", experts.audit, name="audit"),
    path(f"{P}adjudications", experts.adjudications, name="adjudications"),
    path(f"{P}adjudications/<int:number>", experts.adjudication, name="adjudication"),
]
