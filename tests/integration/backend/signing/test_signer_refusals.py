"""What the signer refuses: every record that does not prove an approval of exactly this."""

from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa
from signer_case import ACTION, ID, Case
from unsound_records import (
    another_plan_since,
    approved_before_it_was_asked,
    approved_by_a_viewer_as_everything_says,
    approved_by_an_event_of_the_worker,
    approved_by_someone_who_may_not,
    approved_in_a_role_that_nobody_has,
    approved_in_the_table_only,
    approved_too_late,
    approved_too_late_as_everything_says,
    cancelled,
    cancelled_amid_a_write,
    denied,
    denied_after_approval,
    dismissed,
    falsely_allowed,
    halted,
    halted_in_its_cluster,
    in_a_later_run,
    log_edited,
    log_shortened,
    nobody_asked,
    not_ruled,
    not_yet_executing,
    nothing_proposed,
    over,
    paused,
    plan_and_hash_differ,
    promoted_in_the_table,
    rejected,
    shown_another_plan,
    time_to_decide_prolonged,
    two_actions_of_one_name,
    undecided,
    voided,
)

from backend.signer.client import SignerClient
from sre_agent import ports
from sre_agent.domain.ids import ActionId, IncidentId


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (nothing_proposed, "no_plan"),
        (two_actions_of_one_name, "no_plan"),
        (not_ruled, "not_ruled"),
        (denied, "denied"),
        (denied_after_approval, "denied"),
        (nobody_asked, "not_approved"),
        (undecided, "not_approved"),
        (rejected, "not_approved"),
        (another_plan_since, "not_ruled"),
        (not_yet_executing, "not_executing"),
        (over, "not_executing"),
        (halted, "halted"),
        (halted_in_its_cluster, "halted"),
        (in_a_later_run, "no_plan"),
        (paused, "paused"),
        (cancelled, "cancelled"),
        (cancelled_amid_a_write, "cancelled"),
        (dismissed, "dismissed"),
        (approved_in_the_table_only, "not_approved"),
        (approved_by_someone_who_may_not, "not_approved"),
        (approved_too_late, "not_approved"),
        (approved_by_a_viewer_as_everything_says, "not_approved"),
        (approved_in_a_role_that_nobody_has, "not_approved"),
        (approved_too_late_as_everything_says, "not_approved"),
        (voided, "not_approved"),
        (falsely_allowed, "not_approved"),
        (approved_before_it_was_asked, "not_approved"),
        (time_to_decide_prolonged, "not_approved"),
        (shown_another_plan, "not_approved"),
        (promoted_in_the_table, "not_approved"),
        (approved_by_an_event_of_the_worker, "not_approved"),
        (log_edited, "log_broken"),
        (log_shortened, "log_broken"),
        (plan_and_hash_differ, "plan_changed"),
    ],
)
async def test_without_a_sound_record_there_is_no_grant(
    prepare: Callable[[Case], Awaitable[None]], code: str, case: Case, signer: SignerClient
) -> None:
    await prepare(case)

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert f"({code})" in answer.reason
    async with case.engine.connect() as connection:
        stored = await connection.execute(sa.text("SELECT count(*) FROM grants"))
        assert stored.scalar() == 0


@pytest.mark.parametrize(
    "prepare",
    [
        halted,
        halted_in_its_cluster,
        over,
        another_plan_since,
        log_edited,
        in_a_later_run,
        paused,
        cancelled,
    ],
)
async def test_a_stored_grant_is_not_given_out_any_more_when_things_have_changed(
    prepare: Callable[[Case], Awaitable[None]], case: Case, signer: SignerClient
) -> None:
    await case.approve()
    first = await signer.mint(ID, ACTION)

    async def nothing() -> None:
        return

    case.approve = nothing  # type: ignore[method-assign]  # it was done above
    await prepare(case)

    assert isinstance(first, ports.Grant)
    assert isinstance(await signer.mint(ID, ACTION), ports.GrantDenied)


async def test_an_action_that_nobody_rehearsed_gets_no_grant(
    case: Case, signer: SignerClient
) -> None:
    action = case.plan.actions[0].model_copy(update={"dry_run": None})
    case.plan = case.plan.model_copy(update={"actions": (action,)})
    await case.approve()

    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "(not_rehearsed)" in answer.reason


@pytest.mark.parametrize(("id_", "action"), [("inc-other", "act-1"), ("inc-1", "act-9")])
async def test_unknown_incidents_and_actions_get_no_grant(
    id_: str, action: str, case: Case, signer: SignerClient
) -> None:
    await case.approve()

    answer = await signer.mint(IncidentId(id_), ActionId(action))

    assert isinstance(answer, ports.GrantDenied)
