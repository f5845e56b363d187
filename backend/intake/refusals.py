"""How what systems send is refused: by the field that is wrong, never with what was sent."""

from dataclasses import dataclass

from sre_agent.domain.errors import PermanentError

PROBLEMS_MAX = 10
"""More than these need not be known to begin mending."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field; `field` is its place in the JSON, such as `alerts[0].status`."""

    field: str
    message: str


class NotJsonError(PermanentError):
    """The body is not JSON."""


class MalformedError(PermanentError):
    """The body is JSON but not what is read here."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))


def place(location: tuple[int | str, ...]) -> str:
    """Return where in the JSON an error is, as people write it."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "(the body)"
