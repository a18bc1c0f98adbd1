"""Systems, runs, metrics, comparisons."""
