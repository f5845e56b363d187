"""An incident: one failure of one service, from its first alert to its report."""

from datetime import datetime
from enum import StrEnum

from sre_agent.domain.alert import Alert, Severity
from sre_agent.domain.ids import ActionId, ClusterId, IncidentId, OrgId
from sre_agent.domain.model import Value


class IncidentStatus(StrEnum):
    """Where an incident stands. The last four are ends; each end has a report."""

    RECEIVED = "received"
    INVESTIGATING = "investigating"
    AWAITING_APPROVAL = "awaiting_approval"
    EXECUTING = "executing"
    VERIFYING = "verifying"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"
    ESCALATED = "escalated"

    @property
    def is_open(self) -> bool:
        """Return whether work on the incident still goes on by itself."""
        return self not in _ENDS


_ENDS = frozenset(
    {
        IncidentStatus.RESOLVED,
        IncidentStatus.CLOSED,
        IncidentStatus.MERGED,
        IncidentStatus.ESCALATED,
    }
)


class Follower(Value):
    """An open incident that an action of another one may have caused, and by which."""

    incident_id: IncidentId
    action_id: ActionId
    service: str
    opened_at: datetime


class Incident(Value):
    """What a run starts from: the service in trouble and the alerts that say so.

    `service` is the name the alerts give the thing that suffers (a service, deployment, pod or job
    label); `started_at` is the earliest `starts_at` among the alerts, `opened_at` when we heard.
    `run` counts from 1; a person may hold it (`is_paused`) or have it stop once a write that was
    begun is settled (`is_cancelled`).
    """

    id: IncidentId
    org_id: OrgId
    cluster_id: ClusterId
    namespace: str
    service: str
    title: str
    severity: Severity
    status: IncidentStatus
    started_at: datetime
    opened_at: datetime
    run: int = 1
    is_paused: bool = False
    is_cancelled: bool = False
    alerts: tuple[Alert, ...]
    alerts_left_out: int = 0

    @property
    def alert_count(self) -> int:
        """Return how many alerts there are, those left out included."""
        return len(self.alerts) + self.alerts_left_out
