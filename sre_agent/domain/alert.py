"""An alert, whichever source it came from."""

from datetime import datetime
from enum import StrEnum

from sre_agent.domain.model import Value


class AlertStatus(StrEnum):
    """Whether the source says the condition holds."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Severity(StrEnum):
    """How urgent the source says it is; `NONE` marks alerts that mean nothing by themselves."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    NONE = "none"


class Alert(Value):
    """One alert of one source.

    `fingerprint` is the source's own identity of the label set: the same while it fires, when it
    repeats and when it resolves. `starts_at` is when the source saw the condition begin.
    """

    source: str
    fingerprint: str
    status: AlertStatus
    name: str
    severity: Severity
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: datetime
    ends_at: datetime | None
    generator_url: str
    group_key: str

    @property
    def namespace(self) -> str:
        """Return the Kubernetes namespace the alert speaks of, or an empty string."""
        return self.labels.get("namespace", "") or self.labels.get("exported_namespace", "")

    @property
    def summary(self) -> str:
        """Return the line a person reads first."""
        return self.annotations.get("summary") or self.annotations.get("message") or self.name
