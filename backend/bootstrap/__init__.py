"""The composition root, one module per program, so that none loads what only another needs."""
