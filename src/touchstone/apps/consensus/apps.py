from django.apps import AppConfig


class ConsensusConfig(AppConfig):
    name = "touchstone.apps.consensus"
    label = "consensus"
