"""Risks and loose ends that harm nobody now: no cause where something really fails."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.causes import Finding


def weigh(board: Board, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak against what fails nobody, where something else does."""
    if not board.entry(hypothesis).quiet:
        return
    for ref in sorted(board.firm, key=str):
        for item in board.firm[ref]:
            if not board.entry(item).quiet:
                yield Suspect(hypothesis.fault_class, hypothesis.object).speaks_against(
                    "description.harms_nobody",
                    weights.HARMS_NOBODY,
                    f"it fails no request by itself, and {item.fault_class} of {ref.name} does",
                    item.findings[0].evidence_ids,
                )
                return
