"""Clusters that are connected: their sealed tokens, the ways to their servers, and how these are checked."""
