from django.apps import AppConfig


class EconomicsConfig(AppConfig):
    name = "touchstone.apps.economics"
    label = "economics"
