"""How the arguments of a call are bound into a grant."""

from typing import Any

from sre_agent.domain import canonical


def arguments_sha256(arguments: dict[str, Any]) -> str:
    """Return the hash of a call's arguments without `dry_run`, which chooses a mode and not a deed."""
    return canonical.sha256({key: value for key, value in arguments.items() if key != "dry_run"})
