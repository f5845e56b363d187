"""Saved answers of a cluster, in whatever files people keep them, into the typed picture."""
