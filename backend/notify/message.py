"""What the dispatcher moves: a message, and the outbox it comes from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol


class Message(Protocol):
    """A message to deliver; `attempts` counts the deliveries tried before."""

    @property
    def id(self) -> int:
        """Its number in the outbox."""
        ...

    @property
    def org_id(self) -> str:
        """Whose it is."""
        ...

    @property
    def incident_id(self) -> str:
        """What it tells of."""
        ...

    @property
    def kind(self) -> str:
        """`approval_waiting` or `escalated`."""
        ...

    @property
    def cause_key(self) -> str:
        """What caused it; with the incident, its identity."""
        ...

    @property
    def payload(self) -> dict[str, Any]:
        """What it says."""
        ...

    @property
    def attempts(self) -> int:
        """How often delivery was tried."""
        ...

    @property
    def created_at(self) -> datetime:
        """When its cause happened."""
        ...


class Outbox(Protocol):
    """Where messages wait. Every method may raise `TransientError`."""

    async def take_due(self, limit: int) -> Sequence[Message]:
        """Lease messages whose time has come."""
        ...

    async def delivered(self, notice_id: int) -> None:
        """Record that a message has arrived."""
        ...

    async def retry(self, notice_id: int, *, wait_s: float, error: str) -> None:
        """Record a failed attempt."""
        ...

    async def give_up(self, notice_id: int, *, error: str) -> None:
        """Record that nobody will try again."""
        ...

    async def no_channel(self, notice_id: int) -> None:
        """Record that there is nowhere to send it."""
        ...


class Channel(Protocol):
    """A way to people."""

    async def send(self, message: Message) -> None:
        """Deliver a message.

        Raises:
            TransientError: It did not arrive.
        """
        ...
