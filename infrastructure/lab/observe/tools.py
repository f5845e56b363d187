"""Find Prometheus and Alertmanager: on the PATH, in the cache, or in Debian's packages."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("prometheus", "prometheus-alertmanager")

NAMES = {
    "prometheus": ("prometheus",),
    "alertmanager": ("prometheus-alertmanager", "alertmanager"),
    "promtool": ("promtool",),
}
"""For each tool the names under which it may be installed; Debian prefixes Alertmanager's."""

BUILT_IN_FOLDER = b"/usr/share/prometheus/alertmanager"
"""Where Debian's Alertmanager, and only Debian's, insists on finding its message templates."""

RELATIVE_FOLDER = b"usr/share//prometheus/alertmanager"
"""The same folder, as long, but below the one in which the program runs."""

FETCH_TIMEOUT_S = 300.0

MEND = (
    "install them (on Debian or Ubuntu, as root: "
    "apt-get update && apt-get install prometheus prometheus-alertmanager), "
    "or put prometheus, alertmanager and promtool on the PATH"
)


class ToolsError(Exception):
    """Prometheus or Alertmanager can neither be found nor fetched; the text says what to do."""


@dataclass(frozen=True)
class Tools:
    """Where the programs are."""

    prometheus: Path
    alertmanager: Path
    promtool: Path
    home: Path
    """The folder in which to run them."""


def provide(cache: Path) -> Tools:
    """Find the programs, fetching them into the cache the first time.

    Args:
        cache: a folder of the user's; programs lie in its `bin`.

    Raises:
        ToolsError: when they are not there and cannot be fetched.
    """
    cache = cache.resolve()
    found = find(cache)
    if found is not None:
        return found
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two labs that start at once, one fetches
        found = find(cache)
        if found is None:
            _fetch(cache)
            found = find(cache)
    if found is None:
        raise ToolsError(f"the packages did not hold all of {', '.join(NAMES)}: {MEND}")
    return found


def find(cache: Path) -> Tools | None:
    """Find the programs without fetching anything."""
    path = os.pathsep.join([os.environ.get("PATH", ""), str(cache / "bin")])
    found = {tool: _which(names, path) for tool, names in NAMES.items()}
    prometheus, alertmanager, promtool = (found[tool] for tool in NAMES)
    if prometheus is None or alertmanager is None or promtool is None:
        return None
    return Tools(prometheus, alertmanager, promtool, cache)


def _which(names: tuple[str, ...], path: str) -> Path | None:
    hits = (shutil.which(name, path=path) for name in names)
    return next((Path(hit) for hit in hits if hit), None)


def _fetch(cache: Path) -> None:
    """Download and unpack the packages; nothing is installed, no daemon starts."""
    missing = [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]
    if missing:
        raise ToolsError(f"Prometheus and Alertmanager are missing, and so is {missing[0]}: {MEND}")
    with tempfile.TemporaryDirectory(dir=cache) as scratch_name:
        scratch = Path(scratch_name)
        scratch.chmod(0o755)  # apt drops its privileges while it downloads
        _download(scratch)
        for package in scratch.glob("*.deb"):
            _run(["dpkg-deb", "-x", str(package), str(scratch / "root")], scratch)
        _relocate(scratch / "root/usr/bin/prometheus-alertmanager")
        _keep(scratch / "root", cache)


def _relocate(alertmanager: Path) -> None:
    """Let our copy of Alertmanager find its templates where we may write."""
    program = alertmanager.read_bytes()
    alertmanager.write_bytes(program.replace(BUILT_IN_FOLDER, RELATIVE_FOLDER))


def _keep(root: Path, cache: Path) -> None:
    """Move what is needed into the cache; the programs last, for they are what is looked for."""
    data = cache / RELATIVE_FOLDER.decode()
    data.parent.mkdir(parents=True, exist_ok=True)
    if not data.exists():
        (root / RELATIVE_FOLDER.decode()).rename(data)
    (cache / "bin").mkdir(exist_ok=True)
    for names in NAMES.values():
        for program in (root / "usr/bin" / name for name in names):
            if program.exists():
                program.replace(cache / "bin" / program.name)


def _download(folder: Path) -> None:
    command = ["apt-get", "download", *PACKAGES]
    try:
        _run(command, folder)
    except ToolsError:
        if os.geteuid() != 0:
            raise
        _run(["apt-get", "update"], folder)  # a fresh machine has no index yet
        _run(command, folder)


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=FETCH_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolsError(f"{' '.join(command)} took over {FETCH_TIMEOUT_S:g} s: {MEND}") from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ToolsError(f"{' '.join(command)} failed ({last}): {MEND}")
