"""LogQL: from query text to a typed tree."""
