"""Queries, results, samples with their inclusion probabilities."""
