"""Fields of Prometheus' JSON, which may be missing or hold a stand-in for nothing."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mcp_servers.common.limits import cut

_FRACTION = re.compile(r"(\.\d{6})\d+")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def texts(labels: Mapping[str, Any] | None) -> dict[str, str]:
    """Return labels or annotations, long texts cut."""
    return {name: cut(str(text)) for name, text in (labels or {}).items()}


def moment(text: str | None) -> datetime | None:
    """Return a moment in UTC, or None for none and for Go's year 1, which means never."""
    if not text or text.startswith("0001-"):
        return None
    return datetime.fromisoformat(_FRACTION.sub(r"\1", text)).astimezone(UTC)


def seconds(text: str | None) -> float | None:
    """Return a duration such as `1m30s` in seconds, or None."""
    parts = _DURATION.findall(text or "")
    return sum(float(number) * _UNIT_S[unit] for number, unit in parts) if parts else None
