"""What is said of a revert: in the message of its commit, and of branches that are there already."""

from mcp_servers.common.envelope import RefusedError
from mcp_servers.github.changes import Change

UNCHECKED = "no check reports in this repository: what is merged is not checked"


def message(change: Change, reason: str) -> tuple[str, str]:
    """Return the subject and the whole message of a revert, as git words it."""
    subject = f'Revert "{change.subject}"'
    of = f"pull request #{change.pull}, which ended with" if change.pull else "commit"
    lines = [subject, "", f"This takes back {of} {change.tip.sha}."]
    return subject, "\n".join([*lines, "", reason] if reason else lines)


def is_there_already(branch: str) -> str:
    """Return the warning that nothing is left to be made."""
    return f"branch {branch} is there already, with this very revert"


def taken(branch: str) -> RefusedError:
    """Return the refusal of a branch that holds something else."""
    return RefusedError("branch_taken", f"branch {branch} is there already, with something else")


def changes_nothing(change: Change) -> RefusedError:
    """Return the refusal of a change that has no content."""
    reason = f"{change.short} changes no file: there is nothing to take back"
    return RefusedError("nothing_to_revert", reason)
