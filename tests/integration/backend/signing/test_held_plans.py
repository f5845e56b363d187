"""What holds a plan is told before anybody approves it: every brake, with its end."""

from datetime import timedelta
from pathlib import Path

from brake_scene import MakeMint, Scene, freeze

from backend.brakes.foreseeing import Foresight
from backend.db import incident_rows, switch
from backend.db.switch import Throw
from backend.signer.mint import Mint
from sre_agent.domain.brakes import Brake, Obstacle
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.safety.pace import Caps


async def held(scene: Scene, mint: Mint, id_: IncidentId) -> list[Obstacle]:
    async with scene.engine.connect() as connection:
        incident = await incident_rows.load(connection, id_)
    foresight = Foresight(scene.engine, scene.clock, mint.policy, mint.brakes)
    return await foresight.held_by(incident, scene.plan)


async def test_every_brake_that_holds_a_plan_is_told_with_its_end(
    scene: Scene, make_mint: MakeMint, tmp_path: Path
) -> None:
    file = tmp_path / "freezes.yaml"
    file.write_text("freezes: []")
    mint = make_mint(caps=Caps(per_workload=1, per_cluster=1), file=file)
    first, second = await scene.approved("inc-a"), await scene.approved("inc-b")
    free = await held(scene, mint, first)
    await mint.mint(first, ActionId("act-1"))
    written_at = scene.clock.now()
    until = freeze(file, written_at)

    found = {(item.brake, item.until) for item in await held(scene, mint, second)}

    assert free == []
    assert (Brake.FREEZE, until) in found
    assert (Brake.CAP, written_at + timedelta(hours=1)) in found
    assert {brake for brake, _ in found} == {Brake.FREEZE, Brake.CAP, Brake.COOL_DOWN}


async def test_a_stop_is_all_that_is_told_while_it_lasts(scene: Scene, make_mint: MakeMint) -> None:
    mint = make_mint(caps=Caps(per_workload=0, per_cluster=0))
    id_ = await scene.approved("inc-a")
    thrown = Throw(is_halted=True, actor="ada", reason="by hand")
    async with scene.engine.begin() as connection:
        await switch.throw(connection, "default", thrown, now=scene.clock.now())

    [found] = await held(scene, mint, id_)

    assert (found.brake, found.until) == (Brake.STOP, None)
    assert found.reason == (
        "writes are halted by ada: by hand; "
        "an admin lets writing go on with `sre-agent unhalt` or in the war room"
    )
