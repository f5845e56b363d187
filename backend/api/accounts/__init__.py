"""Routes of those who come in: people with their sessions, programs with their tokens."""
