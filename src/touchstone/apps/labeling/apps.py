from django.apps import AppConfig


class LabelingConfig(AppConfig):
    name = "touchstone.apps.labeling"
    label = "labeling"
