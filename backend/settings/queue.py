"""The settings of the queue: the workers go by them, the API explains by them why something waits."""

from pydantic import Field

from backend.settings.common import CommonSettings, Seconds


class QueueSettings(CommonSettings):
    """How many runs go on at once, and how long others wait for their turn."""

    max_concurrent_alerts: int = Field(default=3, ge=1, le=100)
    """How many incidents are worked on at once, over all workers; one that waits for approval counts not."""

    alert_queue_ttl_seconds: Seconds = 600
    """How long an incident may wait for a worker; then it is escalated, not dropped."""

    alert_queue_ageing_seconds: Seconds = 60
    """After each such wait an incident is served as one class (P4 to P1) more urgent."""
