"""The console's forms: they parse and check shape; whether it may be done, operations decide."""
