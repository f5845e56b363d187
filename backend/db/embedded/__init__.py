"""PostgreSQL without installing PostgreSQL: the real server, run in the foreground as one of our processes."""
