"""Cost ledger, value, return on investment."""
