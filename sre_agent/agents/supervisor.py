"""Which specialists to send to an incident, and why."""

from collections.abc import Collection

from sre_agent.agents.allowlist import AllowList
from sre_agent.agents.specialists import BY_NAME, SPECIALISTS
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


def served_by(servers: Collection[str], allowed: AllowList) -> AllowList:
    """Return the list without specialists of what a cluster does not have and need not have.

    Whoever has no traces misses nothing by nobody being sent who could only say so; that nobody can
    look at the metrics is a gap that must be told.

    Args:
        servers: names of the servers that the cluster has.
        allowed: who may look, with what.
    """
    sent = {
        name: tools
        for name, tools in allowed.specialists.items()
        if tools.server in servers or not BY_NAME[name].may_find_nothing
    }
    return allowed.model_copy(update={"specialists": sent})


def _object(incident: Incident) -> str:
    return "/".join(part for part in (incident.namespace, incident.service) if part) or "no object"
