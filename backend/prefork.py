"""A program that is back at once when it is killed: `python -m backend.prefork MODULE [ARGUMENTS]`.

Loading a program's code takes seconds, running it from there on a tenth of one. So one process loads
the module, as it is named to `python -m`, and does nothing else; each life of the program is a fork
of it. It opens nothing, holds nothing that the program does not, and serves nobody.

A life that ends by itself ends both: with what code, is for the supervisor to judge, who also loads
anew what changed on disk. One that a signal killed is followed by the next.
"""

import ctypes
import gc
import importlib
import importlib.util
import json
import os
import runpy
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

_LIVES_MAX, _LIVES_WITHIN_S = 5, 10.0
"""Who dies more often has no accident: the supervisor shall load it anew."""

_PR_SET_PDEATHSIG = 1
_HEEDED = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGCHLD})


def keep(program: Callable[[], int]) -> int:
    """Run the program in a fork, and again whenever a signal killed it; return its exit code.

    SIGTERM and SIGINT are handed on. With this process ends its fork, however this one ends.
    Returns from both: in a fork with what the program returned.
    """
    lives: deque[float] = deque(maxlen=_LIVES_MAX)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEEDED)
    is_ending = False
    while True:
        keeper = os.getpid()
        lives.append(time.monotonic())
        child = os.fork()
        if child == 0:
            _die_with(keeper)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            return program()
        status = None
        while status is None:
            caught = signal.sigwait(_HEEDED)
            if caught != signal.SIGCHLD:
                is_ending = True
                os.kill(child, caught)
            status = _ended(child)
        code = os.waitstatus_to_exitcode(status)
        is_hopeless = len(lives) == _LIVES_MAX and time.monotonic() - lives[0] < _LIVES_WITHIN_S
        if code >= 0 or is_ending or is_hopeless:
            return code if code >= 0 else 128 - code
        said = {"event": "program_killed", "level": "warning", "pid": child, "signal": -code}
        sys.stderr.write(f"{json.dumps(said)}\n")  # no library is loaded that the program may not


def load(module: str) -> None:
    """Import a module that can be run, and all that it needs, without running it.

    Raises:
        ModuleNotFoundError: There is none of that name.
        RuntimeError: It begins threads while it is loaded, which no fork would have. Python's are
            meant: a library in C sees to its own, as numpy's BLAS does.
    """
    found = importlib.util.find_spec(module)
    if found is None:
        raise ModuleNotFoundError(f"no module is called {module}")
    importlib.import_module(f"{module}.__main__" if found.submodule_search_locations else module)
    if threading.active_count() > 1:
        raise RuntimeError(f"{module} begins threads while it is loaded: run it by itself")


def run(module: str, arguments: Sequence[str]) -> int:
    """Run a loaded module as `python -m` would; return its exit code."""
    sys.argv = [module, *arguments]
    # It is run once more under its other name, which is no mistake here.
    for loaded in (module, f"{module}.__main__"):
        if not hasattr(sys.modules.get(loaded), "__path__"):
            sys.modules.pop(loaded, None)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return 0


def _ended(child: int) -> int | None:
    done, status = os.waitpid(child, os.WNOHANG)
    return status if done else None


def _die_with(keeper: int) -> None:
    """Have the kernel end this process with its parent: nobody shall meet an orphan at its port."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != keeper:
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    """Load the module that the arguments name, and keep it running."""
    if len(sys.argv) < 2:
        sys.stderr.write("usage: python -m backend.prefork MODULE [ARGUMENTS]\n")
        return 2
    _, module, *arguments = sys.argv
    gc.disable()  # it would look through what is loaded by then again and again, a sixth of the time
    try:
        load(module)
    except (ModuleNotFoundError, RuntimeError) as error:
        sys.stderr.write(f"{module} cannot be run: {error}\n")
        return 2
    gc.freeze()  # what the garbage collector does not touch stays shared by both processes
    gc.enable()
    return keep(lambda: run(module, arguments))


if __name__ == "__main__":
    sys.exit(main())
