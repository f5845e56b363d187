"""The HTTP face: parameters in, Loki's answers and errors out."""
