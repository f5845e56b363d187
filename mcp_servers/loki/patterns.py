"""Complaints counted by template, against the window before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mcp_servers.common.text import shown
from mcp_servers.loki import message
from mcp_servers.loki.answers import ErrorPattern
from mcp_servers.loki.complaints import Complaint
from mcp_servers.loki.templates import template_of
from mcp_servers.loki.window import from_ns

MAX_PATTERNS = 20
MAX_SAMPLE_CHARS = 500
MAX_STACK_CHARS = 200
"""Of each row of a stack trace."""
_STACK_FIRST, _STACK_LAST = 8, 12
_MAX_PODS = 20
_SURGE = 5
"""A pattern this many times as frequent as before counts with the new ones."""


@dataclass(frozen=True, slots=True)
class _Group:
    """The complaints of one template, oldest first."""

    template: str
    complaints: Sequence[Complaint]
    count_before: int

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Sort the new and the surging first, then by number."""
        count = len(self.complaints)
        return count <= _SURGE * self.count_before, -count, self.template


def count(
    now: Iterable[Complaint], before: Iterable[Complaint]
) -> tuple[tuple[ErrorPattern, ...], tuple[str, ...]]:
    """Return the patterns of a window and what was left out; both inputs are oldest first."""
    earlier = Counter(template_of(complaint.message) for complaint in before)
    by_template: dict[str, list[Complaint]] = {}
    for complaint in now:
        by_template.setdefault(template_of(complaint.message), []).append(complaint)
    groups = sorted(
        (_Group(key, found, earlier[key]) for key, found in by_template.items()),
        key=lambda group: group.rank,
    )
    shown_groups, rest = groups[:MAX_PATTERNS], groups[MAX_PATTERNS:]
    left_out: tuple[str, ...] = ()
    if rest:
        lines = sum(len(group.complaints) for group in rest)
        left_out = (
            f"{len(rest)} of {len(groups)} patterns left out, with {lines} error lines in all",
        )
    return tuple(_pattern(group) for group in shown_groups), left_out


def _pattern(group: _Group) -> ErrorPattern:
    first, last = group.complaints[0], group.complaints[-1]
    pods = sorted({complaint.pod for complaint in group.complaints} - {""})
    return ErrorPattern(
        template=group.template,
        level=last.level,
        count=len(group.complaints),
        count_before=group.count_before,
        first_at=from_ns(first.at_ns),
        last_at=from_ns(last.at_ns),
        pods=tuple(shown(pod, 253) for pod in pods[:_MAX_PODS]),
        sample=shown(last.line, MAX_SAMPLE_CHARS),
        stack=_stack(last.line),
    )


def _stack(line: str) -> tuple[str, ...]:
    """Return both ends of a stack trace: languages differ in which of them is the innermost."""
    rows = message.stack(line)
    if len(rows) > _STACK_FIRST + _STACK_LAST:
        rows = (*rows[:_STACK_FIRST], *rows[-_STACK_LAST:])
    return tuple(shown(row, MAX_STACK_CHARS) for row in rows)
