from django.apps import AppConfig


class RisksConfig(AppConfig):
    name = "touchstone.apps.risks"
    label = "risks"
