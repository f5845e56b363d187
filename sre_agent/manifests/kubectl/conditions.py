"""Reading the tables of conditions in descriptions."""

from datetime import datetime
from functools import lru_cache

from sre_agent.domain.cluster.meta import Condition
from sre_agent.manifests.kubectl.outline import Block
from sre_agent.manifests.kubectl.times import moment

_SHORT = (2, 3)
"""Type and Status, and maybe Reason: the columns of pods and Deployments."""


def conditions(block: Block) -> tuple[Condition, ...]:
    """Return the conditions under a block, whichever columns its version of kubectl prints."""
    lines = [line.text for line in block.blocks]
    if not lines:
        return ()
    columns = _columns(lines[0])
    titles = len(columns)
    return tuple(
        _short(line, titles) or _condition(line, columns)
        for line in lines[1:]
        if not line.startswith("----")
    )


@lru_cache(maxsize=256)
def _columns(heading: str) -> dict[str, tuple[int, int | None]]:
    titles = heading.split()
    starts: list[int] = []
    at = 0
    for title in titles:
        at = heading.index(title, at)
        starts.append(at)
        at += len(title)
    ends: list[int | None] = [*starts[1:], None]
    return dict(zip(titles, zip(starts, ends, strict=True), strict=True))


def _short(line: str, titles: int) -> Condition | None:
    """Return a condition of words alone, without times and sentences, which most of them are."""
    words = line.split()
    if titles not in _SHORT or len(words) != titles:
        return None
    type_, status, reason = (*words, "")[:3]
    return Condition(type=type_, status=status, reason=reason)


def _condition(line: str, columns: dict[str, tuple[int, int | None]]) -> Condition:
    def told(title: str) -> str:
        start, end = columns.get(title, (len(line), None))
        return line[start:end].strip()

    changed: datetime | None = moment(told("LastTransitionTime"))
    return Condition(
        type=told("Type"),
        status=told("Status"),
        reason=told("Reason"),
        message=told("Message"),
        changed_at=changed,
    )
