"""JSON files that hold secrets: readable by their owner only, and never seen half written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write(path: Path, document: dict[str, Any]) -> None:
    """Put a document into a file, at once."""
    draft = path.with_name(path.name + ".tmp")
    draft.unlink(missing_ok=True)
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
    draft.replace(path)
