"""What every MCP server shares: the skin, the door, the envelope, limits and grants."""
