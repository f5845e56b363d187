"""A model that thinks before it answers gets room for it, and budgets reckon with that."""

import pytest
from scripted_mind import Scripted, question, words

from backend.llm.budgets import Budgets
from backend.llm.minds import Minds
from backend.llm.purse import Purse
from sre_agent.domain.ids import OrgId
from sre_agent.llm import prices
from sre_agent.llm.mind import Mind, MindBudgetSpentError
from sre_agent.llm.redaction import Redactor
from sre_agent.testing import FakeClock


def minded(mind: Mind, thinking_tokens: int, limit: float = 1e6) -> Mind:
    """Return a mind as people get it, with so many tokens in all."""
    minds = Minds(
        mind=mind,
        ledger=Purse(Budgets({"max_tokens_per_hour": limit})),
        prices=prices.load(),
        clock=FakeClock(),
        secrets_key=None,
        thinking_tokens=thinking_tokens,
    )
    return minds.of_person(Redactor(b"k" * 16), OrgId("default"))


@pytest.mark.parametrize("thinking", [0, 4000])
async def test_what_is_thought_has_room_beside_the_answer(thinking: int) -> None:
    scripted = Scripted([words()])

    await minded(scripted, thinking).ask(question())

    assert [each.max_output_tokens for each in scripted.asked] == [100 + thinking]


async def test_what_may_be_thought_is_set_aside() -> None:
    scripted = Scripted([words()])
    assert (await minded(scripted, 0, limit=3000).ask(question())).text == "yes"

    with pytest.raises(MindBudgetSpentError):
        await minded(scripted, 4000, limit=3000).ask(question())

    assert len(scripted.asked) == 1
