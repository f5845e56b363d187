"""Whether a YAML text stays within reason once its aliases are followed."""

from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_DEPTH = 100
"""No object of Kubernetes comes near; the loader itself would exhaust the stack far deeper."""
MAX_NODES = 5_000_000
"""Values of a text, each as often as aliases repeat it; aliases of aliases grow without end."""


def are_kept(text: str, loader: Any) -> bool:
    """Return whether a text is neither nested nor repeated beyond reason; it is read but not built.

    Raises:
        yaml.YAMLError: The text is no YAML.
    """
    read = _Read()
    return all(read.takes(event) for event in yaml.parse(text, Loader=loader))


@dataclass
class _Read:
    """How many values there are up to an event, what is open, and how large each anchor is."""

    total: int = 0
    open: list[tuple[str | None, int]] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def takes(self, event: yaml.Event) -> bool:
        """Count an event; return whether all is within bounds still."""
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
        return len(self.open) <= MAX_DEPTH and self.total <= MAX_NODES

    def _size(self, anchor: str | None) -> int:
        """Return how many values an alias repeats; within itself it would never end."""
        is_open = any(anchor == each for each, _ in self.open)
        return MAX_NODES if is_open else self.sizes.get(anchor or "", 1)
