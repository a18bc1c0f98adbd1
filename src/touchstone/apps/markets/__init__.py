"""Locales, markets, calendars, currencies."""
