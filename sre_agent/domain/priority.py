"""How soon an alert has to be looked at: from what its rule says, else from its severity."""

from enum import IntEnum

from sre_agent.domain.alert import Alert, Severity


class Priority(IntEnum):
    """The class of a wait: the smaller, the sooner."""

    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4


_OF_SEVERITY = {
    Severity.CRITICAL: Priority.P1,
    Severity.WARNING: Priority.P2,
    Severity.INFO: Priority.P3,
    Severity.NONE: Priority.P4,
}
_LABEL = "priority"


def of(alert: Alert) -> Priority:
    """Return the class that the label `priority` names (P1 to P4), or that of the severity."""
    label = alert.labels.get(_LABEL)
    named = Priority.__members__.get(label.strip().upper()) if label else None
    return _OF_SEVERITY[alert.severity] if named is None else named
