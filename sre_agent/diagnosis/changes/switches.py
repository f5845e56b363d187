"""Feature flags that stand in a repository: which of them a commit switched, and for whom."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis.changes import hunks
from sre_agent.diagnosis.changes.hunks import Hunk, Line

_FLAGS = re.compile(
    r"(?:^|/)(?:feature[-_]?)?(?:flags?|toggles?|features?|switches)(?:[-_.][\w.-]+)?\.(?:ya?ml|json|toml|ini|properties)$|"
    r"(?:^|/)(?:feature[-_]?(?:flags?|toggles?)|flags|toggles|flagd)/[^/]+\.(?:ya?ml|json|toml|ini|properties)$",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"""^(?P<room>\s*)(?:-\s+)?["']?(?P<key>[\w./-]+)["']?\s*[:=]\s*(?P<value>[^\s{\[].*?)?,?\s*$"""
)
_SECTION = re.compile(
    r"""^(?P<room>\s*)(?:-\s+)?(?:\[(?P<table>[\w./-]+)\]|["']?(?P<key>[\w./-]+)["']?\s*[:=]\s*\{?)\s*$"""
)
_OF_A_FLAG = re.compile(
    r"(?:is_?)?(?:enabled|on|active|state|value|default|default_?variant|rollout|percent(?:age)?|weight)",
    re.IGNORECASE,
)
"""Keys that say how a flag stands, so that its name stands above."""


@dataclass(frozen=True)
class Switch:
    """A flag, what it was set to before and is now, and what it stands under; empty where none."""

    flag: str
    before: str
    after: str
    under: str = ""


def is_of_flags(paths: Sequence[str]) -> bool:
    """Return whether a commit touches nothing but files of feature flags."""
    return bool(paths) and all(_FLAGS.search(path) for path in paths)


def read(diff: str) -> tuple[Switch, ...]:
    """Return the flags that a diff of such files sets otherwise, each once."""
    found = (switch for hunk in hunks.read(diff) for switch in _switches(hunk))
    return tuple(dict.fromkeys(found))


def _switches(hunk: Hunk) -> Iterator[Switch]:
    before = dict(_settings(hunk, "-"))
    for place, after in _settings(hunk, "+"):
        was = before.get(place, "")
        if was != after:
            yield Switch(place[-1], was, after, place[-2] if len(place) > 1 else "")


def _settings(hunk: Hunk, sign: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what one side of a hunk sets: the names of the sections around it, and the flag's own."""
    above: list[tuple[int, str]] = []
    for line in hunk.lines:
        if line.sign not in {" ", sign}:
            continue
        section = _section(line)
        setting = _SETTING.match(line.text)
        room = section[0] if section else len(setting["room"]) if setting else None
        if room is not None:
            above = [item for item in above if item[0] < room]
        if section:
            above.append(section)
        elif setting and setting["value"] and line.sign == sign:
            names = [name for _, name in above]
            is_how = bool(_OF_A_FLAG.fullmatch(setting["key"])) and names
            place = tuple(names) if is_how else (*names, setting["key"])
            yield place, setting["value"].strip("\"'")


def _section(line: Line) -> tuple[int, str] | None:
    found = _SECTION.match(line.text)
    if not found:
        return None
    # A table of TOML stands above all that follows, however far that is moved in.
    return (-1, found["table"]) if found["table"] else (len(found["room"]), found["key"])
