"""The console's views, one module for each noun. A view makes one call, then renders."""
