from django.apps import AppConfig


class ItemsConfig(AppConfig):
    name = "touchstone.apps.items"
    label = "items"
