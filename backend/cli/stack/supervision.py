"""supervisord: its configuration, starting it, asking it, ending it."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from backend.cli.stack.files import write_secret
from backend.cli.stack.layout import Layout
from backend.cli.stack.programs import Program
from sre_agent.domain.errors import PermanentError

_STOP_S = 30.0
_KILL_S = 10.0
_LOST = re.compile(r"""["\n]|\s[;#]|^'|'$""")

_HEAD = """\
[unix_http_server]
file={socket}
chmod=0700

[supervisord]
pidfile={pidfile}
logfile={logs}/supervisord.log
logfile_maxbytes=1MB
logfile_backups=1
childlogdir={logs}
directory={root}
nodaemon=false
silent=true
umask=077
{user}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{socket}
"""

_PROGRAM = """
[program:{name}]
command={command}
environment={environment}
priority={priority}
autorestart=true
startsecs=0
startretries=1000000
stopwaitsecs=10
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=1
"""


def render(layout: Layout, programs: Sequence[Program]) -> str:
    """Return the configuration for the programs.

    Raises:
        PermanentError: The folder or a variable holds what the supervisor would read otherwise.
    """
    if "%" in str(layout.root):
        raise PermanentError(f"the folder {layout.root} has a % in its name: use another")
    logs = layout.logs
    parts = [
        _HEAD.format(
            socket=layout.supervisor_socket,
            pidfile=layout.supervisor_pid,
            logs=logs,
            root=layout.root,
            user="user=root\n" if os.geteuid() == 0 else "",
        )
    ]
    parts += [
        _PROGRAM.format(
            name=program.name,
            # The supervisor expands %, then splits the line as a shell would.
            command=shlex.join(program.command).replace("%", "%%"),
            environment=",".join(
                f'{name}="{_value(name, value)}"'
                for name, value in sorted(program.environment.items())
            ),
            priority=program.priority,
            logs=logs,
        )
        for program in programs
    ]
    return "".join(parts)


def apply(layout: Layout, programs: Sequence[Program]) -> None:
    """Run exactly these programs: start the supervisor, or tell the running one what changed.

    Raises:
        PermanentError: The supervisor refused; its words are in the message.
    """
    layout.logs.mkdir(parents=True, exist_ok=True)
    write_secret(layout.supervisor_conf, render(layout, programs))
    if pid(layout) is None:
        layout.supervisor_socket.unlink(missing_ok=True)
        _run("supervisor.supervisord", layout)
    else:
        _run("supervisor.supervisorctl", layout, "update")


def restart(layout: Layout, name: str) -> None:
    """Restart one program."""
    _run("supervisor.supervisorctl", layout, "restart", name)


def status(layout: Layout) -> dict[str, str]:
    """Return each program's state, such as RUNNING, in the supervisor's words."""
    if pid(layout) is None:
        return {}
    done = _call("supervisor.supervisorctl", layout, "status")
    rows = (line.split(maxsplit=2) for line in done.stdout.splitlines() if line.strip())
    return {row[0]: " ".join(row[1:]) for row in rows}


def stop(layout: Layout) -> bool:
    """End the supervisor and all its programs; return whether there was one.

    One that does not end when asked is killed with its programs: they are built to be, at any moment.

    Raises:
        PermanentError: It does not even end then.
    """
    running = pid(layout)
    if running is None:
        return False
    os.kill(running, signal.SIGTERM)
    if not _is_gone(layout, _STOP_S):
        _kill(running)
        if not _is_gone(layout, _KILL_S):
            told = f"the supervisor (process {running}) cannot be killed; see {layout.logs}"
            raise PermanentError(told)
    layout.supervisor_socket.unlink(missing_ok=True)
    return True


def _is_gone(layout: Layout, within_s: float) -> bool:
    deadline_s = time.monotonic() + within_s
    while pid(layout) is not None:
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.05)
    return True


def _kill(supervisor: int) -> None:
    """Kill it before its programs: it would start them again. Each program leads a group of its own."""
    programs = Path("/proc", str(supervisor), "task", str(supervisor), "children").read_text(
        "ascii"
    )
    os.kill(supervisor, signal.SIGKILL)
    for program in map(int, programs.split()):
        with suppress(ProcessLookupError):
            os.killpg(program, signal.SIGKILL)


def pid(layout: Layout) -> int | None:
    """Return the supervisor's process id, if it is alive and ours."""
    try:
        number = int(layout.supervisor_pid.read_text(encoding="utf-8"))
        command = Path("/proc", str(number), "cmdline").read_bytes()
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return number if str(layout.supervisor_conf).encode() in command else None


def _run(module: str, layout: Layout, *arguments: str) -> None:
    done = _call(module, layout, *arguments)
    if done.returncode != 0:
        raise PermanentError(f"{module}: {done.stderr.strip() or done.stdout.strip()}")


def _call(module: str, layout: Layout, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, "-c", str(layout.supervisor_conf), *arguments]
    # An environment of our own: what a shell happens to export is no setting of the platform.
    keep = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}  # noqa: TID251 - passed on, not read
    return subprocess.run(  # noqa: S603 - our own words
        command, cwd=layout.root, env=keep, capture_output=True, text=True, check=False
    )


def _value(name: str, value: str) -> str:
    """Return a variable's value as the supervisor reads it back: quoted, and nothing expanded.

    Raises:
        PermanentError: It has what the supervisor, which knows no escapes, would lose.
    """
    if _LOST.search(value):
        raise PermanentError(
            f"{name} holds a double quote, a line break, quotes around it, or ; or # after a blank:"
            " write it without"
        )
    return value.replace("%", "%%")
