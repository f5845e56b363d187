"""Whether writing was stopped, asked before every write and in the middle of long ones."""

from pathlib import Path

from mcp_servers.common.envelope import RefusedError


def require_none(file: Path | None, *, is_kill_switch_set: bool) -> None:
    """Refuse while writing is stopped by the kill switch or by a file.

    Raises:
        RefusedError: `halted`.
    """
    if is_kill_switch_set:
        raise RefusedError("halted", "writes are halted: KILL_SWITCH is set")
    if file is not None:
        _require_no_file(file)


def _require_no_file(file: Path) -> None:
    """Refuse while the file exists, and as long as nobody can look whether it does."""
    try:
        file.stat()
    except FileNotFoundError:
        if file.parent.is_dir():
            return
        why = f"{file.parent} is not there, so that nobody can tell whether writing was stopped"
    except OSError as err:
        why = f"{file} cannot be looked at ({err.strerror})"
    else:
        why = f"{file} exists"
    raise RefusedError("halted", f"writes are halted: {why}")
