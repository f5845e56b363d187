"""What keeps an action from being carried out for a while, and until when."""

from datetime import UTC, datetime
from enum import StrEnum

from sre_agent.domain.model import Value


class Brake(StrEnum):
    """What slows or stops writing, beside policy and people's consent."""

    STOP = "halted"
    """An emergency stop: until a person ends it."""
    CAP = "cap_reached"
    """So many writes within an hour, and no more."""
    COOL_DOWN = "cooling_down"
    """The workload was changed a short while ago: what came of it has to show first."""
    FREEZE = "frozen"
    """The calendar says that nothing is changed now."""
    UNREADABLE = "freeze_unreadable"
    """The calendar cannot be read: nobody knows whether there is a freeze."""


class Obstacle(Value):
    """Why an action may not be carried out now; `until` is None where nobody can know when it may."""

    brake: Brake
    reason: str
    until: datetime | None = None

    @property
    def told(self) -> str:
        """Return the reason with the time at which there will be none."""
        if self.until is None:
            return self.reason
        return f"{self.reason}; allowed again at {self.until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
