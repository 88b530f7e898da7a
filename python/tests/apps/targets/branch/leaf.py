"""In a directory of its own."""
