"""Keep a program of the platform running, unmodified, and kill it at one crossing of one border.

`python kill_launcher.py NAME MODULE` counts each crossing of the borders between the program and its
libraries (commits, checkpoints, jobs, requests and answers). It notes them in `CROSSINGS`, and where
`ORDERS` names one, ends itself there with SIGKILL: nothing that it would still have done is done.
"""

import importlib
import os
import sys
from pathlib import Path

from kill_borders import Borders

from backend import prefork

WATCHED = {
    "worker": ("commits", "runs", "requests"),
    "signer": ("commits", "answers"),
    "hands": ("cluster", "answers"),
    "api": ("commits", "answers"),
}
"""The borders of each program; only what it loads itself is loaded for them."""


def main() -> None:
    """Watch the borders of a program, and run it as `python -m backend.prefork MODULE` would."""
    name, module = sys.argv[1:3]
    borders = Borders(name, Path(os.environ["ORDERS"]), Path(os.environ["CROSSINGS"]))
    for border in WATCHED[name]:
        importlib.import_module(f"kill_watch_{border}").watch(borders)
    sys.argv = ["prefork", module]
    sys.exit(prefork.main())


if __name__ == "__main__":
    main()
