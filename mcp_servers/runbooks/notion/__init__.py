"""Runbooks kept as the pages of a Notion database."""
