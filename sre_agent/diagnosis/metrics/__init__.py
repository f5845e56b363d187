"""What the golden signals say: when they changed, and where."""
