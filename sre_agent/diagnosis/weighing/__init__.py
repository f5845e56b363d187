"""What speaks for and against suspects: in an incident one by one, in `snapshots` among the others."""
