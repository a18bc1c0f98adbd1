from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "touchstone.apps.datasets"
    label = "datasets"
