"""The revisions, oldest first; each states its change in SQL."""
