"""Which specialists to send to an incident, and why."""

from collections.abc import Collection

from sre_agent.agents.specialists import SPECIALISTS
from sre_agent.domain.incident import Incident
from sre_agent.domain.model import Value

_NEED_NO_NAMESPACE = frozenset({"metrics", "runbooks"})


class Selection(Value):
    """A specialist that is sent, and the reason."""

    specialist: str
    reason: str


def select(incident: Incident, available: Collection[str]) -> tuple[Selection, ...]:
    """Return every specialist that is available and has something to look at.

    Args:
        incident: what is investigated.
        available: names of the specialists whose servers are configured.
    """
    return tuple(
        Selection(specialist=item.name, reason=f"{item.reason} ({_object(incident)})")
        for item in SPECIALISTS
        if item.name in available and (incident.namespace or item.name in _NEED_NO_NAMESPACE)
    )


def _object(incident: Incident) -> str:
    return "/".join(part for part in (incident.namespace, incident.service) if part) or "no object"
