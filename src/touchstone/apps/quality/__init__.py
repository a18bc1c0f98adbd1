"""Gold, audits, adjudication, measurements, lots."""
