"""An incident's evidence, sorted: what it speaks of, by whom, since when."""
