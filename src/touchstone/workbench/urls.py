"""Addresses of the workbench."""

from django.urls import path

from touchstone.workbench.views import experts, labeling

app_name = "work"

P = "<slug:key>/"
urlpatterns = [
    path("", labeling.start, name="start"),
    path("language", labeling.language, name="language"),
    path(P, labeling.task, name="task"),
    path(f"{P}guideline", labeling.guideline, name="guideline"),
    path(f"{P}audits", experts.audits, name="audits"),
    path(f"{P}audits/<int:number>", experts.audit, name="audit"),
    path(f"{P}adjudications", experts.adjudications, name="adjudications"),
    path(f"{P}adjudications/<int:number>", experts.adjudication, name="adjudication"),
]
