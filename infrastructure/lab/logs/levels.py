"""The level of a line, found as Loki finds `detected_level`."""

import re
from collections.abc import Mapping

UNKNOWN = "unknown"
_LEVELS = {
    "trace": "trace",
    "trc": "trace",
    "debug": "debug",
    "dbg": "debug",
    "info": "info",
    "inf": "info",
    "information": "info",
    "warn": "warn",
    "wrn": "warn",
    "warning": "warn",
    "error": "error",
    "err": "error",
    "critical": "critical",
    "fatal": "fatal",
}
_FIELDS = ("level", "LEVEL", "Level", "severity", "SEVERITY", "Severity", "lvl", "LVL", "Lvl")
_NAMES = r"(?:level|log\.level|lvl|severity|severity_text|severitytext)"
_JSON_FIELD = re.compile(rf'"{_NAMES}"\s*:\s*"([^"]*)"', re.IGNORECASE)
_LOGFMT_FIELD = re.compile(rf'(?:^|\s){_NAMES}="?([^"\s]*)', re.IGNORECASE)
_WORD = re.compile(rf"\b({'|'.join(_LEVELS)})\b", re.IGNORECASE)


def level_of(line: str, labels: Mapping[str, str]) -> str:
    """Return the level that labels, a field of the line, or its words tell; else `unknown`."""
    for name in _FIELDS:
        if name in labels:
            return _LEVELS.get(labels[name].lower(), labels[name])
    pattern = _JSON_FIELD if line.startswith("{") else _LOGFMT_FIELD
    field = pattern.search(line)
    if field is not None and field[1].lower() in _LEVELS:
        return _LEVELS[field[1].lower()]
    word = _WORD.search(line)
    return _LEVELS[word[1].lower()] if word else UNKNOWN
