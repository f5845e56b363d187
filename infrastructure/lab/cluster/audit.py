"""The audit log: one JSON line for every request that wanted to write, refused ones included."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

BODY_LIMIT = 64 * 1024
"""Characters of a request body that are kept."""


@dataclass(frozen=True)
class Entry:
    """One write request and how it ended; `status` is the HTTP status."""

    at: str
    user: str
    verb: str
    resource: str
    subresource: str
    namespace: str
    name: str
    dryRun: bool  # noqa: N815 - the log's own spelling, after the API's
    status: int
    requestBody: Any  # noqa: N815 - the log's own spelling, after the API's
    resourceVersion: str  # noqa: N815 - the log's own spelling, after the API's
    uid: str
    generation_before: int | None
    generation_after: int | None
    annotations_added: dict[str, str]


class AuditLog:
    """Appends to the log file; each line is on disk (flushed) before the request is answered."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", errors="replace")

    def append(self, entry: Entry) -> None:
        """Write one line."""
        self._file.write(json.dumps(asdict(entry), separators=(",", ":")) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def body_of(raw: bytes) -> Any:
    """Return a request body as the log keeps it: parsed if it is JSON, else its first characters."""
    if len(raw) > BODY_LIMIT:
        return raw[:BODY_LIMIT].decode(errors="replace")
    try:
        return json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return raw.decode(errors="replace")


def added_annotations(before: dict[str, Any] | None, after: dict[str, Any]) -> dict[str, str]:
    """Return the annotations that are new or changed, on the object and on its pod template."""
    return {
        key: value
        for key, value in _annotations(after).items()
        if before is None or _annotations(before).get(key) != value
    }


def _annotations(obj: dict[str, Any]) -> dict[str, str]:
    own = obj.get("metadata", {}).get("annotations") or {}
    template = (obj.get("spec") or {}).get("template") or {}
    inner = (template.get("metadata") or {}).get("annotations") or {}
    return {**{f"spec.template:{key}": value for key, value in inner.items()}, **own}
