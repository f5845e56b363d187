"""The way back that a dry run tells of is part of the plan, if the catalogue knows it as one."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from sre_agent.config import action_kinds
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, Plan, Risk
from sre_agent.domain.tools import ToolCall
from sre_agent.graph import rehearsal
from sre_agent.graph.context import RunContext
from sre_agent.testing import FakeToolbox
from sre_agent.testing.toolbox import ok

WEB = ObjectRef(kind="Service", namespace="shop", name="web")
NAMED = {"namespace": "shop", "name": "web"}
FORMER = {**NAMED, "port": 80, "target_port": "8080"}


def plan() -> Plan:
    call = ToolCall(
        server="kubernetes",
        tool="patch_service_port",
        arguments={**NAMED, "port": 80, "target_port": "9090"},
    )
    action = {
        "id": "a1",
        "call": call,
        "target": WEB,
        "risk": Risk.LOW,
        "rationale": "r",
        "evidence_ids": ("e",),
        "blast_radius": {"pods": 1, "callers": (), "statement": ""},
        "inverse": None,
        "verification": {
            "object": WEB,
            "bounds": [{"namespace": "shop", "service": "web"}],
            "hold_s": 1,
            "deadline_s": 2,
        },
    }
    return Plan(
        playbook="p",
        fault_class="service_target_port_mismatch",
        cause_object=WEB,
        confidence=0.9,
        summary="s",
        actions=(Action.model_validate(action),),
    )


async def rehearsed(told: dict[str, Any] | None) -> Plan:
    dry_run = {"state_sha256": "s", "result_sha256": "r", "uid": "u", "changes": []}
    data = {**dry_run, **({"inverse": told} if told else {})}
    box = FakeToolbox().on("kubernetes", "patch_service_port", ok(data))
    context = SimpleNamespace(
        toolbox=box,
        deadline_s=lambda _call: 1.0,
        playbooks=SimpleNamespace(actions=action_kinds.shipped()),
    )
    found = await rehearsal.rehearse(cast("RunContext", context), plan())
    assert isinstance(found, Plan)
    return found


async def test_it_is_part_of_the_plan_and_of_its_hash() -> None:
    with_it = await rehearsed({"tool": "patch_service_port", "arguments": FORMER})
    without = await rehearsed(None)

    inverse = with_it.actions[0].inverse
    assert inverse is not None
    assert (inverse.server, inverse.tool, inverse.arguments) == (
        "kubernetes",
        "patch_service_port",
        FORMER,
    )
    assert without.actions[0].inverse is None
    assert with_it.sha256 != without.sha256


@pytest.mark.parametrize("tool", ["delete_pod", "set_image", "no_such_tool"])
async def test_a_way_back_that_is_none_of_the_catalogues_is_not_taken(tool: str) -> None:
    found = await rehearsed({"tool": tool, "arguments": NAMED})

    assert found.actions[0].inverse is None
