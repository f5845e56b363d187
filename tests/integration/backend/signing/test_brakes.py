"""Caps, rests and freezes as the signer keeps to them, on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from brake_scene import MakeMint, Scene, freeze, refusal, undo_of

from backend.db import switch
from sre_agent import ports
from sre_agent.domain.ids import ActionId
from sre_agent.domain.plan import Plan
from sre_agent.safety.grants import GrantRefusedError
from sre_agent.safety.pace import Caps

ONE, TWO = ActionId("act-1"), ActionId("act-2")
NO_REST = Caps(per_workload=2, per_cluster=3, cool_down_factor=0)


async def test_a_workload_rests_after_a_write_and_is_written_to_again_when_it_was_told(
    scene: Scene, make_mint: MakeMint
) -> None:
    mint = make_mint()
    first = await scene.approved("inc-a")
    again = await scene.approved("inc-b")
    other = await scene.approved("inc-c", scene.on("other"))
    granted_at = scene.clock.now()
    await mint.mint(first, ONE)

    refused = await refusal(mint.mint(again, ONE))
    await mint.mint(other, ONE)

    # Another plan for the same workload, and the same plan of another incident alike.
    assert refused.code == "cooling_down"
    assert refused.until == granted_at + timedelta(seconds=600)
    assert refused.until.isoformat(sep=" ", timespec="seconds")[:19] in refused.reason
    await scene.pass_time(seconds=600)
    assert (await mint.mint(again, ONE)).id


async def test_caps_of_a_workload_and_of_the_cluster_hold_for_an_hour(
    scene: Scene, make_mint: MakeMint
) -> None:
    mint = make_mint(caps=NO_REST)
    same = [await scene.approved(f"inc-{name}") for name in "abc"]
    others = [await scene.approved(f"inc-{name}", scene.on(name)) for name in "de"]
    began = scene.clock.now()
    await mint.mint(same[0], ONE)
    await scene.pass_time(minutes=5)
    await mint.mint(same[1], ONE)

    third = await refusal(mint.mint(same[2], ONE))
    await mint.mint(others[0], ONE)
    of_cluster = await refusal(mint.mint(others[1], ONE))

    assert (third.code, third.until) == ("cap_reached", began + timedelta(hours=1))
    assert (of_cluster.code, of_cluster.until) == ("cap_reached", began + timedelta(hours=1))
    assert await scene.grants() == await scene.counted() == 3


async def test_asking_again_for_a_grant_counts_once(scene: Scene, make_mint: MakeMint) -> None:
    mint = make_mint(caps=NO_REST)
    id_ = await scene.approved("inc-a")

    first = await mint.mint(id_, ONE)
    await scene.pass_time(seconds=400)
    renewed = await mint.mint(id_, ONE)

    assert (first.id, first.token == renewed.token) == (renewed.id, False)
    assert await scene.counted() == 1


async def test_the_steps_of_one_plan_do_not_wait_for_each_other(
    scene: Scene, make_mint: MakeMint
) -> None:
    mint = make_mint()
    id_ = await scene.approved("inc-a", scene.on("web", 2))

    await mint.mint(id_, ONE)

    assert (await mint.mint(id_, TWO)).id


@pytest.mark.attack("going round a brake")
async def test_racing_signers_do_not_grant_more_than_the_cap(
    scene: Scene, make_mint: MakeMint
) -> None:
    mints = [make_mint(caps=NO_REST) for _ in range(2)]
    ids = [await scene.approved(f"inc-{name}", scene.on(name)) for name in "abcdefgh"]

    answers = await asyncio.gather(
        *(mints[number % 2].mint(id_, ONE) for number, id_ in enumerate(ids)),
        return_exceptions=True,
    )

    granted = [answer for answer in answers if isinstance(answer, ports.Grant)]
    refused = [answer for answer in answers if isinstance(answer, GrantRefusedError)]
    assert (len(granted), len(refused)) == (3, 5)
    assert {error.code for error in refused} == {"cap_reached"}


async def test_taking_back_our_own_action_waits_for_nothing_but_a_stop(
    scene: Scene, make_mint: MakeMint, tmp_path: Path
) -> None:
    file = tmp_path / "freezes.yaml"
    file.write_text("freezes: []")
    caps = Caps(per_workload=1, per_cluster=1)
    mint = make_mint(caps=caps, file=file)
    plan = with_inverse(scene.plan)
    id_ = await scene.approved("inc-a", plan)
    await mint.mint(id_, ONE)
    freeze(file, scene.clock.now())
    undo = undo_of(plan)
    await scene.permit(id_, undo)
    await throw(scene, is_halted=True)

    stopped = await refusal(mint.mint(id_, undo.actions[0].id))
    await throw(scene, is_halted=False)
    grant = await mint.mint(id_, undo.actions[0].id)

    assert stopped.code == "halted"
    assert grant.id
    assert await scene.counted() == 2


@pytest.mark.attack("going round a brake")
async def test_a_freeze_that_nobody_can_read_keeps_nobody_from_taking_back(
    scene: Scene, make_mint: MakeMint
) -> None:
    mint = make_mint(caps=Caps(per_workload=1, per_cluster=1))
    plan = with_inverse(scene.plan)
    id_ = await scene.approved("inc-a", plan)
    await mint.mint(id_, ONE)
    spoiled = sa.text(
        "INSERT INTO freezes (org_id, id, definition, ends_at, added_by, added_at)"
        " VALUES ('default', 'frz-x', '{}', '2999-01-01Z', 'eve', '2020-01-01Z')"
    )
    async with scene.engine.begin() as connection:
        await connection.execute(spoiled)
    undo = undo_of(plan)
    await scene.permit(id_, undo)

    assert (await mint.mint(id_, undo.actions[0].id)).id


async def test_what_only_calls_itself_an_undo_waits_like_any_other_write(
    scene: Scene, make_mint: MakeMint
) -> None:
    mint = make_mint(caps=Caps(per_workload=1, per_cluster=1))
    plan = with_inverse(scene.plan)
    never_done = await scene.approved("inc-a", plan)
    done = await scene.approved("inc-b", scene.on("other"))
    await mint.mint(done, ONE)
    undo = undo_of(plan)
    await scene.permit(never_done, undo)

    refused = await refusal(mint.mint(never_done, undo.actions[0].id))

    assert refused.code == "cap_reached"


@pytest.mark.attack("going round a brake")
async def test_what_calls_itself_an_undo_and_does_something_else_waits_for_its_workload_to_rest(
    scene: Scene, make_mint: MakeMint
) -> None:
    mint = make_mint()
    plan = with_inverse(scene.plan)
    id_ = await scene.approved("inc-a", plan)
    await mint.mint(id_, ONE)
    [undone] = undo_of(plan).actions
    call = undone.call.model_copy(update={"arguments": {**undone.call.arguments, "to_revision": 7}})
    other = undone.model_copy(update={"call": call})
    await scene.permit(id_, undo_of(plan).model_copy(update={"actions": (other,)}))

    refused = await refusal(mint.mint(id_, other.id))

    assert refused.code == "cooling_down"


@pytest.mark.attack("going round a brake")
async def test_an_action_is_taken_back_past_the_brakes_once(
    scene: Scene, make_mint: MakeMint
) -> None:
    mint = make_mint(caps=Caps(per_workload=1, per_cluster=1))
    plan = with_inverse(scene.plan)
    id_ = await scene.approved("inc-a", plan)
    await mint.mint(id_, ONE)
    undo = undo_of(plan)
    await scene.permit(id_, undo)
    await mint.mint(id_, undo.actions[0].id)
    renamed = undo.actions[0].model_copy(update={"id": ActionId("act-again")})
    await scene.permit(id_, undo.model_copy(update={"actions": (renamed,)}))

    refused = await refusal(mint.mint(id_, ActionId("act-again")))

    assert refused.code == "cap_reached"


@pytest.mark.attack("going round a brake")
async def test_a_clock_that_is_set_back_frees_nothing(scene: Scene, make_mint: MakeMint) -> None:
    mint = make_mint(caps=NO_REST)
    ids = [await scene.approved(f"inc-{name}", scene.on(name)) for name in "abcd"]
    for id_ in ids[:3]:
        await mint.mint(id_, ONE)
    await scene.pass_time(minutes=-1)

    assert (await refusal(mint.mint(ids[3], ONE))).code == "cap_reached"


@pytest.mark.attack("going round a brake")
@pytest.mark.parametrize("ahead_s", [3600, -3600])
async def test_a_clock_that_jumped_gets_no_grant(
    ahead_s: float, scene: Scene, make_mint: MakeMint
) -> None:
    id_ = await scene.approved("inc-a")
    wrong = make_mint(skew_max_s=30)
    scene.clock.time = datetime.now(UTC) + timedelta(seconds=ahead_s)
    await scene.permit(id_, scene.on("web", summary="anew"))
    refused = await refusal(wrong.mint(id_, ONE))

    assert refused.code == "clocks_differ"


@pytest.mark.attack("going round a brake")
async def test_a_stop_between_two_actions_of_a_plan_leaves_the_next_without_a_grant(
    scene: Scene, make_mint: MakeMint
) -> None:
    mint = make_mint(caps=NO_REST)
    id_ = await scene.approved("inc-a", scene.on("web", 3))
    await mint.mint(id_, ONE)

    await throw(scene, is_halted=True, cluster_id="default")
    codes = [(await refusal(mint.mint(id_, each))).code for each in (TWO, ActionId("act-3"), ONE)]

    assert codes == ["halted"] * 3
    assert await scene.grants() == 1


async def throw(scene: Scene, *, is_halted: bool, cluster_id: str | None = None) -> None:
    wanted = switch.Throw(is_halted=is_halted, actor="ann", reason="r", cluster_id=cluster_id)
    async with scene.engine.begin() as connection:
        await switch.throw(connection, "default", wanted, now=scene.clock.now())


def with_inverse(plan: Plan) -> Plan:
    [action] = plan.actions
    back = action.call.model_copy(update={"arguments": {**action.call.arguments, "to_revision": 2}})
    return plan.model_copy(update={"actions": (action.model_copy(update={"inverse": back}),)})
