"""The account PostgreSQL runs under: it refuses to be root, so root has to lend it another name."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import structlog

ACCOUNT = "pgserver"
"""The system account made for the server when we are root."""

FALLBACK_ACCOUNT = "nobody"
"""Used when this machine lets nobody add an account."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class Account:
    """Who the server runs as: `name` is None when that is simply the present user."""

    name: str | None
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Make a folder the account's, closed to everyone else."""
        path.mkdir(parents=True, exist_ok=True)
        if self.name is not None:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)


def choose() -> Account:
    """Return the present user, or, for root, an account without privileges."""
    if os.geteuid() != 0:
        return Account(name=None, uid=os.geteuid(), gid=os.getegid())
    entry = _find(ACCOUNT) or _add(ACCOUNT) or pwd.getpwnam(FALLBACK_ACCOUNT)
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def open_the_way(path: Path) -> None:
    """Let other accounts walk through (not read) the folders above `path`, where they cannot yet.

    Only root calls this, for folders it owns: a working copy under `/root` would otherwise be out of
    reach of the server that lives in it.
    """
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
            _log.warning("folder_made_traversable", path=str(parent))


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _add(name: str) -> pwd.struct_passwd | None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/sh", name]
    try:
        # Two checkouts may race here: whoever loses finds the account that the other one added.
        subprocess.run(command, check=False, capture_output=True, timeout=20)  # noqa: S603 - fixed words
    except OSError:
        return None
    return _find(name)
