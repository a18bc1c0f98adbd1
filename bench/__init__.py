"""Side-by-side measurements: each figure is a ratio to a peer or to a limit of the same run."""
