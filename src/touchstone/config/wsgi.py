"""The entry point of the web server; it refuses to start half configured."""

import gc
import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "touchstone.config.settings")

for name, what in (
    ("SECRET_KEY", "a long random text that stays the same between starts"),
    ("DATABASE_URL", "the address of a PostgreSQL 15 or later"),
):
    if not os.environ.get(name):
        raise ImproperlyConfigured(
            f"{name} is missing: set it to {what}, or start with `touchstone-ops run`, "
            "which brings both."
        )

application = get_wsgi_application()

# What is loaded by now stays: the collector need not look through it while people wait.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
