"""People and programs that may come in: passwords, sessions, tokens, and how often they may try."""
