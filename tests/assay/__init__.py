"""Tests of the measuring library: published values, identities, properties, simulations."""

from hypothesis import settings

few = settings(max_examples=30, deadline=None, derandomize=True, database=None)
"""Enough examples to find what breaks, the same ones every time."""
