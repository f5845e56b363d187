"""The real `docker-compose` 2.x, which reads a compose file without an engine: Debian's package, unpacked."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from stack_file import ROOT

PLACE = ROOT / ".run/tools/bin/docker-compose"
PACKAGE = "docker-compose"
SUITE = "trixie"
"""The first Debian whose package is compose 2; fetched for an older one too, since it needs nothing."""
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_TIMEOUT_S = 180


class NotThereError(Exception):
    """The program is not here and cannot be fetched; the text says why."""


def provide() -> Path:
    """Return the program, fetching it the first time.

    Raises:
        NotThereError: It cannot be had.
    """
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    with (PLACE.parent.parent / "compose.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not PLACE.exists():
            _fetch()
    return PLACE


def _fetch() -> None:
    missing = [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]
    if missing or not KEYRING.exists():
        raise NotThereError(f"{', '.join(missing) or KEYRING} is not on this machine")
    with tempfile.TemporaryDirectory(dir=PLACE.parent) as scratch_name:
        scratch = Path(scratch_name)
        scratch.chmod(0o755)  # apt drops its privileges while it downloads
        options = _own_archive(scratch)
        _run(["apt-get", *options, "update"], scratch)
        _run(["apt-get", *options, "download", PACKAGE], scratch)
        package = next(scratch.glob(f"{PACKAGE}_2*.deb"), None)
        if package is None:
            raise NotThereError(f"Debian's {SUITE} has no {PACKAGE} 2.x any more")
        _run(["dpkg-deb", "-x", str(package), "root"], scratch)
        program = next((scratch / "root").rglob("cli-plugins/docker-compose"), None)
        if program is None:
            raise NotThereError(f"{package.name} holds no compose plugin")
        program.replace(PLACE)


def _own_archive(scratch: Path) -> list[str]:
    """Return what makes apt look at the newer suite, in folders of our own, on the machine's mirror."""
    mirrors = _mirrors(scratch)
    if not mirrors:
        _run(
            ["apt-get", "update"], scratch
        )  # a fresh machine has no index yet, and names no mirror
        mirrors = _mirrors(scratch)
    if not mirrors:
        raise NotThereError("apt knows no Debian mirror here")
    source = scratch / "sources.list"
    source.write_text(f"deb [signed-by={KEYRING}] {mirrors[0]} {SUITE} main\n", encoding="utf-8")
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (scratch / folder).mkdir(parents=True)
    settings = {
        "Dir::State": scratch / "state",
        "Dir::Cache": scratch / "cache",
        "Dir::Etc::sourcelist": source,
        "Dir::Etc::sourceparts": "-",
        "Acquire::Languages": "none",
    }
    return [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]


def _mirrors(scratch: Path) -> list[str]:
    listed = _run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(COMPONENT)"], scratch)
    lines = [line.split() for line in listed.splitlines() if line.endswith(" main")]
    return [uri for uri, _ in lines if uri.rstrip("/").endswith("/debian")]


def _run(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        raise NotThereError(f"{' '.join(command[:2])} took over {_TIMEOUT_S} s") from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotThereError(f"{command[0]} {command[-1]}: {last}")
    return done.stdout
