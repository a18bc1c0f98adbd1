"""Touchstone: labeling programmes, from the request to the return."""
