from django.apps import AppConfig


class WellbeingConfig(AppConfig):
    name = "touchstone.apps.wellbeing"
    label = "wellbeing"
