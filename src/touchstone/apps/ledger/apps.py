from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "touchstone.apps.ledger"
    label = "ledger"
