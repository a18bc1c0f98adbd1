"""Reads the environment. A wrong value ends the start with what was found and what would do."""

import os
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def flag(name: str, *, default: bool) -> bool:
    """A yes or no."""
    text = os.environ.get(name, str(default)).strip().lower()
    if text not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name}={text!r}: write 1 or 0.")
    return text in TRUE


def number(name: str, *, default: int) -> int:
    """A whole number, zero or more."""
    text = os.environ.get(name, str(default)).strip()
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name}={text!r}: write a whole number, such as {default}.")
    return int(text)


def words(name: str, *, default: str = "") -> list[str]:
    """A list, parted by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def template(name: str, *, default: str) -> str:
    """An address on the web with `{query}` in it, maybe with `{language}`; or nothing."""
    text = os.environ.get(name, default).strip()
    asked = set(re.findall(r"\{([^{}]*)\}", text))
    web = urlsplit(text).scheme in {"http", "https"}
    if text and not (web and "query" in asked and asked <= {"query", "language"}):
        raise ImproperlyConfigured(f"{name}={text!r}: write an address such as {default}.")
    return text


def database(url: str, *, pool_size: int, prepared: bool = False) -> dict[str, Any]:
    """Django's description of the database at `url`.

    Without an address the dummy backend lets tools that need no data (mypy, the extraction of
    messages, collectstatic) load the settings; `wsgi` refuses to serve with it.
    """
    if not url:
        return {"ENGINE": "django.db.backends.dummy"}
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL: write postgresql://user:password@host:5432/name, or "
            "postgresql://user:password@/name?host=%2Fsocket%2Ffolder (PostgreSQL 15 or later)."
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host, port = options.pop("host", parts.hostname or ""), options.pop("port", parts.port or "")
    if pool_size:
        # After a restart of the database the pool tries again in pauses that double, and while all
        # who want a connection wait for one, nobody makes it start anew. So both waits are short;
        # there are more connections than threads, and in good times nobody waits at all.
        options["pool"] = {
            "min_size": 1,
            "max_size": pool_size,
            "timeout": 3,
            "reconnect_timeout": 2,
        }
    if prepared:
        # A pooler that gives each transaction another connection (PgBouncer before 1.21) cannot
        # have plans kept on the server.
        options["prepare_threshold"] = 5
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port),
        "CONN_MAX_AGE": 0,  # the pool keeps connections
        "OPTIONS": options,
    }
