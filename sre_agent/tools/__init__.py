"""The brain's side of MCP: calls with deadlines, answered in typed results."""
