"""The Python SDK of Touchstone and its `touchstone` command; HTTP only."""
