from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "touchstone.apps.planning"
    label = "planning"
