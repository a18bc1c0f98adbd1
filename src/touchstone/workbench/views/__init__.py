"""Views: one call to a flow each, then the page."""
