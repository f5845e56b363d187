"""The signing keys of this checkout: changed by the signer's own program, which alone reads them."""

import subprocess
import sys

from backend.cli.stack.layout import Layout
from sre_agent.domain.errors import PermanentError


def run(layout: Layout, *arguments: str) -> str:
    """Run a command of the signer on the keys of this checkout and return what it prints.

    Raises:
        PermanentError: It refused, in its own words.
    """
    places = ["--out", str(layout.signing_key), "--public", str(layout.public_key)]
    command = [sys.executable, "-m", "backend.signer", *arguments, *places]
    done = subprocess.run(  # noqa: S603 - our own program
        command, capture_output=True, text=True, check=False, cwd=layout.root
    )
    if done.returncode != 0:
        raise PermanentError(f"the signing keys stay as they are: {_reason(done.stderr)}")
    return done.stdout


def _reason(said: str) -> str:
    """Return why, out of the signer's log."""
    return said.strip().partition("reason=")[2].strip("'\" \n") or said.strip()
