"""The API object that every endpoint module registers with."""

from ninja import NinjaAPI

api = NinjaAPI(title="Touchstone", version="1", urls_namespace="api")
