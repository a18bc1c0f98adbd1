"""The queue, assignments and judgments."""
