"""Exposure to harmful content: its limits, breaks, consent. Nobody is asked how they feel."""
