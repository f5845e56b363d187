"""What a wake-up says: where to look. It carries no news itself, so that losing one loses nothing."""

from dataclasses import dataclass

from backend.db import log_writing, switch


@dataclass(frozen=True)
class Changed:
    """An incident's log has grown."""

    incident_id: str


@dataclass(frozen=True)
class Thrown:
    """An organization's switch was thrown."""

    org_id: str


@dataclass(frozen=True)
class Unknown:
    """Nobody listened for a while: anything may have happened."""


Notice = Changed | Thrown | Unknown

CHANNELS = (log_writing.CHANNEL, switch.SWITCH_CHANNEL)
"""The channels on which PostgreSQL, and Redis after it, tell of changes."""

UNKNOWN_CHANNEL = "sre_unknown"
"""The channel on which Redis tells that notices may have been lost."""


def address(notice: Notice) -> tuple[str, str]:
    """Return the channel on which a notice is told, and its text there."""
    match notice:
        case Changed(incident_id):
            return log_writing.CHANNEL, incident_id
        case Thrown(org_id):
            return switch.SWITCH_CHANNEL, org_id
        case Unknown():
            return UNKNOWN_CHANNEL, ""


def parse(channel: str, payload: str) -> Notice:
    """Return what was said on a channel; what cannot be understood may mean anything."""
    if channel == log_writing.CHANNEL:
        return Changed(payload.partition(":")[0])
    if channel == switch.SWITCH_CHANNEL:
        return Thrown(payload)
    return Unknown()
