"""The `touchstone` command: a thin skin over the client, one module for each noun."""

from __future__ import annotations

from touchstone_client.cli.app import app, main

__all__ = ("app", "main")
