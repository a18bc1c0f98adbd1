"""Tests of assay.consensus."""
