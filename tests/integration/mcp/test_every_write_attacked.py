"""The same attacks on every tool that writes: no tool has a door of its own."""

from pathlib import Path

import pytest
from aims import POD_TOOLS, TOOLS, Aim, at
from attack_counts import Attack
from crew import Crew
from forgeries import FORGERIES, Scene
from hands_lab import Hands, Signer, data, hands_with, settings
from lab_cluster import Cluster, Workload, new_workload

from sre_agent.config import permissions
from sre_agent.domain.tools import ToolStatus

pytestmark = pytest.mark.attack("grant used again, halted or outdated")


@pytest.fixture(params=TOOLS)
def aim(request: pytest.FixtureRequest, crew: Crew) -> Aim:
    """Return a call that may succeed."""
    return at(request.param, crew)


@pytest.fixture(scope="module")
def untouched(cluster: Cluster) -> Workload:
    return new_workload(cluster)


@pytest.fixture(params=TOOLS)
def vain(request: pytest.FixtureRequest, untouched: Workload, crew: Crew) -> Aim:
    """Return a call that a test asks for in vain only, so that some of them can share an object."""
    return at(request.param, crew, untouched)


def test_every_writing_tool_is_attacked() -> None:
    allowed = permissions.load_allow_list()

    assert {tool for server, tool in allowed.writes if server == "kubernetes"} == set(TOOLS)


async def test_forged_and_misused_grants_are_refused(
    hands: Hands, signer: Signer, vain: Aim, attack: Attack
) -> None:
    attack.uses(*(f"grant: {why}" for why in FORGERIES))
    scene = Scene(signer, vain.call, await hands.rehearse(vain.call))

    results = {
        why: await hands.write(vain.call, forge(scene)) for why, (forge, _code) in FORGERIES.items()
    }

    attack.asks(len(results))
    attack.writes_nothing(vain.written())
    found = {why: (result.status.value, result.code) for why, result in results.items()}
    assert found == {why: ("refused", code) for why, (_forge, code) in FORGERIES.items()}
    assert vain.written() == []


async def test_a_grant_is_for_one_call_and_one_only(
    hands: Hands, signer: Signer, vain: Aim
) -> None:
    grant = signer.grant(vain.call, await hands.rehearse(vain.call))

    result = await hands.write(vain.other, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "grant_not_for_this_call")
    assert vain.written() == []


async def test_a_grant_dies_with_a_change_of_its_object(
    hands: Hands, signer: Signer, vain: Aim
) -> None:
    grant = signer.grant(vain.call, await hands.rehearse(vain.call))
    vain.disturb()

    result = await hands.write(vain.call, grant)

    is_gone = vain.call.tool in POD_TOOLS
    assert result.status is ToolStatus.REFUSED
    assert result.code in ({"not_found", "state_changed"} if is_gone else {"state_changed"})
    assert vain.written() == []


async def test_a_halt_stops_a_good_grant(
    cluster: Cluster, signer: Signer, vain: Aim, tmp_path: Path
) -> None:
    halt = tmp_path / "halt"

    async with hands_with(settings(cluster, signer, mcp_halt_file=halt)) as hands:
        grant = signer.grant(vain.call, await hands.rehearse(vain.call))
        halt.touch()
        result = await hands.write(vain.call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "halted")
    assert vain.written() == []


async def test_a_replayed_grant_does_nothing_a_second_time(
    hands: Hands, signer: Signer, aim: Aim
) -> None:
    claims = signer.claims(aim.call, await hands.rehearse(aim.call))
    first = await hands.write(aim.call, signer.sign(claims))
    expired = {**claims, "exp": claims["iat"] - 600}

    replayed = await hands.write(aim.call, signer.sign(expired))

    assert data(first)["outcome"] == "applied"
    assert data(replayed)["outcome"] == "already_applied"
    assert (data(replayed)["at"], data(replayed)["detail"]) == (
        data(first)["at"],
        data(first)["detail"],
    )
    deeds = [line for line in aim.written() if line["verb"] != "patch"] or aim.written()
    assert len(deeds) == 1
