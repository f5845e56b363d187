"""What was learned from incidents that have ended: features, likeness, and how right we were. Pure."""
