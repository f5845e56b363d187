"""Routes of clusters: which there are, connecting one, how it is, letting go of it."""
