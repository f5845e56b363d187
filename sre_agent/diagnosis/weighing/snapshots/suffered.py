"""Culprit against victim: a workload that only fails because something it calls is broken."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.causes import Finding
from sre_agent.domain.objects import ObjectRef


def weigh(board: Board, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak against a caller whose fault can be feigned by the callee's that is seen."""
    if not board.entry(hypothesis).feigned or len(board.firm) <= 1:
        return
    ref = hypothesis.object
    for callee, source in board.callees.reached_from(ref).items():
        culprit = _culprit(board, callee, ref)
        if culprit:
            yield Suspect(hypothesis.fault_class, ref).speaks_against(
                "victim.callee_is_broken",
                weights.VICTIM_OF_FAILING_CALLEE,
                f"{ref.name} depends on {callee.name}, which fails: {culprit.statement}",
                [source, *culprit.findings[0].evidence_ids],
            )
            return


def _culprit(board: Board, callee: ObjectRef, caller: ObjectRef) -> Hypothesis | None:
    """Return what breaks a callee, unless the callee calls back: then neither excuses the other."""
    found = [
        item
        for ref in (
            callee,
            *(service.meta.ref for service in board.view.services_of.get(callee, ())),
        )
        for item in board.firm.get(ref, ())
        if not board.entry(item).quiet
    ]
    if not found or caller in board.callees.reached_from(callee):
        return None
    return found[0]
