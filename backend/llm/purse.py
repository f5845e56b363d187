"""What models take of one command, counted in memory: the limits of the settings hold for it alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from typing_extensions import override

from backend.llm.budgets import Budgets, Scope, Taken
from sre_agent.domain.ids import IncidentId
from sre_agent.llm.leash import Account, Estimate, Ledger, Reservation
from sre_agent.llm.mind import MindBudgetSpentError, Spent, Usage
from sre_agent.llm.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What one question took; what was never settled stands as it was set aside."""

    incident_id: IncidentId | None
    tokens: int
    micro_usd: int | None
    seconds: float
    usage: Usage = field(default_factory=Usage)


@dataclass
class Purse(Ledger):
    """A `Ledger` of one process. Limits of an hour or a day count for as long as it lives.

    Limits of an incident hold for each of its replays: one is not cut short by those before it.
    """

    budgets: Budgets
    bills: dict[str, Bill] = field(default_factory=dict)
    _earlier: int = 0
    """How many bills are of replays that are over."""

    def begin_replay(self) -> None:
        """Let what is taken from here on be another replay's."""
        self._earlier = len(self.bills)

    @override
    async def reserve(self, account: Account, estimate: Estimate, now: datetime) -> Reservation:
        every = list(self.bills.values())
        own = [item for item in every[self._earlier :] if item.incident_id == account.incident_id]
        scopes = (
            Scope("of this incident", "incident", _taken(own)),
            Scope("of this command", "hour", _taken(every)),
            Scope("of this command", "organization_day", _taken(every)),
        )
        refusal = self.budgets.refusal(scopes, estimate, account.model)
        if refusal is not None:
            raise MindBudgetSpentError(refusal.told)
        id_ = str(len(self.bills))
        self.bills[id_] = Bill(
            incident_id=account.incident_id,
            tokens=estimate.tokens,
            micro_usd=estimate.micro_usd,
            seconds=estimate.seconds,
        )
        return Reservation(id_)

    @override
    async def settle(
        self,
        reservation: Reservation,
        spent: Sequence[Spent],
        micro_usd: int | None,
        now: datetime,
        outcome: Outcome = Outcome.ANSWERED,
    ) -> None:
        usage = Usage()
        for item in spent:
            usage = usage.plus(item.usage)
        self.bills[reservation.id] = Bill(
            incident_id=self.bills[reservation.id].incident_id,
            tokens=usage.input_tokens + usage.output_tokens,
            micro_usd=micro_usd,
            seconds=sum(item.seconds for item in spent),
            usage=usage,
        )


def _taken(bills: Sequence[Bill]) -> Taken:
    return Taken(
        sum(item.tokens for item in bills),
        sum(item.micro_usd or 0 for item in bills),
        sum(item.seconds for item in bills),
    )
