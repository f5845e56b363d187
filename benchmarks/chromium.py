"""The system's Chromium: where it is, and with which flags it is driven from outside."""

import os
import shutil

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str:
    """Return the browser's path.

    Raises:
        FileNotFoundError: There is none; the message says what to do.
    """
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise FileNotFoundError(
            "There is no Chromium here: apt-get install chromium, or set CHROMIUM"
        )
    return found
