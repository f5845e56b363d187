"""What people have asked of an incident, read from its log."""

from collections.abc import Sequence
from typing import Any

from sre_agent.domain.asked_action import AskedAction
from sre_agent.domain.causes import Dismissal
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import Incident
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef

TEXT_CHARACTERS = 4000
"""How long a comment, a reason or a hint may be."""


class UnfitStepError(PermanentError):
    """What is asked for cannot be: it names what does not exist, or says too little."""


class UnfitArgumentsError(UnfitStepError):
    """An action cannot be asked for like this: `faults` are its wrong arguments, each with why."""

    def __init__(self, tool: str, faults: tuple[tuple[str, str], ...]) -> None:
        self.faults = faults
        super().__init__(f"{tool}: {'; '.join(f'{name} {fault}' for name, fault in faults)}")


class Hint(Value):
    """Where a person thinks one should look. It asks questions; it proves nothing.

    `text` is for people only. The rest makes questions of the first round: about an object, with a
    kind of fault in mind, or by one specialist.
    """

    text: str = ""
    object: ObjectRef | None = None
    fault_class: FaultClass | None = None
    specialist: str | None = None


class Steering(Value):
    """The dismissed causes, the hint and the action asked for that hold for the present run."""

    dismissed: tuple[Dismissal, ...] = ()
    hint: Hint | None = None
    action: AskedAction | None = None

    def dismisses(self, fault_class: str, object_: ObjectRef) -> bool:
        """Return whether a person has said that this is not the cause."""
        return any(
            (item.fault_class, item.object) == (fault_class, object_) for item in self.dismissed
        )


def read(log: Sequence[Event]) -> Steering:
    """Return what holds now: a failure that came back later is judged without old dismissals."""
    dismissed: dict[tuple[str, ObjectRef], Dismissal] = {}
    hint: Hint | None = None
    action: AskedAction | None = None
    for event in log:
        match event.kind:
            case EventKind.REOPENED:
                dismissed, hint, action = {}, None, None
            case EventKind.REINVESTIGATED:
                said = event.payload.get("action")
                action = AskedAction.model_validate(said) if said else None
                hint = Hint.model_validate(event.payload["hint"])
                if hint.fault_class and hint.object:  # whoever points at a cause takes it up again
                    dismissed.pop((hint.fault_class, hint.object), None)
            case EventKind.CAUSE_DISMISSED:
                item = Dismissal.model_validate(event.payload["dismissal"])
                dismissed[item.fault_class, item.object] = item
            case _:
                pass
    return Steering(dismissed=tuple(dismissed.values()), hint=hint, action=action)


def obstacle(incident: Incident) -> str | None:
    """Return why nothing may be written for the incident as it stands, or None."""
    if incident.is_paused:
        return "a person has paused the incident"
    if incident.is_cancelled:
        return "a person has cancelled the incident"
    return None if incident.status.is_open else f"the incident has ended: {incident.status}"


def named_causes(log: Sequence[Event]) -> list[dict[str, Any]]:
    """Return the causes of the newest ranking as the log has them, best first."""
    for event in reversed(log):
        if event.kind is EventKind.CAUSES_RANKED:
            causes: list[dict[str, Any]] = event.payload["diagnosis"]["causes"]
            return causes
    return []
