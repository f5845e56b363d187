"""Who proposed a plan: the engine, or the person who asked for the action."""

from collections.abc import Sequence

from sre_agent.domain import runs
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.model import Value


class Proposer(Value):
    """Who proposed; `person` is known of people, and is the same for all that one user signs with."""

    name: str
    person: str | None = None

    def is_one_of(self, *, name: str, person: str) -> bool:
        """Return whether someone is the one who proposed."""
        return self.person == person or self.name.casefold() == name.casefold()


def of_plan(log: Sequence[Event], plan_sha256: str) -> Proposer | None:
    """Return who proposed a plan of the incident's present run; None when nobody did.

    A run that a person began by asking for an action is that person's, whoever wrote its plan down.
    """
    own = runs.present(log)
    proposed = [
        event
        for event in own
        if event.kind is EventKind.PLAN_PROPOSED and event.payload.get("plan_sha256") == plan_sha256
    ]
    if not proposed:
        return None
    asked = own[0].payload.get("action") if own[0].kind is EventKind.REINVESTIGATED else None
    if asked:
        return Proposer(name=own[0].actor, person=asked.get("person"))
    return Proposer(name=proposed[-1].actor)
