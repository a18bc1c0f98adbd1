from django.apps import AppConfig


class GuidelinesConfig(AppConfig):
    name = "touchstone.apps.guidelines"
    label = "guidelines"
