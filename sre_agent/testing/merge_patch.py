"""JSON merge patches as an API server applies them, for small clusters in tests and benchmarks."""

import copy
from typing import Any

Json = dict[str, Any]


def merged(target: Json, patch: Json) -> Json:
    """Return what a JSON merge patch (RFC 7386) makes of an object; both stay as they are."""
    result = copy.deepcopy(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            inner = result.get(key)
            result[key] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            result[key] = value
    return result
