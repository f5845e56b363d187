"""What answers need from the world: looks that only read, each of one organization."""

from collections.abc import Collection
from typing import Protocol

from sre_agent.ask.asking import Asked, Known
from sre_agent.ask.citing import AskCitation, Found
from sre_agent.domain.errors import PermanentError


class NotThereError(PermanentError):
    """What was asked about does not exist, or belongs to somebody else: nobody is told which."""


class Lookups(Protocol):
    """Everything that can be looked up for one who asks."""

    async def known(self) -> Known:
        """Return the names there are."""
        ...

    async def look(self, asked: Asked) -> Found:
        """Return what there is to say.

        Raises:
            NotThereError: It names what does not exist.
        """
        ...

    async def existing(self, cites: Collection[AskCitation]) -> frozenset[AskCitation]:
        """Return those that can be looked up at this moment."""
        ...
