"""Measuring the diagnosis on labelled incidents: adapters, which alone know a set, and the table."""
