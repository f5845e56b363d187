"""The composition root, one module per program, so that none loads what only another needs."""

import gc

# Loading a program makes much and drops nothing. Looking through it for garbage again and again would
# take a fifth of the time until a worker that was killed is back.
gc.set_threshold(50_000, 20, 20)
