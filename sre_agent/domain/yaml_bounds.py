"""Whether a YAML text stays within reason once its aliases are followed."""

from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_DEPTH = 100
"""No object of Kubernetes comes near; the loader itself would exhaust the stack far deeper."""
MAX_NODES = 5_000_000
"""Values of a text, each as often as aliases repeat it; aliases of aliases grow without end."""


class BeyondBoundsError(yaml.MarkedYAMLError):
    """A text is too long, too deep or repeats itself too often; the message quotes nothing of it."""


def are_kept(text: str, loader: Any) -> bool:
    """Return whether a text is neither nested nor repeated beyond reason; it is read but not built.

    Raises:
        yaml.YAMLError: The text is no YAML.
    """
    return broken(text, loader, MAX_NODES) is None


def broken(text: str, loader: Any, nodes_max: int) -> BeyondBoundsError | None:
    """Return what a text has too much of, and where that begins; None when it is within bounds.

    Raises:
        yaml.YAMLError: The text is no YAML.
    """
    read = _Read(nodes_max)
    for event in yaml.parse(text, Loader=loader):
        read.count(event)
        if told := read.beyond:
            at: Any = event.start_mark  # of the C loader it is another class with the same fields
            return BeyondBoundsError(problem=told, problem_mark=at)
    return None


@dataclass
class _Read:
    """How many values there are up to an event, what is open, and how large each anchor is."""

    nodes_max: int
    total: int = 0
    open: list[tuple[str | None, int]] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def beyond(self) -> str:
        """Return what there is too much of, and what to do; nothing when all is within bounds."""
        if len(self.open) > MAX_DEPTH:
            return f"it is nested more than {MAX_DEPTH} deep: write it flatter"
        if self.total > self.nodes_max:
            return (
                f"it holds more than {self.nodes_max} values, counting what aliases repeat:"
                " write them out, or split the file"
            )
        return ""

    def count(self, event: yaml.Event) -> None:
        """Count an event."""
        match event:
            case yaml.CollectionStartEvent():
                self.open.append((event.anchor, self.total))
                self.total += 1
            case yaml.CollectionEndEvent():
                anchor, before = self.open.pop()
                if anchor is not None:
                    self.sizes[anchor] = self.total - before
            case yaml.AliasEvent():
                self.total += self._size(event.anchor)
            case yaml.ScalarEvent():
                self.total += 1
            case _:
                pass

    def _size(self, anchor: str | None) -> int:
        """Return how many values an alias repeats; within itself it would never end."""
        is_open = any(anchor == each for each, _ in self.open)
        return self.nodes_max + 1 if is_open else self.sizes.get(anchor or "", 1)
