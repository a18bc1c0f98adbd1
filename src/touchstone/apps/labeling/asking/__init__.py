"""Questions about items: what annotators ask or report, and what the project answers."""
