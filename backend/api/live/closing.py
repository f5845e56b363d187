"""Why a WebSocket is closed from our side, as the codes that clients go by."""

from enum import IntEnum


class Code(IntEnum):
    """Close codes; what a client does about each is part of the API."""

    TRY_LATER = 1013
    """Too many connections, or the database does not answer: come again after a while."""
    MALFORMED = 4400
    """The question cannot be understood: do not repeat it."""
    NOT_SIGNED_IN = 4401
    """Nobody, or nobody any more: sign in."""
    FORBIDDEN = 4403
    """The origin or the role does not allow it: do not repeat it."""
    NOT_FOUND = 4404
    """The organization has no such incident: do not repeat it."""
    TOO_SLOW = 4008
    """Connect again at once, and go on after the last event that arrived."""


class ClosingError(Exception):
    """The connection is over; the client is told why."""

    def __init__(self, code: Code, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)
