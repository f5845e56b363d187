"""The runs of an incident: what one is told apart by, and the error of one that is over."""

from collections.abc import Sequence

from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event, EventKind

_BEGINNINGS = frozenset({EventKind.REOPENED, EventKind.REINVESTIGATED})


class RunOverError(PermanentError):
    """The run may do nothing more: its incident has ended, or goes on in a later run."""


def of_run(run: int, name: str) -> str:
    """Return a name that is the run's own: in the first run the name itself, later `<run>.<name>`."""
    return name if run == 1 else f"{run}.{name}"


def present(log: Sequence[Event]) -> Sequence[Event]:
    """Return the events since the incident's present run began."""
    begun = [number for number, event in enumerate(log) if event.kind in _BEGINNINGS]
    return log[begun[-1] :] if begun else log


def earlier(log: Sequence[Event]) -> list[Sequence[Event]]:
    """Return the events of each run before the present one, the first run first."""
    begun = [number for number, event in enumerate(log) if event.kind in _BEGINNINGS]
    return [log[start:end] for start, end in zip([0, *begun], begun, strict=False)]
