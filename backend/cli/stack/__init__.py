"""The whole platform on one machine, without containers: what runs, with what, and in which order."""
