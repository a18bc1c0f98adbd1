"""Touchstone beside Label Studio and doccano: the same work, the same driver, the same database.

The peers are installed from PyPI into environments of their own under `build/rivals`, never into
ours, and each gets a PostgreSQL of its own with the programs and the settings that ours has.
"""
