"""Aggregation runs."""
