"""The domain, in the order of the work; imports go down only."""
