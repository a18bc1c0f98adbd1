"""What an operator runs: commands, scheduled jobs, the embedded database."""
