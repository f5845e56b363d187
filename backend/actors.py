"""Who asks, and what that lets them do."""

from dataclasses import dataclass
from enum import StrEnum

_RANKS = ("viewer", "responder", "approver", "admin")


class Role(StrEnum):
    """What a person or program may do; each role includes those before it."""

    VIEWER = "viewer"
    """Reads."""
    RESPONDER = "responder"
    """Also starts investigations."""
    APPROVER = "approver"
    """Also decides on plans, and stops all writing."""
    ADMIN = "admin"
    """Also lets writing go on again, and looks after people, tokens and clusters."""

    def includes(self, other: "Role") -> bool:
        """Return whether this role may do what the other may."""
        return _RANKS.index(self) >= _RANKS.index(other)

    def at_most(self, other: "Role") -> "Role":
        """Return the lesser of the two."""
        return other if self.includes(other) else self


class ActorKind(StrEnum):
    """What asks."""

    PERSON = "person"
    """Signed in with a password, and has a session."""
    PROGRAM = "program"
    """Has a token."""


@dataclass(frozen=True)
class Actor:
    """Someone known by a credential, acting within one organization."""

    name: str
    role: Role
    org_id: str
    kind: ActorKind = ActorKind.PROGRAM
    user_id: str | None = None
    """The person, or the one behind the program; None when only the settings know the credential."""
    token_id: str | None = None
    """The program's token; None for people, and for tokens that only the settings know."""
    made_by: str = ""
    """Who made the program's token; empty for people, and for tokens that only the settings know."""

    @property
    def person(self) -> str:
        """Return who stands behind it: all that one user, or one credential, has made is the same person."""
        return (
            f"name:{self.made_by or self.name}" if self.user_id is None else f"user:{self.user_id}"
        )

    @property
    def channel(self) -> str:
        """Return through what they act, as decisions and steps tell it."""
        return "war room" if self.kind is ActorKind.PERSON else "api"
