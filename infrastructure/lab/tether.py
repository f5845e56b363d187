"""Tie a child process to its parent: when the parent dies, however it dies, the child is told."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def prepare() -> Callable[[], None]:
    """Return what a child has to do between fork and exec.

    All that allocates or imports is done here, in the parent: between fork and exec it would not
    be safe. On systems other than Linux the child is not tied.
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent_pid = os.getpid()

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent_pid:  # the parent died before the tie held
            os.kill(os.getpid(), signal.SIGTERM)

    return tie
