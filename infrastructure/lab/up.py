"""Start a lab in the background and wait until it serves; end it and all it started."""

import fcntl
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infrastructure.lab import identity, standing
from infrastructure.lab.family import ROOT
from infrastructure.lab.labdir import LabDir, read_json
from infrastructure.lab.observe import tools
from infrastructure.lab.waiting import StartError

PATIENCE_S = 90.0
END_GRACE_S = 20.0
POLL_S = 0.05


@dataclass(frozen=True)
class Wish:
    """What the user asked of a new lab."""

    seed: int
    tools_dir: Path
    webhook_url: str | None = None
    webhook_token_file: Path | None = None
    forge_webhook_url: str | None = None
    forge_webhook_secret_file: Path | None = None


def up(lab: LabDir, wish: Wish) -> dict[str, Any]:
    """Start a lab; return its record when everything serves.

    Raises:
        StartError: when one is up already, the folder is not a lab's, or a part does not start.
        ToolsError: when Prometheus or Alertmanager cannot be had.
    """
    _refuse_foreign_folder(lab)
    tools.provide(wish.tools_dir)
    with _locked(lab) as lock:
        down(lab)  # what an earlier lab may have left
        _forget(lab)
        process = _spawn(lab, wish, lock)
    try:
        _wait_record(lab, process)
    except BaseException:
        process.terminate()  # also when the user loses patience
        process.wait(END_GRACE_S)
        raise
    return standing.record(lab)


def _wait_record(lab: LabDir, process: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while (read_json(lab.record) or {}).get("pid") != process.pid:
        if process.poll() is not None:
            raise StartError(f"the lab did not start:\n{_last_words(lab)}")
        if time.monotonic() > deadline_s:
            raise StartError(f"the lab did not start within {PATIENCE_S:g} s:\n{_last_words(lab)}")
        time.sleep(POLL_S)


def down(lab: LabDir) -> bool:
    """End a lab, also one whose supervisor was killed; say whether there was anything to end."""
    supervisor, children = standing.supervisor(lab), standing.living(lab)
    if supervisor is not None:
        identity.end(supervisor, END_GRACE_S)
    for child in children:
        identity.end(child, END_GRACE_S)
    lab.record.unlink(missing_ok=True)
    return supervisor is not None or bool(children)


@contextmanager
def _locked(lab: LabDir) -> Iterator[int]:
    """Hold the lock of the folder; a supervisor that inherits it holds it until it dies."""
    lab.root.mkdir(parents=True, exist_ok=True)
    with lab.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StartError(f"a lab is already up in {lab.root}") from error
        yield lock.fileno()


def _spawn(lab: LabDir, wish: Wish, lock: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "infrastructure.lab", "supervise", "--dir", str(lab.root)]
    command += ["--seed", str(wish.seed), "--tools-dir", str(wish.tools_dir)]
    for option in (
        "webhook_url",
        "webhook_token_file",
        "forge_webhook_url",
        "forge_webhook_secret_file",
    ):
        value = getattr(wish, option)
        if value is not None:
            command += [f"--{option.replace('_', '-')}", str(value)]
    output = lab.output("supervisor")
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("wb") as stream:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            pass_fds=(lock,),  # never looked at, only held
        )


def _refuse_foreign_folder(lab: LabDir) -> None:
    """Keep hands off a folder that holds something other than a lab."""
    if lab.root.exists() and any(lab.root.iterdir()) and not lab.lock.exists():
        raise StartError(f"{lab.root} holds something that is not a lab; choose another --dir")


def _forget(lab: LabDir) -> None:
    """Remove the state of the lab that was here before."""
    states = (lab.cluster, lab.prometheus, lab.alertmanager, lab.loki, lab.forge)
    for folder in (*states, lab.output("x").parent):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (lab.record, lab.faults, lab.processes, lab.images, lab.tokens):
        file.unlink(missing_ok=True)


def _last_words(lab: LabDir) -> str:
    try:
        lines = lab.output("supervisor").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return "it said nothing"
    return "\n".join(lines[-12:])
