"""Freezes as the signer keeps to them: of the file, and for once."""

from datetime import timedelta
from pathlib import Path

import jwt
import pytest
import sqlalchemy as sa
from brake_scene import MakeMint, Scene, freeze, refusal

from backend.db import freezes
from mcp_servers.common.grants import CLOCK_SKEW_S
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.safety.freeze_text import FreezeText

ONE = ActionId("act-1")


async def test_a_freeze_of_the_file_holds_from_when_it_is_written(
    scene: Scene, make_mint: MakeMint, tmp_path: Path
) -> None:
    file = tmp_path / "freezes.yaml"
    file.write_text("freezes: []")
    mint = make_mint(file=file)
    id_ = await scene.approved("inc-a")
    until = freeze(file, scene.clock.now())

    refused = await refusal(mint.mint(id_, ONE))
    await scene.pass_time(minutes=20)

    assert (refused.code, refused.until) == ("frozen", until)
    assert "inventory" in refused.reason
    assert (await mint.mint(id_, ONE)).id


@pytest.mark.attack("going round a brake")
@pytest.mark.parametrize("trouble", ["not there", "broken", "a folder"])
async def test_a_calendar_that_cannot_be_read_stops_every_grant(
    trouble: str, scene: Scene, make_mint: MakeMint, tmp_path: Path
) -> None:
    file = tmp_path / "freezes.yaml"
    if trouble == "broken":
        file.write_text("freezes: [{name: x}]")
    elif trouble == "a folder":
        file.mkdir()
    mint = make_mint(file=file)
    id_ = await scene.approved("inc-a")

    refused = await refusal(mint.mint(id_, ONE))

    assert (refused.code, refused.until) == ("freeze_unreadable", None)
    assert "freezes.yaml" in refused.reason


def sale(scene: Scene) -> FreezeText:
    now = scene.clock.now()
    return FreezeText.model_validate(
        {
            "name": "sale",
            "reason": "many buy",
            "from": now.isoformat(),
            "to": (now + timedelta(hours=2)).isoformat(),
            "namespaces": ["prod"],
        }
    )


async def put_on_sale(scene: Scene) -> freezes.Freeze:
    async with scene.engine.begin() as connection:
        return await freezes.add(
            connection, "default", sale(scene), actor="ann", now=scene.clock.now()
        )


async def end_sale(scene: Scene, added: freezes.Freeze) -> None:
    async with scene.engine.begin() as connection:
        await freezes.remove(connection, "default", added.id, actor="eve", now=scene.clock.now())


@pytest.mark.attack("going round a brake")
async def test_a_freeze_that_was_spoiled_in_the_database_stops_every_grant_and_says_what_to_do(
    scene: Scene, make_mint: MakeMint
) -> None:
    mint = make_mint()
    id_ = await scene.approved("inc-a")
    added = await put_on_sale(scene)
    async with scene.engine.begin() as connection:
        await connection.execute(sa.text("UPDATE freezes SET definition = '{}'"))

    refused = await refusal(mint.mint(id_, ONE))
    await end_sale(scene, added)

    assert (refused.code, refused.until) == ("freeze_unreadable", None)
    assert f"sre-agent freeze remove {added.id}" in refused.reason
    assert (await mint.mint(id_, ONE)).id


async def test_a_freeze_that_somebody_added_holds_until_it_is_removed(
    scene: Scene, make_mint: MakeMint
) -> None:
    mint = make_mint()
    id_ = await scene.approved("inc-a")
    added = await put_on_sale(scene)

    refused = await refusal(mint.mint(id_, ONE))
    await end_sale(scene, added)

    assert (refused.code, refused.until) == ("frozen", scene.clock.now() + timedelta(hours=2))
    assert (await mint.mint(id_, ONE)).id


async def test_a_grant_that_was_not_used_before_a_freeze_is_not_renewed_in_it(
    scene: Scene, make_mint: MakeMint, tmp_path: Path
) -> None:
    file = tmp_path / "freezes.yaml"
    file.write_text("freezes: []")
    mint = make_mint(file=file)
    unused, begun = await scene.approved("inc-a"), await scene.approved("inc-b", scene.on("b"))
    for id_ in (unused, begun):
        await mint.mint(id_, ONE)
    await scene.log(begun, EventKind.ACTION_STARTED, {"action_id": ONE, "grant_id": "g"})
    await scene.pass_time(seconds=400)
    freeze(file, scene.clock.now())

    refused = await refusal(mint.mint(unused, ONE))

    assert refused.code == "frozen"
    assert (await mint.mint(begun, ONE)).id, "it settles what came of the write"


@pytest.mark.parametrize(
    ("codes", "is_frozen"),
    [(["checks_pending", "grant_expired"], True), (["checks_pending", ""], False)],
    ids=["told to wait", "no answer"],
)
async def test_a_write_that_waits_for_checks_is_not_begun_in_a_freeze(
    scene: Scene, make_mint: MakeMint, tmp_path: Path, codes: list[str], *, is_frozen: bool
) -> None:
    file = tmp_path / "freezes.yaml"
    file.write_text("freezes: []")
    mint = make_mint(file=file)
    id_ = await scene.approved("inc-a")
    await mint.mint(id_, ONE)
    await scene.log(id_, EventKind.ACTION_STARTED, {"action_id": ONE, "grant_id": "g"})
    for code in codes:
        said = {"action_id": ONE, "mode": "write", "code": code}
        await scene.log(id_, EventKind.TOOL_CALLED, said)
    await scene.pass_time(seconds=400)
    freeze(file, scene.clock.now())

    if is_frozen:
        assert (await refusal(mint.mint(id_, ONE))).code == "frozen"
    else:
        assert (await mint.mint(id_, ONE)).id


@pytest.mark.attack("going round a brake")
async def test_a_grant_from_before_a_freeze_ends_with_its_beginning(
    scene: Scene, make_mint: MakeMint, tmp_path: Path
) -> None:
    """Also with the seconds that a server adds for clocks that differ."""
    file = tmp_path / "freezes.yaml"
    begins_at = scene.clock.now() + timedelta(seconds=60)
    freeze(file, begins_at)
    mint = make_mint(file=file)
    id_, free = await scene.approved("inc-a"), await scene.approved("inc-b", scene.on("b"))

    grant = await mint.mint(id_, ONE)
    await scene.pass_time(seconds=57)
    again = await mint.mint(id_, ONE)
    late = await mint.mint(free, ONE)

    ends = [expiry(item.token) + CLOCK_SKEW_S for item in (grant, again, late)]
    assert ends == [begins_at.timestamp()] * 3
    assert grant.id == again.id


async def test_a_grant_lasts_as_long_as_ever_where_the_next_freeze_is_far_off_or_elsewhere(
    scene: Scene, make_mint: MakeMint, tmp_path: Path
) -> None:
    file = tmp_path / "freezes.yaml"
    freeze(file, scene.clock.now() + timedelta(hours=1))
    mint = make_mint(file=file)

    grant = await mint.mint(await scene.approved("inc-a"), ONE)

    assert expiry(grant.token) == scene.clock.now().timestamp() + mint.ttl_s


def expiry(token: str) -> int:
    return int(jwt.decode(token, options={"verify_signature": False})["exp"])
