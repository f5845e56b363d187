"""What containers say in their logs: the lines that hold certain words, by workload."""

from collections.abc import Iterator
from dataclasses import dataclass

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

SHOWN = 200
"""Characters of a line that a statement quotes."""


@dataclass(frozen=True)
class Saying:
    """A line that a container of a workload wrote."""

    owner: ObjectRef
    container: str
    line: str
    source: EvidenceId
    is_previous: bool
    count: int

    def quote(self, around: str = "") -> str:
        """Return the line, cut to what can be read; the part after `around` begins if it is long."""
        line = self.line.strip()
        at = max(line.find(around) - SHOWN // 4, 0) if len(line) > SHOWN else 0
        return line[at : at + SHOWN]


def sayings(view: View, *words: str) -> Iterator[Saying]:
    """Yield, for each log that holds any of the words, its last line that does.

    The words are looked for as they are written; the order is that of the snapshot's logs.
    """
    for owner, log, text in view.log_texts:
        if not any(word in text for word in words):
            continue
        lines = [line for line in log.lines if any(word in line for word in words)]
        if lines:
            yield Saying(owner, log.container, lines[-1], log.source, log.is_previous, len(lines))
