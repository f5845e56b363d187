"""An action that a person asks for on an incident."""

from collections.abc import Iterator, Mapping
from typing import Any

from sre_agent.domain.actions import ActionKind, Argument
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.tools import ToolCall

_TYPES: Mapping[str, type] = {"string": str, "integer": int, "boolean": bool, "object": dict}
_NAMES = {"string": "a text", "integer": "a whole number", "boolean": "true or false"}


class AskedAction(Value):
    """The call, who asks for it with which role, and why.

    `person` is the same for all sessions and tokens of one user.
    """

    call: ToolCall
    actor: str
    person: str
    role: str
    reason: str

    def target(self, kind: ActionKind) -> ObjectRef:
        """Return the object that the call changes."""
        said = self.call.arguments
        named = said.get("kind")
        return ObjectRef(
            kind=str(named) if named in kind.target_kinds else kind.target_kinds[0],
            namespace="" if kind.cluster_scoped else str(said["namespace"]),
            name=str(said["name"]),
        )


def faults(kind: ActionKind, arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each argument of a call that is wrong, and what would be right."""
    for name in sorted(arguments.keys() - kind.arguments.keys()):
        yield name, f"is no argument; there are {', '.join(kind.arguments)}"
    for name, wanted in kind.arguments.items():
        if name in arguments:
            yield from ((name, fault) for fault in _of_value(wanted, arguments[name]))
        elif wanted.required:
            yield name, f"is missing: {wanted.meaning}"


def _of_value(wanted: Argument, value: object) -> Iterator[str]:
    is_flag = isinstance(value, bool)
    if not isinstance(value, _TYPES[wanted.type]) or is_flag is not (wanted.type == "boolean"):
        yield f"has to be {_NAMES.get(wanted.type, 'an object')}"
        return
    if wanted.choices and value not in wanted.choices:
        yield f"has to be one of {', '.join(wanted.choices)}"
    if isinstance(value, int) and not is_flag:
        if wanted.minimum is not None and value < wanted.minimum:
            yield f"has to be {wanted.minimum} at least"
        if wanted.maximum is not None and value > wanted.maximum:
            yield f"has to be {wanted.maximum} at most"
