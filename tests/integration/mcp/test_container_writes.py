"""Changes of one container through the whole path, counted at the API server."""

from typing import Any

import pytest
from hands_lab import Hands, Signer, data
from lab_cluster import Workload

from sre_agent.domain.plan import DryRun
from sre_agent.domain.tools import ToolStatus

EDITS: dict[str, tuple[dict[str, Any], str]] = {
    "set_resources": (
        {"memory_limit": "128Mi", "memory_request": "96Mi"},
        "containers[app].resources.limits.memory: 64Mi -> 128Mi",
    ),
    "set_image": ({"image": "lab/shell:2"}, "containers[app].image: lab/shell:1 -> lab/shell:2"),
    "set_env": (
        {"variable": "MODE", "value": "safe"},
        "containers[app].env[MODE]: (none) -> safe",
    ),
}


@pytest.mark.parametrize("tool", EDITS)
async def test_a_container_is_changed_as_rehearsed_once_and_marked_in_the_same_write(
    hands: Hands, workload: Workload, signer: Signer, tool: str
) -> None:
    arguments, change = EDITS[tool]
    call = workload.call(tool, container="app", **arguments)
    before = workload.live
    rehearsed = await hands.rehearse(call)
    untouched = workload.live == before
    claims = signer.claims(call, rehearsed)

    first = await hands.write(call, signer.sign(claims))
    second = await hands.write(call, signer.sign(claims))

    assert change in DryRun.model_validate(rehearsed.data).changes
    assert untouched
    assert (data(first)["outcome"], data(second)["outcome"]) == ("applied", "already_applied")
    assert claims["jti"] in workload.live["metadata"]["annotations"]["sre-agent.io/grants"]
    assert len(workload.writes) == 1
    container, was = (
        each["spec"]["template"]["spec"]["containers"][0] for each in (workload.live, before)
    )
    keys = {key for key in container if container[key] != was[key]}
    assert keys == {{"set_resources": "resources", "set_image": "image", "set_env": "env"}[tool]}


async def test_the_numbers_that_policy_judges_come_from_the_live_object(
    hands: Hands, workload: Workload
) -> None:
    call = workload.call("set_resources", container="app", memory_limit="128Mi")

    rehearsed = DryRun.model_validate((await hands.rehearse(call)).data)

    numbers = {figure.name: (figure.before, figure.after) for figure in rehearsed.figures}
    assert numbers["memory_limit_bytes"] == (64 * 2**20, 128 * 2**20)
    assert numbers["cpu_request_millicores"] == (10, 10)


async def test_what_a_container_may_not_become_is_refused_before_anything_is_asked_of_the_cluster(
    hands: Hands, workload: Workload
) -> None:
    refusals = [
        await hands.rehearse(workload.call(tool, container="app", **arguments))
        for tool, arguments in (
            ("set_resources", {"memory_limit": "1Mi", "memory_request": "2Mi"}),
            ("set_resources", {}),
            ("set_resources", {"memory_limit": 134217728}),
            ("set_image", {"image": "evil/miner:1"}),
            ("set_env", {"variable": "DB_PASSWORD", "value": "hunter3"}),
            ("set_env", {"variable": "MODE", "value": "a\nb"}),
        )
    ]

    assert [result.status for result in refusals] == [ToolStatus.REFUSED] * 6
    assert [result.code for result in refusals] == [
        "invalid_arguments",
        "invalid_arguments",
        "invalid_arguments",
        "forbidden",
        "forbidden",
        "invalid_arguments",
    ]
    assert "hunter3" not in str(refusals)
