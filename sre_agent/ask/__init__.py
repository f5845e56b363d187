"""Answers people's questions from what the platform knows: read, cited, and never guessed."""
