"""Environments that freezes name and the policy does not know: such a freeze holds nowhere there."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from sre_agent.safety.freeze_text import FreezeText

_ALIKE = 0.6


@dataclass(frozen=True)
class Stranger:
    """An environment of a freeze that fits none of the policy's, and what may have been meant."""

    freeze: str
    environment: str
    near: tuple[str, ...]
    known: tuple[str, ...]

    @property
    def told(self) -> str:
        """Return what is wrong, and what to write instead."""
        said = f"{self.freeze}: the policy knows no environment {self.environment!r}"
        if self.near:
            return f"{said}, did you mean {' or '.join(self.near)}?"
        if self.known:
            return f"{said}, only {', '.join(self.known)}"
        return f"{said}, nor any other (docs/policy.md tells how it names them)"


def strangers(freezes: Iterable[FreezeText], known: Collection[str]) -> Iterator[Stranger]:
    """Yield the environments, patterns too, that fit none of those that the policy knows."""
    names = sorted(known)
    for one in freezes:
        for wanted in one.environments:
            if not any(fnmatchcase(name, wanted) for name in names):
                near = tuple(get_close_matches(wanted, names, n=2, cutoff=_ALIKE))
                yield Stranger(one.name, wanted, near, tuple(names))
