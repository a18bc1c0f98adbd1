from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "touchstone.apps.intake"
    label = "intake"
