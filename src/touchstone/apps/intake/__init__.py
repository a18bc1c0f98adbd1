"""Labeling requests and their triage."""
