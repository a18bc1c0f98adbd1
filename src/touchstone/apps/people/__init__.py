"""Users, roles, vendors, annotators, tokens."""
