from django.apps import AppConfig


class MarketsConfig(AppConfig):
    name = "touchstone.apps.markets"
    label = "markets"
