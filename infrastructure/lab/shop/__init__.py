"""The shop: the small HTTP service that every pod of the lab runs, and the load upon it."""
