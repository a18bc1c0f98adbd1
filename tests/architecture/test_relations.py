"""A relation written as a string escapes the import contracts; its direction is checked here."""

import configparser
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import Field, ForeignKey, Model

CONTRACTS = Path(__file__).resolve().parents[2] / ".importlinter"


def order_of_the_work() -> list[str]:
    """The apps from top to bottom, as the contract lists them."""
    parser = configparser.ConfigParser()
    parser.read(CONTRACTS)
    layers = parser["importlinter:contract:apps-in-the-order-of-the-work"]["layers"]
    return [layer.strip("() ") for layer in layers.split()]


def relations() -> Iterator[tuple[Field, str, str]]:  # type: ignore[type-arg]
    """Each relation between models of ours, with the app at either end."""
    ours = set(order_of_the_work())
    for model in apps.get_models(include_auto_created=True):
        for field in [*model._meta.fields, *model._meta.many_to_many]:
            target = field.related_model
            if isinstance(target, type) and {model._meta.app_label, target._meta.app_label} <= ours:
                yield field, model._meta.app_label, target._meta.app_label


def test_every_relation_points_down_or_stays_home() -> None:
    order = order_of_the_work()
    upward = [str(f) for f, here, there in relations() if order.index(there) < order.index(here)]

    assert not upward


def test_the_check_sees_a_relation_written_as_a_string() -> None:
    pairs = {(here, there) for field, here, there in relations() if isinstance(field, ForeignKey)}

    assert ("labeling", "items") in pairs


def test_the_ledger_holds_no_relation_to_what_it_records() -> None:
    assert not [str(field) for field, here, there in relations() if here == "ledger" != there]


def test_every_app_of_the_order_is_installed_under_its_own_name() -> None:
    installed = {name.rpartition(".")[2] for name in settings.DOMAIN_APPS}
    labels = {
        config.label for config in apps.get_app_configs() if config.name in settings.DOMAIN_APPS
    }

    assert installed == labels
    assert installed <= set(order_of_the_work())


def test_a_model_of_ours_lives_in_an_app_of_ours() -> None:
    ours = set(order_of_the_work())
    models: list[type[Model]] = [
        m for m in apps.get_models() if m.__module__.startswith("touchstone")
    ]

    assert {model._meta.app_label for model in models} <= ours
