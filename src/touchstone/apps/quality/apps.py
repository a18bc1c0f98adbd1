from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "touchstone.apps.quality"
    label = "quality"
