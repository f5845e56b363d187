"""The policy that a command speaks of: that of a folder, else the one the platform here goes by."""

from pathlib import Path

from backend.cli.session import layout
from backend.cli.stack import environment
from sre_agent.config import permissions
from sre_agent.domain.errors import PermanentError
from sre_agent.safety.policy import Policy

_BUILT_IN = "leave it out for POLICY_DIR, or for the built-in rules"


def load(folder: Path | None = None) -> Policy:
    """Return the policy; one that denies everything says why in its fault.

    Raises:
        PermanentError: The folder is none.
    """
    if folder is not None:
        _check(folder)
    place = layout()
    named = environment.read(place.env_file)
    config, chosen = (
        place.root / named[name] if name in named else None
        for name in ("AGENT_CONFIG", "POLICY_DIR")
    )
    return permissions.load_rules(config, folder or chosen)


def sound(folder: Path | None = None) -> Policy:
    """Return the policy, which denies something less than everything.

    Raises:
        PermanentError: It denies everything, or the folder is none.
    """
    rules = load(folder)
    if rules.fault is not None:
        raise PermanentError(
            f"this policy denies everything: {rules.fault}; sre-agent policy check tells all faults"
        )
    return rules


def _check(folder: Path) -> None:
    if folder.is_file():
        raise PermanentError(
            f"{folder} is a file: give the folder of policy files that it lies in, such as "
            f"{folder.parent}, or {_BUILT_IN}"
        )
    if not folder.is_dir():
        raise PermanentError(
            f"there is no folder {folder}: give one of policy files (*.yaml), or {_BUILT_IN}"
        )
