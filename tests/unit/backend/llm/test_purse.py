"""What models take of one command: set aside first, counted after, within every limit."""

from datetime import UTC, datetime

import pytest

from backend.llm.budgets import Budgets
from backend.llm.purse import Purse
from sre_agent.domain.ids import IncidentId, OrgId
from sre_agent.llm.leash import Account, Estimate
from sre_agent.llm.mind import MindBudgetSpentError, Spent, Usage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ESTIMATE = Estimate(tokens=60, micro_usd=5, seconds=3.0)
SPENT = Spent(model="m", usage=Usage(input_tokens=20, output_tokens=10), seconds=0.5)


def account(incident: str = "inc-1") -> Account:
    return Account(incident_id=IncidentId(incident), org_id=OrgId("o"), role="r", model="m")


async def test_what_is_set_aside_counts_until_it_is_settled() -> None:
    purse = Purse(Budgets({"max_tokens_per_incident": 100}))
    first = await purse.reserve(account(), ESTIMATE, NOW)

    with pytest.raises(MindBudgetSpentError, match="MAX_TOKENS_PER_INCIDENT: 60 of 100"):
        await purse.reserve(account(), ESTIMATE, NOW)
    await purse.settle(first, (SPENT,), 2, NOW)
    await purse.reserve(account(), ESTIMATE, NOW)

    bill, waiting = purse.bills.values()
    assert (bill.tokens, bill.micro_usd, bill.seconds) == (30, 2, 0.5)
    assert waiting.tokens == 60


@pytest.mark.parametrize(
    "limit", ["max_usd_per_hour", "max_tokens_per_hour", "max_tokens_per_organization_day"]
)
async def test_limits_of_an_hour_and_a_day_hold_for_all_incidents(limit: str) -> None:
    purse = Purse(Budgets({limit: 0.000_008 if "usd" in limit else 100}))
    await purse.reserve(account("inc-1"), ESTIMATE, NOW)

    with pytest.raises(MindBudgetSpentError, match=limit.upper()):
        await purse.reserve(account("inc-2"), ESTIMATE, NOW)


async def test_each_replay_of_an_incident_has_the_whole_budget_of_one() -> None:
    purse = Purse(Budgets({"max_tokens_per_incident": 100, "max_tokens_per_hour": 150}))
    await purse.reserve(account(), ESTIMATE, NOW)

    purse.begin_replay()
    await purse.reserve(account(), ESTIMATE, NOW)
    with pytest.raises(MindBudgetSpentError, match="MAX_TOKENS_PER_INCIDENT: 60 of 100"):
        await purse.reserve(account(), ESTIMATE, NOW)
    purse.begin_replay()
    with pytest.raises(MindBudgetSpentError, match="MAX_TOKENS_PER_HOUR: 120 of 150"):
        await purse.reserve(account(), ESTIMATE, NOW)
