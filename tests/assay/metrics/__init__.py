"""Tests of assay.metrics."""
