"""The leash of a model: what an exchange may take is set aside before it, and counted after it."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from pydantic import BaseModel
from typing_extensions import override

from sre_agent.domain.ids import IncidentId, OrgId
from sre_agent.llm import exchange as exchanges
from sre_agent.llm import outcome as outcomes
from sre_agent.llm.mind import (
    Answer,
    Around,
    MindError,
    MindUnavailableError,
    Question,
    Spent,
    Usage,
)
from sre_agent.llm.outcome import Outcome

AROUND_TOKENS = 1024
"""What is added around a question: roles, marks, how tools and schemas are told, why to try again."""

GRACE_S = 1.0
"""A door that keeps its deadline is given this to say so itself."""


_UNDER_WAY: set[asyncio.Task[None]] = set()
"""A task that nobody holds may be thrown away."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The most that exchanges can take: tokens, millionths of a dollar (None: no price), seconds."""

    tokens: int
    micro_usd: int | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """On whose account a model is asked, and in which role; without an incident a person asks."""

    incident_id: IncidentId | None
    org_id: OrgId
    role: str
    model: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """What was set aside."""

    id: str


class Ledger(Protocol):
    """What was set aside and spent, the same for all that ask at once."""

    async def reserve(self, account: Account, estimate: Estimate, now: datetime) -> Reservation:
        """Set aside what exchanges may take.

        Raises:
            MindBudgetSpentError: A limit does not allow it; the message names the limit.
            MindUnavailableError: The ledger cannot be asked, so nothing may be spent.
        """
        ...

    async def settle(
        self,
        reservation: Reservation,
        spent: Sequence[Spent],
        micro_usd: int | None,
        now: datetime,
        outcome: Outcome = Outcome.ANSWERED,
    ) -> None:
        """Count what was really taken in the place of what was set aside, and what came of it.

        Whatever is never settled stays counted as it was set aside.
        """
        ...


class Prices(Protocol):
    """What models cost."""

    def micro_usd(self, model: str, usage: Usage) -> int | None:
        """Return the price of a usage in millionths of a dollar, rounded up; None: nobody knows."""
        ...


@dataclass(frozen=True)
class Leashed(Around):
    """Asks a mind on one account, within what its ledger allows.

    `exchanges` is how many one question may hold at most: repairs and larger models count. `larger`
    names the models that it may ask beside the one it is named after; the dearest is reckoned with.
    """

    ledger: Ledger
    prices: Prices
    incident_id: IncidentId | None
    org_id: OrgId
    now: Callable[[], datetime]
    exchanges: int = 1
    larger: tuple[str, ...] = ()

    @override
    async def ask(self, question: Question) -> Answer:
        account = Account(
            incident_id=self.incident_id, org_id=self.org_id, role=question.role, model=self.name
        )
        reservation = await self.ledger.reserve(account, self._estimate(question), self.now())
        taken: list[Spent] = []
        token = exchanges.taken.set(taken)
        try:
            async with asyncio.timeout(question.deadline_s + GRACE_S):
                answer = await self.mind.ask(question)
        except MindError as error:
            await self._settle(reservation, error.spending, outcomes.of(error))
            raise
        except TimeoutError:  # it is not settled: nobody knows what it took
            told = f"{self.name} did not answer within {question.deadline_s:g} s"
            raise MindUnavailableError(told) from None
        except asyncio.CancelledError:
            if taken:  # else nobody knows what it took
                await _to_its_end(self._settle(reservation, taken, Outcome.GIVEN_UP))
            raise
        finally:
            exchanges.taken.reset(token)
        await self._settle(reservation, answer.spending, Outcome.ANSWERED)
        return answer

    async def _settle(
        self, reservation: Reservation, spent: Sequence[Spent], outcome: Outcome
    ) -> None:
        costs = [self.prices.micro_usd(item.model, item.usage) for item in spent]
        known = [cost for cost in costs if cost is not None]
        total = sum(known) if len(known) == len(costs) else None
        await self.ledger.settle(reservation, spent, total, self.now(), outcome)

    def _estimate(self, question: Question) -> Estimate:
        once = at_most(question)
        tokens = (once.input_tokens + once.output_tokens) * self.exchanges
        costs = [self.prices.micro_usd(model, once) for model in (self.name, *self.larger)]
        known = [cost for cost in costs if cost is not None]
        return Estimate(
            tokens=tokens,
            micro_usd=max(known) * self.exchanges if len(known) == len(costs) else None,
            seconds=question.deadline_s + GRACE_S,
        )


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Do something to its end, though whoever waits for it is cancelled again."""
    task = asyncio.create_task(work)
    _UNDER_WAY.add(task)
    task.add_done_callback(_UNDER_WAY.discard)
    await asyncio.shield(task)


def at_most(question: Question) -> Usage:
    """Return the most tokens that one exchange can take: no token is shorter than a byte."""
    texts = [question.system, question.user]
    texts += [f"{tool.name} {tool.description} {_json(tool.parameters)}" for tool in question.tools]
    if question.schema is not None:
        texts += 2 * [_schema(question.schema)]  # told, and told to the server
    read = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    return Usage(
        input_tokens=read + AROUND_TOKENS,
        output_tokens=question.max_output_tokens,
        is_estimated=True,
    )


@lru_cache(maxsize=16)
def _schema(schema: type[BaseModel]) -> str:
    return _json(schema.model_json_schema())


def _json(value: object) -> str:
    return json.dumps(value, default=str)
