"""Which specialists to send to an incident, and why."""

from collections.abc import Collection

from sre_agent.agents.specialists import SPECIALISTS
from sre_agent.domain.incident import Incident
from sre_agent.domain.model import Value
from sre_agent.domain.steering import Hint

_NEED_NO_NAMESPACE = frozenset({"metrics", "runbooks", "github"})


class Selection(Value):
    """A specialist that is sent, and the reason."""

    specialist: str
    reason: str


def select(
    incident: Incident, available: Collection[str], hint: Hint | None = None
) -> tuple[Selection, ...]:
    """Return every specialist that is available and has something to look at.

    Args:
        incident: what is investigated.
        available: names of the specialists whose servers are configured.
        hint: where a person thinks one should look; whom it names is named first.
    """
    first = hint.specialist if hint else None
    selected = tuple(
        Selection(specialist=item.name, reason=f"{item.reason} ({_object(incident)})")
        for item in SPECIALISTS
        if item.name in available and (incident.namespace or item.name in _NEED_NO_NAMESPACE)
    )
    return tuple(sorted(selected, key=lambda item: first is not None and item.specialist != first))


def _object(incident: Incident) -> str:
    return "/".join(part for part in (incident.namespace, incident.service) if part) or "no object"
