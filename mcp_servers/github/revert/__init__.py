"""The inverse of one change on top of today's branch: computed without a working copy, never forced."""
