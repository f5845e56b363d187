"""The client side of MCP: calls with deadlines, whose every outcome is a typed result."""
