"""Switches each safety guard off in turn, in a copy, and expects its test to go red."""
