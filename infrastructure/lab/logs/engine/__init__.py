"""Evaluation: from a typed query and stored entries to streams, vectors and matrices."""
