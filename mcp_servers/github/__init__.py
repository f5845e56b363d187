"""The GitHub MCP server: what was changed and by whom, and the repairs that take a change back."""
