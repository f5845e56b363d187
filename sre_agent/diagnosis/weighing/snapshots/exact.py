"""Two names for one trouble: the one that says more exactly what it is explains the other."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.weighing.snapshots.board import FIRM, Board, support
from sre_agent.domain.causes import Finding, Stance
from sre_agent.domain.ids import EvidenceId


def weigh(board: Board, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak against what a narrower suspect explains, and for what explains a wider one."""
    suspect = Suspect(hypothesis.fault_class, hypothesis.object)
    narrower = _narrower(board, hypothesis)
    if narrower:
        yield suspect.speaks_against(
            "description.narrower_cause",
            weights.NARROWER_EXPLAINS,
            f"better described as {narrower.fault_class} ({narrower.statement})",
            _ids(narrower),
        )
    wider = _wider(board, hypothesis)
    if wider:
        yield suspect.speaks_for(
            "description.explains",
            weights.EXPLAINS_WHAT_IS_SEEN,
            f"it explains what else is seen: {wider.statement}",
            _ids(wider),
        )


def _narrower(board: Board, hypothesis: Hypothesis) -> Hypothesis | None:
    found = (
        item
        for ref in board.kin(hypothesis.object)
        for item in board.firm.get(ref, ())
        if board.catalogue.explains(item.fault_class, hypothesis.fault_class)
    )
    return min(found, key=lambda item: (-support(item), item.fault_class), default=None)


def _wider(board: Board, hypothesis: Hypothesis) -> Hypothesis | None:
    """Return the best supported of what an object shows and its suspect explains."""
    if support(hypothesis) < FIRM:
        return None
    found = (
        item
        for item in board.firm.get(hypothesis.object, ())
        if board.catalogue.explains(hypothesis.fault_class, item.fault_class)
    )
    return min(found, key=lambda item: (-support(item), item.fault_class), default=None)


def _ids(hypothesis: Hypothesis) -> list[EvidenceId]:
    spoken = (item for item in hypothesis.findings if item.stance is Stance.FOR)
    return [id_ for item in spoken for id_ in item.evidence_ids]
