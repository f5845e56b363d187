"""How bad a line is, by whatever tells it first: its own field, its labels, its words."""

import re
from collections.abc import Mapping

ERRORS = frozenset({"error", "critical", "fatal"})
"""The levels that count as errors."""

DETECTED = "detected_level"
"""The label that Loki itself gives a line; its value is `unknown` when it cannot tell."""

DETECTED_ERRORS = ("error", "critical", "fatal")
DETECTED_OTHERS = ("trace", "debug", "info", "warn")

LEVEL_LABELS = ("level", "severity", "lvl", "loglevel", "log_level", "severity_text")
"""Labels of streams that hold a level, if whoever sends the logs made one."""

SUSPICIOUS_WORDS = (
    "(?i)(error|exception|fatal|panic|traceback|critical|emerg"
    r"|(level|severity|lvl)\"?[=:]\s*\"?(err|crit|alert|severe|[56]0))"
)
"""What lines are searched for, by Loki, whose level no label tells."""

_CALLED = {
    "trace": ("trace", "trc", "verbose", "finest", "10"),
    "debug": ("debug", "dbg", "fine", "20"),
    "info": ("info", "inf", "information", "informational", "notice", "30"),
    "warn": ("warn", "wrn", "warning", "40"),
    "error": ("error", "err", "severe", "50"),
    "critical": ("critical", "crit", "alert"),
    "fatal": ("fatal", "panic", "emerg", "emergency", "dpanic", "60"),
}
_LEVELS = {spelling: level for level, spellings in _CALLED.items() for spelling in spellings}
_KLOG = re.compile(r"([IWEF])\d{4} \d\d:\d\d:\d\d")
_KLOG_LEVELS = {"I": "info", "W": "warn", "E": "error", "F": "fatal"}
_HEAD_CHARS = 100
_HEAD = re.compile(
    r"(?<![\w-])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|ALERT|FATAL|PANIC)(?![\w-])"
)
_NO_ERROR = re.compile(
    r"(?i)\b(?:no|0|zero|without)\s(?:\w+\s)?(?:errors?|exceptions?)\b"
    r"|\b(?:errors?|exceptions?)(?:_count|_total)?\"?\s?[=:]\s?(?:0\b|null|none|nil|false|\"\"|$)"
)
_FATAL_WORDS = re.compile(r"(?i)(?<!non-)\b(?:fatal|panic)")
_ERROR_WORDS = re.compile(
    r"(?i:(?<![^\W_])(?:errors?|exceptions?|traceback|critical)(?![^\W_]))"
    r"|\w(?:Error|Exception)\b"
)


def named(spelling: object) -> str | None:
    """Return the level of that name or number, or None when it is none that is known."""
    return _LEVELS.get(str(spelling).strip().lower())


def of_labels(labels: Mapping[str, str]) -> str | None:
    """Return the level that a line's labels tell, or None."""
    for name in (*LEVEL_LABELS, DETECTED):
        level = named(labels.get(name, ""))
        if level:
            return level
    return None


def of_words(text: str) -> str | None:
    """Return the level that plain words tell, or None when they tell of nothing bad."""
    klog = _KLOG.match(text)
    if klog:
        return _KLOG_LEVELS[klog[1]]
    head = _HEAD.search(text, 0, _HEAD_CHARS)
    if head:
        return named(head[1])
    text = _NO_ERROR.sub("", text)
    if _FATAL_WORDS.search(text):
        return "fatal"
    return "error" if _ERROR_WORDS.search(text) else None
