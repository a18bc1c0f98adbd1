"""Tests of the annotator's and auditor's screens."""
