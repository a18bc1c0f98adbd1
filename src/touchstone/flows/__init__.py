"""One module for each journey that crosses apps."""
