from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "touchstone.apps.evaluations"
    label = "evaluations"
