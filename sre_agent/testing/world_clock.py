"""A fake clock under which a fake world grows older."""

from typing_extensions import override

from sre_agent.testing.clock import FakeClock
from sre_agent.testing.world import World


class WorldClock(FakeClock):
    """A clock whose world is as late as itself after every sleep."""

    def __init__(self, world: World) -> None:
        super().__init__(world.now)
        self._world = world

    @override
    async def sleep(self, seconds: float) -> None:
        """Sleep without taking time, and let the world follow."""
        await super().sleep(seconds)
        self._world.now = self.now()
