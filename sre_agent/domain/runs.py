"""The runs of an incident: what one is told apart by, and the error of one that is over."""

from sre_agent.domain.errors import PermanentError


class RunOverError(PermanentError):
    """The run may do nothing more: its incident has ended, or goes on in a later run."""


def of_run(run: int, name: str) -> str:
    """Return a name that is the run's own: in the first run the name itself, later `<run>.<name>`."""
    return name if run == 1 else f"{run}.{name}"
