"""The signer gives a grant for an undo without asking again only where rows and log call for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from signer_case import ACTION, ID, Case, lenient, shipped
from undo_case import FORGERIES, UNDO, Forgery, UndoCase

from backend.db.runs import Beginning, begin_run
from backend.signer.client import SignerClient
from backend.signer.mint import Mint
from sre_agent import ports
from sre_agent.domain.events import EventKind
from sre_agent.domain.ruling import Ruling
from sre_agent.safety import policy
from sre_agent.safety.grants import GrantRefusedError
from sre_agent.safety.policy import Tools


@pytest.fixture
def undoing(case: Case, signer: SignerClient) -> UndoCase:
    return UndoCase(case, signer)


@pytest.mark.parametrize("result", ["worse", "not_resolved"])
async def test_the_yes_to_a_plan_covers_its_undo(undoing: UndoCase, result: str) -> None:
    await undoing.repaired()
    await undoing.verified(result)
    await undoing.undo()

    grant = await undoing.ask()

    assert isinstance(grant, ports.Grant)
    said = jwt.decode(grant.token, options={"verify_signature": False})
    assert said["plan_sha256"] == undoing.case.plan.sha256
    assert said["approved_by"] == "ann"
    assert await undoing.ask() == grant


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
async def test_anything_else_needs_a_person(undoing: UndoCase, forge: Forgery) -> None:
    await forge(undoing)

    denied = await undoing.ask()

    assert isinstance(denied, ports.GrantDenied)
    # What no rule lets through is refused before anybody asks who agreed to it.
    assert denied.code in {"not_approved", "denied"}


async def test_the_undo_of_another_run_is_not_covered(undoing: UndoCase) -> None:
    await undoing.repaired()
    await undoing.verified()
    begins = Beginning(kind=EventKind.REINVESTIGATED, actor="ann", reason="look again")
    begins.more["hint"] = {}
    async with undoing.case.engine.begin() as connection:
        await begin_run(connection, ID, begins, now=undoing.case.clock.now())
    await undoing.case.sql("UPDATE incidents SET status = 'executing'")
    await undoing.undo()

    denied = await undoing.ask()

    assert isinstance(denied, ports.GrantDenied)
    assert denied.code == "not_approved"


async def test_a_person_asked_about_the_undo_itself_decides(undoing: UndoCase) -> None:
    await undoing.repaired()
    await undoing.verified()
    await undoing.undo(state_sha256="d" * 64)
    undoing.case.clock.time += timedelta(seconds=1)
    await undoing.case.ask()
    undecided = await undoing.ask()

    await undoing.case.decide()

    assert isinstance(undecided, ports.GrantDenied)
    assert isinstance(await undoing.ask(), ports.Grant)


async def test_a_yes_from_long_ago_covers_no_undo(undoing: UndoCase) -> None:
    await undoing.repaired()
    undoing.case.clock.time += timedelta(hours=2)
    await undoing.verified()
    await undoing.undo()

    denied = await undoing.ask()

    assert isinstance(denied, ports.GrantDenied)
    assert denied.code == "approval_stale"


async def test_a_rule_that_denies_the_undo_is_stronger_than_any_yes(
    undoing: UndoCase, mint: Mint
) -> None:
    await undoing.repaired()
    await undoing.verified()
    await undoing.undo()
    text = "rules: [{name: never, ruling: deny, when: plan.playbook == 'revert', reason: r}]"
    rules = (*shipped().rules, *policy.load({"x": text}, Tools()).rules)

    with pytest.raises(GrantRefusedError, match="rule never"):
        await replace(mint, policy=replace(shipped(), rules=rules)).mint(ID, UNDO)


async def test_whom_the_rules_want_for_the_undo_must_have_said_yes_to_the_plan(
    undoing: UndoCase, mint: Mint
) -> None:
    await undoing.repaired()
    await undoing.verified()
    await undoing.undo()
    text = (
        "rules: [{name: admins, ruling: ask, when: plan.playbook == 'revert', reason: r, "
        "approvers: {role: admin}}]"
    )
    rules = (*shipped().rules, *policy.load({"x": text}, Tools()).rules)

    with pytest.raises(GrantRefusedError, match="policy wants an admin"):
        await replace(mint, policy=replace(shipped(), rules=rules)).mint(ID, UNDO)


async def test_what_policy_alone_allowed_is_not_taken_back_by_a_yes_nobody_gave(
    undoing: UndoCase, mint: Mint
) -> None:
    case: Any = undoing.case
    await case.propose()
    await case.rule(Ruling.ALLOW)
    await case.execute()
    await replace(mint, policy=lenient()).mint(ID, ACTION)
    await undoing.finished()
    await undoing.verified()
    await undoing.undo()

    denied = await undoing.ask()

    assert isinstance(denied, ports.GrantDenied)
    assert "nobody approved the plan" in denied.reason
