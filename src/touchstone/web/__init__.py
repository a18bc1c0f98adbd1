"""The console: owners, requesters, QA leads, vendor managers, stakeholders."""
