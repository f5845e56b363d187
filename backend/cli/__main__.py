"""`python -m backend.cli`, the same as `sre-agent`."""

from backend.cli.main import app

app()
