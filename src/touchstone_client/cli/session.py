"""The client that a command uses, from the environment."""

from __future__ import annotations

import locale
import os

import typer

from touchstone_client.client import Touchstone

URL = "TOUCHSTONE_URL"
TOKEN = "TOUCHSTONE_TOKEN"
DEFAULT_URL = "http://127.0.0.1:8000"


def connected() -> Touchstone:
    """A client for the service and token that the environment names.

    :raises typer.BadParameter: there is no token.
    """
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise typer.BadParameter(
            f"{TOKEN} is not set. Make a token on your account page and set it: "
            f"export {TOKEN}=tst_…"
        )
    url = os.environ.get(URL, "").strip() or DEFAULT_URL
    return open_client(url, token)


def open_client(url: str, token: str) -> Touchstone:
    """The client itself, with messages in the language of the terminal."""
    language = (locale.getlocale()[0] or "en").replace("_", "-")
    return Touchstone(url, token, language=language)
