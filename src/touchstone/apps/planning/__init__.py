"""Projects and their plans: standards, staffing, schedules, budgets."""
