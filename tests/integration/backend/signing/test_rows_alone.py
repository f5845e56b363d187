"""No row makes the signer look past what was taken out of a log: the logs themselves have to say so."""

from dataclasses import replace

import pytest
from signer_case import ACTION, ID, Case

from backend.db import switch
from backend.signer.mint import Mint
from backend.signer.watch import Watch
from sre_agent.domain.causes import Dismissal
from sre_agent.domain.events import EventKind
from sre_agent.domain.faults import FaultClass
from sre_agent.safety.grants import GrantRefusedError

pytestmark = pytest.mark.attack(
    "a turned brain takes entries out of logs and writes rows that excuse it"
)

RESUMED = """
    INSERT INTO audit_breaks (org_id, log, seq, reason, found_at, own_seq, own_hash)
    SELECT id, '', 999, 'x', now(), last_seq, last_hash FROM organizations WHERE id = 'default'
"""
REMOVED = """
    INSERT INTO audit_anchors
        (incident_id, org_id, seq, hash, export_sha256, exported_at, trimmed_at)
    SELECT incident_id, org_id, seq, hash, 'x', now(), now() FROM events WHERE seq = 1
"""


async def throw(case: Case, *, is_halted: bool) -> None:
    thrown = switch.Throw(is_halted=is_halted, actor="ann", reason="a drill")
    async with case.engine.begin() as connection:
        await switch.throw(connection, "default", thrown, now=case.clock.now())


@pytest.mark.parametrize("is_walked_before", [False, True])
async def test_a_row_that_says_where_the_organizations_log_goes_on_is_not_enough(
    case: Case, mint: Mint, *, is_walked_before: bool
) -> None:
    await case.approve()
    minting = replace(mint, watch=Watch())
    for is_halted in (True, False):
        await throw(case, is_halted=is_halted)
    if is_walked_before:
        assert (await minting.mint(ID, ACTION)).id
    for is_halted in (True, False):
        await throw(case, is_halted=is_halted)
    await case.sql("DELETE FROM organization_log WHERE seq = 3")
    await case.sql(RESUMED)

    with pytest.raises(GrantRefusedError) as error:
        await minting.mint(ID, ACTION)
    assert error.value.code == "log_broken"


async def test_a_row_that_says_that_events_were_removed_by_rule_is_not_enough(
    case: Case, mint: Mint
) -> None:
    dismissal = Dismissal(object=case.plan.cause_object, fault_class=FaultClass.BAD_RELEASE)
    await case.log(EventKind.CAUSE_DISMISSED, {"dismissal": dismissal.model_dump(mode="json")})
    await case.approve()
    await case.sql(REMOVED)
    await case.sql("DELETE FROM events WHERE seq = 1")

    with pytest.raises(GrantRefusedError) as error:
        await mint.mint(ID, ACTION)
    assert error.value.code == "log_broken"
