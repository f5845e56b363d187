"""Lines that log or measure: those that can do nothing else, and those that look as if they did nothing else."""

import re
from collections.abc import Iterable

from sre_agent.diagnosis.changes.languages import Language
from sre_agent.diagnosis.changes.patch import Patch
from sre_agent.diagnosis.changes.sides import Sides

_STATEMENT = re.compile(
    r"^\s*(?:(?:self|this|cls)\.)?_?(?:log|logger|logging|slog|klog|glog|logrus|console)\."
    r"(?:trace|debug|info|notice|warn|warning|error|log|print)(?:f|ln|w)?\((?P<said>.*)\)\s*;?\s*$",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\s*(?:(?:\w+\s*=\s*)?(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\w+)\s*(?:,\s*|$))*"
)
"""Quoted words and plain names: reading them does nothing and cannot fail."""
_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_TAKES_MORE = re.compile(r"\s*[\[(`/+.*,?-]")
"""What JavaScript takes for more of a statement that no semicolon ends."""
_BODY_NEXT = re.compile(
    r"^\s*(?:\}?\s*else\b|if\b|for\b|while\b)[^{]*$|\)\s*$|=>\s*$|[=,(+&|.]\s*$"
)
"""What the next statement belongs to: a branch without braces, an expression that goes on."""
_MEASURES = re.compile(
    r"\b(?:prometheus|metrics?|histogram|counter|gauge|statsd|logger|logging|logrus|slog|zap|klog|console|"
    r"tracer|span|otel|opentelemetry|telemetry)\b|\blog\.|\bLOG_[A-Z]+\(|\b\w+\.(?:inc|observe)\(|"
    r"\battribute\.\w+\(|^\s*(?:Name|Help|Buckets):|\btime\.(?:now|since)\(|^\s*(?:fmt\.)?print(?:f|ln)?\(",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\b(?:fatal|panic|exit)\w*\(", re.IGNORECASE)
"""What ends the program once it is logged."""
_STRUCTURE = re.compile(r"^[\s{}()\[\],;]*$")


def is_proven(hunk: Sides, language: Language) -> bool:
    """Return whether all that a hunk takes away and adds are statements that log what is there anyway."""
    removed = frozenset(hunk.removed)
    names = _names(line for at, line in enumerate(hunk.before) if at not in removed)
    for side, changed in ((hunk.before, hunk.removed), (hunk.after, hunk.added)):
        for at in changed:
            said = _said(side[at])
            above = next((line for line in reversed(side[:at]) if line.strip()), "")
            if said is None or _BODY_NEXT.search(above):
                return False
            below = next((line for line in side[at + 1 :] if line.strip()), "")
            is_open = language.name == "js" and not side[at].rstrip().endswith(";")
            if is_open and _TAKES_MORE.match(below):
                return False
            if not language.is_checked and not _names([_TEXT.sub("", said)]) <= names:
                return False
    # Where indentation makes blocks, the last statement of one cannot be taken away.
    return language.is_braced or len(hunk.added) >= len(hunk.removed)


def is_about_measuring(patch: Patch) -> bool:
    """Return whether each line that is taken away or added speaks of logs or measures."""
    changed = [line for line in (*patch.added, *patch.removed) if not _STRUCTURE.match(line)]
    is_all = bool(changed) and all(map(_MEASURES.search, changed))
    return is_all and not any(map(_ENDS.search, patch.added))


def _said(line: str) -> str | None:
    found = _STATEMENT.match(line)
    return found["said"] if found and _SAID.fullmatch(found["said"]) else None


def _names(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(name for line in lines for name in re.findall(r"[A-Za-z_]\w*", line))
