"""Task types, label schemas, versioned guidelines."""
