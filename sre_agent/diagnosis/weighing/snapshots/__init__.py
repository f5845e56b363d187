"""What speaks for and against a suspect because of the other suspects and of the whole cluster."""

from collections.abc import Callable, Iterator

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.weighing.snapshots import alerted, exact, expected, quiet, suffered
from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.causes import Finding

Weigher = Callable[[Board, Hypothesis], Iterator[Finding]]

WEIGHERS: tuple[Weigher, ...] = (
    alerted.weigh,
    expected.weigh,
    exact.weigh,
    quiet.weigh,
    suffered.weigh,
)
"""Every one looks at a suspect among the others."""


def findings(board: Board, hypothesis: Hypothesis) -> tuple[Finding, ...]:
    """Return a suspect's own findings, and what the others and the cluster add to them."""
    added = (item for weigh in WEIGHERS for item in weigh(board, hypothesis))
    return (*hypothesis.findings, *added)
