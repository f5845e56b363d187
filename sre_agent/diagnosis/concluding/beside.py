"""A second trouble beside the first: as sure, of another object, and neither explains the other."""

from collections.abc import Callable, Sequence

from sre_agent.diagnosis.concluding.undecided import MIN_CONFIDENCE
from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.catalogue import Layer
from sre_agent.domain.causes import Cause, Stance
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.objects import ObjectRef

Beside = Callable[[Cause, Cause], bool]
"""Says whether two causes stand side by side, so that neither is the other's rival."""
BY_THEMSELVES = frozenset(
    {Layer.ADMISSION, Layer.SCHEDULING, Layer.STORAGE, Layer.IMAGES, Layer.CONFIG}
)
"""What keeps pods from starting, whoever they would call."""
SHOWN = 3
"""So many second troubles are named."""


def are_both(board: Board, first: Cause, second: Cause) -> bool:
    """Return whether two causes of a snapshot are both to be believed.

    What something speaks against, what passes on the trouble of others, and what runs the other,
    serves it or calls it, may be another view of the same trouble. A pod that cannot even start
    has that from no callee.
    """
    if first.object == second.object or not all(_stands(board, it) for it in (first, second)):
        return False
    return not (_is_from(board, first, second) or _is_from(board, second, first))


def _seconds(causes: Sequence[Cause], are_beside: Beside) -> tuple[Cause, ...]:
    """Return those after the best that are troubles of their own, one of each object."""
    found: dict[ObjectRef, Cause] = {}
    for item in causes[1:]:
        if are_beside(causes[0], item):
            found.setdefault(item.object, item)
    return tuple(found.values())


def told(causes: Sequence[Cause], are_beside: Beside) -> str:
    """Return the second troubles as the end of a sentence about the first; nothing without any."""
    found = _seconds(causes, are_beside)
    named = ", ".join(
        f"{item.fault_class} of {item.object.name} at {in_percent(item.confidence)}"
        for item in found[:SHOWN]
    )
    if len(found) < 2:  # noqa: PLR2004 - one is told in the singular
        return f"; beside it, a second trouble: {named}" if found else ""
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"; beside it, {len(found)} more troubles: {named}{more}"


def _stands(board: Board, cause: Cause) -> bool:
    is_doubted = any(item.stance is Stance.AGAINST for item in cause.findings)
    is_feigned = board.catalogue[cause.fault_class].feigned
    return cause.confidence >= MIN_CONFIDENCE and not is_doubted and not is_feigned


def _is_from(board: Board, cause: Cause, other: Cause) -> bool:
    """Return whether a cause may be what shows of another one."""
    if other.object in board.kin(cause.object):
        return True
    is_of_others = board.catalogue[cause.fault_class].layer not in BY_THEMSELVES
    return is_of_others and other.object in board.callees.reached_from(cause.object)
