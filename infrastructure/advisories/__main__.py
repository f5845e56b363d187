"""`python -m infrastructure.advisories`: is anything that is locked known to be vulnerable?

Fails when there is, or with `--require` when a service cannot be asked. Without it, what nobody
looked at is told in capitals and does not fail: a laptop on a train has to build too.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from infrastructure.advisories import judging
from infrastructure.advisories.judging import Accepted, Answer

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 60
_QUIET = ["--progress-spinner", "off", "--timeout", "5"]
_OFFLINE = "the advisory service cannot be reached"


def main() -> int:
    """Ask for each lock, tell, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--require", action="store_true", help="fail when nobody can be asked")
    is_required = parser.parse_args().require
    raw = yaml.safe_load(Path(__file__).with_name("accepted.yaml").read_text("utf-8"))
    accepted = TypeAdapter(tuple[Accepted, ...]).validate_python(raw)
    answers = [_python("requirements-dev.lock"), _npm()]
    for answer in answers:
        sys.stdout.write(
            f"{answer.lock}: {answer.looked_at} packages looked at, "
            f"{len(answer.advisories)} advisories\n"
        )
        for why in answer.unread:
            sys.stdout.write(f"  NOT AUDITED: {why}\n")
    faults = judging.faults(answers, accepted, datetime.now(UTC).date())
    sys.stdout.writelines(f"  {fault}\n" for fault in faults)
    is_blind = any(answer.unread for answer in answers)
    return 1 if faults or (is_required and is_blind) else 0


def _python(lock: str) -> Answer:
    said = _json(
        [sys.executable, "-m", "pip_audit", "-r", lock, "--disable-pip", *_QUIET, "-fjson"]
    )
    return judging.of_pip_audit(lock, said) if said else Answer(lock, unread=(_OFFLINE,))


def _npm() -> Answer:
    lock = "dashboard/package-lock.json"
    if shutil.which("npm") is None:
        return Answer(lock, unread=("there is no npm here",))
    said = _json(["npm", "audit", "--json", "--fetch-retries=0", "--prefix", "dashboard"])
    return judging.of_npm_audit(lock, said) if said else Answer(lock, unread=(_OFFLINE,))


def _json(command: Sequence[str]) -> dict[str, Any] | None:
    """Return what a program says; both exit with 1 when they found something."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return answer if isinstance(answer, dict) else None


if __name__ == "__main__":
    sys.exit(main())
