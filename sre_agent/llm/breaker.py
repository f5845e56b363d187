"""Leaves a model alone that does not answer, so that runs do not each wait for it."""

import time
from collections.abc import Callable

from typing_extensions import override

from sre_agent.llm.mind import Answer, Mind, MindError, MindUnavailableError, Question

FAILURES = 3
"""So many in a row open it."""

REST_S = 60.0


class Breaker(Mind):
    """Passes questions on; after failures in a row it refuses them for a while, then lets one try."""

    def __init__(
        self,
        mind: Mind,
        *,
        failures: int = FAILURES,
        rest_s: float = REST_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mind = mind
        self._allowed = failures
        self._rest_s = rest_s
        self._monotonic = monotonic
        self._failed = 0
        self._rests_until = 0.0
        self._is_probing = False

    @property
    @override
    def name(self) -> str:
        return self._mind.name

    @property
    @override
    def is_local(self) -> bool:
        return self._mind.is_local

    @override
    async def ask(self, question: Question) -> Answer:
        is_open = self._failed >= self._allowed
        if is_open:
            self._check_rest()
            self._is_probing = True
        try:
            answer = await self._mind.ask(question)
        except MindUnavailableError:
            self._failed += 1
            self._rests_until = self._monotonic() + self._rest_s
            raise
        except MindError:
            self._failed = 0  # it answered, though not well
            raise
        else:
            self._failed = 0
            return answer
        finally:
            if is_open:
                self._is_probing = False

    def _check_rest(self) -> None:
        left_s = self._rests_until - self._monotonic()
        if left_s > 0:
            told = f"{self.name} failed {self._failed} times in a row and is left alone for {left_s:.0f} s"
            raise MindUnavailableError(told)
        if self._is_probing:
            raise MindUnavailableError(
                f"{self.name} is being tried again; until then it is left alone"
            )
