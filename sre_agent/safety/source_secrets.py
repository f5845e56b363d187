"""Secrets that another line gives away, in files and in their diffs: a pair of name and value, a manifest, a key.

Each line is read for the sides of a diff that it stands on: what is taken away stands before, what is
added after, everything else on both. So a text that is no diff is read as one without changes. Each
line is read once; what is found lies within it and leaves its sign.
"""

import re
from collections.abc import Sequence

from sre_agent.safety.source_rows import HEADING, Row, Span, rows_of
from sre_agent.safety.source_sides import Side

_HINT = re.compile(
    r"(?i)pass|pwd|pw\b|secret|token|credential|key|BEGIN|data[\"']?:|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}"
)
_FILE = re.compile(r"(?:---|\+\+\+) (?:[ab]/)?(?P<path>[^\t\n]{1,500})")
_SECRET_KIND = re.compile(r"[\"']?kind[\"']?\s{0,4}:\s{0,4}[\"']?Secret[\"']?,?")


def masked(text: str, mask: str, path: str = "") -> str:
    """Return the text with what other lines give away masked, line by line."""
    parts, end = [], 0
    for start, stop in spans(text, path):
        parts += [text[end:start], mask]
        end = stop
    return "".join((*parts, text[end:]))


def spans(text: str, path: str = "") -> list[Span]:
    """Return where secrets stand that other lines of a text give away, in order.

    Args:
        text: a file, some of its lines or a diff.
        path: the file that it is of, where it does not say so itself.
    """
    if "\n" not in text or not _HINT.search(text):
        return []
    rows = rows_of(text)
    secrets = _manifests_of_secrets(rows)
    found = set[Span]()
    sides = _sides(path)
    for row in rows:
        if named := _path(rows, row):
            sides = _sides(named)
        heading = HEADING.match(row.text)
        for sign, side in sides.items():
            side.is_secret = row.document in secrets
            if heading:
                side.begin(rows_of(f" {heading['context']}")[0])
            elif row.sign in {sign, ""}:
                found.update(side.read(row))
    return _apart(found)


def _sides(path: str) -> dict[str, Side]:
    return {sign: Side(path) for sign in "-+"}


def _path(rows: Sequence[Row], row: Row) -> str:
    """Return of which file the next lines are, where a row is the second of a heading that says so."""
    before = rows[row.place - 1].text if row.place else ""
    found = _FILE.match(row.text) if row.text.startswith("+++ ") else None
    return found["path"] if found and before.startswith("--- ") else ""


def _manifests_of_secrets(rows: Sequence[Row]) -> frozenset[int]:
    return frozenset(row.document for row in rows if _SECRET_KIND.fullmatch(row.rest))


def _apart(found: set[Span]) -> list[Span]:
    """Return spans in order, those that overlap as one."""
    apart = list[Span]()
    for start, stop in sorted(found):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(stop, apart[-1][1]))
        else:
            apart.append((start, stop))
    return apart
