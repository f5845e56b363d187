"""Hostile calls, spoken to the server directly: each is refused and nothing is written."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hands_lab import (
    CLUSTER_ID,
    DEADLINE_S,
    READ_TOKEN,
    Hands,
    RealClock,
    Signer,
    Workload,
    data,
    new_workload,
)

from mcp_servers.common.grants import key_id
from sre_agent.domain.grant import META_KEY, TOKEN_TYPE
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

pytestmark = pytest.mark.attack

Json = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """A rollback that was rehearsed and would be granted."""

    signer: Signer
    call: ToolCall
    rehearsed: ToolResult

    def grant(self, **others: Any) -> str:
        return self.signer.grant(self.call, self.rehearsed, **others)

    @property
    def claims(self) -> Json:
        return self.signer.claims(self.call, self.rehearsed)

    @property
    def header(self) -> Json:
        return {"kid": key_id(self.signer.key.public_key()), "typ": TOKEN_TYPE}


def _part(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _signed_by_a_stranger(scene: Scene) -> str:
    stranger = Ed25519PrivateKey.generate()
    return jwt.encode(scene.claims, stranger, algorithm="EdDSA", headers=scene.header)


def _signed_by_a_stranger_under_its_own_key_id(scene: Scene) -> str:
    return Signer(Ed25519PrivateKey.generate()).sign(scene.claims)


def _unsigned(scene: Scene) -> str:
    return f"{_part({**scene.header, 'alg': 'none'})}.{_part(scene.claims)}."


def _signed_with_the_public_key_as_a_shared_secret(scene: Scene) -> str:
    text = f"{_part({**scene.header, 'alg': 'HS256'})}.{_part(scene.claims)}"
    secret = scene.signer.public_pem.encode()
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _with_claims_exchanged(scene: Scene) -> str:
    header, _, signature = scene.grant().split(".")
    return f"{header}.{_part({**scene.claims, 'approved_by': 'mallory'})}.{signature}"


def _without_a_claim(name: str) -> Callable[[Scene], str]:
    def token(scene: Scene) -> str:
        return scene.signer.sign({key: value for key, value in scene.claims.items() if key != name})

    return token


FORGERIES: dict[str, tuple[Callable[[Scene], str], str]] = {
    "a stranger's signature": (_signed_by_a_stranger, "grant_invalid"),
    "a stranger's key": (_signed_by_a_stranger_under_its_own_key_id, "grant_invalid"),
    "no signature": (_unsigned, "grant_invalid"),
    "another algorithm": (_signed_with_the_public_key_as_a_shared_secret, "grant_invalid"),
    "exchanged claims": (_with_claims_exchanged, "grant_invalid"),
    "another kind of token": (
        lambda scene: scene.signer.sign(scene.claims, typ="JWT"),
        "grant_invalid",
    ),
    "another issuer": (lambda scene: scene.grant(iss="someone"), "grant_invalid"),
    "another cluster": (lambda scene: scene.grant(aud="mcp:kubernetes:other"), "grant_invalid"),
    "another server": (lambda scene: scene.grant(aud=f"mcp:loki:{CLUSTER_ID}"), "grant_invalid"),
    "several audiences": (
        lambda scene: scene.grant(aud=[f"mcp:kubernetes:{CLUSTER_ID}", "x"]),
        "grant_invalid",
    ),
    "no audience": (_without_a_claim("aud"), "grant_invalid"),
    "no expiry": (_without_a_claim("exp"), "grant_invalid"),
    "no id": (_without_a_claim("jti"), "grant_invalid"),
    "no state": (_without_a_claim("state_sha256"), "grant_invalid"),
    "no result": (_without_a_claim("result_sha256"), "grant_invalid"),
    "no numbers": (_without_a_claim("figures_sha256"), "grant_invalid"),
    "an expiry that is no number": (lambda scene: scene.grant(exp="never"), "grant_invalid"),
    "an extra claim": (lambda scene: scene.grant(admin=True), "grant_invalid"),
    "not a token": (lambda _: "let me in", "grant_invalid"),
    "a huge token": (lambda scene: scene.grant(sub="x" * 9000), "grant_invalid"),
    "no grant": (lambda _: "", "grant_missing"),
    "another tool": (lambda scene: scene.grant(tool="scale_workload"), "grant_not_for_this_call"),
    "other arguments": (
        lambda scene: scene.grant(arguments_sha256="0" * 64),
        "grant_not_for_this_call",
    ),
    "another object": (
        lambda scene: scene.grant(
            target={
                "kind": "Deployment",
                "namespace": scene.call.arguments["namespace"],
                "name": "x",
            }
        ),
        "grant_not_for_this_target",
    ),
    "another kind of object": (
        lambda scene: scene.grant(
            target={
                "kind": "Pod",
                "namespace": scene.call.arguments["namespace"],
                "name": scene.call.arguments["name"],
            }
        ),
        "grant_not_for_this_target",
    ),
    "a namesake": (lambda scene: scene.grant(target_uid="other"), "grant_not_for_this_target"),
    "another state": (lambda scene: scene.grant(state_sha256="0" * 64), "state_changed"),
    "another result": (lambda scene: scene.grant(result_sha256="0" * 64), "result_changed"),
    "other numbers": (lambda scene: scene.grant(figures_sha256="0" * 64), "result_changed"),
    "expired": (
        lambda scene: scene.grant(exp=int(time.time()) - 60, nbf=int(time.time()) - 120),
        "grant_expired",
    ),
    "not valid yet": (lambda scene: scene.grant(nbf=int(time.time()) + 60), "grant_invalid"),
}


async def test_forged_and_misused_grants_are_refused(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    before = workload.live
    call = workload.rollback()
    scene = Scene(signer, call, await hands.rehearse(call))

    results = {
        why: await hands.write(call, forge(scene)) for why, (forge, _code) in FORGERIES.items()
    }

    found = {why: (result.status.value, result.code) for why, result in results.items()}
    assert found == {why: ("refused", code) for why, (_forge, code) in FORGERIES.items()}
    assert workload.live["spec"] == before["spec"]
    assert workload.writes == []


async def test_a_grant_for_one_set_of_arguments_permits_no_other(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    small = workload.call("scale_workload", replicas=2)
    grant = signer.grant(small, await hands.rehearse(small))

    large = await hands.write(workload.call("scale_workload", replicas=3), grant)
    other_tool = await hands.write(workload.call("restart_rollout"), grant)

    assert large.code == "grant_not_for_this_call"
    assert other_tool.code == "grant_not_for_this_call"
    assert workload.writes == []


async def test_a_grant_cannot_be_turned_on_another_object(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    victim = new_workload(workload.cluster)
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))

    result = await hands.write(victim.rollback(), grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "grant_not_for_this_call")
    assert victim.writes == []


async def test_a_grant_made_for_a_dry_run_state_dies_with_any_change_of_the_object(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))
    workload.cluster.patch(workload.namespace, workload.name, {"spec": {"replicas": 2}})

    result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "state_changed")
    assert workload.version == "v2"
    assert workload.writes == []


async def test_a_revision_that_was_tampered_with_since_the_approval_is_not_returned_to(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))
    workload.cluster.forge_revision(workload.namespace, 1, "evil/miner:1")

    result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "result_changed")
    assert workload.version == "v2"
    assert workload.writes == []


async def test_a_grant_does_not_hold_for_an_object_made_anew_under_the_old_name(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.call("restart_rollout")
    grant = signer.grant(call, await hands.rehearse(call))
    workload.cluster.delete(workload.namespace, workload.name)
    workload.cluster.release(workload.namespace, workload.name, "v2")

    result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "grant_not_for_this_target")
    assert workload.writes == []


async def test_a_replayed_grant_answers_with_its_outcome_even_after_it_expired(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.call("restart_rollout")
    now = int(time.time())
    grant = signer.grant(call, await hands.rehearse(call), exp=now + 1, nbf=now - 10)
    first = await hands.write(call, grant)
    claims = {**jwt.decode(grant, options={"verify_signature": False}), "exp": now - 600}

    replayed = await hands.write(call, signer.sign(claims))

    assert data(first)["outcome"] == "applied"
    assert data(replayed)["outcome"] == "already_applied"
    assert data(replayed)["at"] == data(first)["at"]
    assert len(workload.writes) == 1


async def test_a_replayed_grant_does_not_undo_what_people_did_since(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))
    await hands.write(call, grant)
    workload.cluster.release(workload.namespace, workload.name, "v3")

    replayed = await hands.write(call, grant)

    assert data(replayed)["outcome"] == "already_applied"
    assert workload.version == "v3"
    assert len(workload.writes) == 1


async def test_a_used_grant_is_known_by_its_id_and_not_by_a_mark_that_merely_contains_it(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    marks = [{"id": "longer-fixed-id", "tool": "rollback_rollout", "at": "", "detail": ""}]
    annotations = {"sre-agent.io/grants": json.dumps(marks)}
    patch = {"metadata": {"annotations": annotations}}
    workload.cluster.patch(workload.namespace, workload.name, patch)
    grant = signer.grant(call, await hands.rehearse(call), jti="fixed-id")

    result = await hands.write(call, grant)

    assert data(result)["outcome"] == "applied"


async def test_spoiled_marks_stop_every_write(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    patch = {"metadata": {"annotations": {"sre-agent.io/grants": "[oops"}}}
    workload.cluster.patch(workload.namespace, workload.name, patch)

    result = await hands.write(call, signer.grant(call, await hands.rehearse(call)))

    assert (result.status, result.code) == (ToolStatus.REFUSED, "conflict")
    assert workload.writes == []


async def test_a_grant_among_the_arguments_is_no_grant(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))
    smuggled = {
        name: await hands.write(
            call.model_copy(update={"arguments": {**call.arguments, name: value}}), ""
        )
        for name, value in {
            "grant": grant,
            "_meta": {META_KEY: grant},
            "call": {"grant": grant},
        }.items()
    }

    assert {result.code for result in smuggled.values()} == {"invalid_arguments"}
    assert workload.writes == []


async def test_a_reading_session_has_no_writing_tool_whatever_it_carries(
    hands: Hands, workload: Workload, signer: Signer
) -> None:
    call = workload.rollback()
    grant = signer.grant(call, await hands.rehearse(call))
    confused = Endpoint(hands.url, READ_TOKEN, READ_TOKEN)

    async with McpToolbox({"kubernetes": confused}, RealClock()) as toolbox:
        listed = await toolbox.list_tools("kubernetes")
        read = await toolbox.read(call, deadline_s=DEADLINE_S)
        rehearsed = await toolbox.rehearse(call, deadline_s=DEADLINE_S)
        written = await toolbox.write(call, grant=grant, deadline_s=DEADLINE_S)

    assert not {"rollback_rollout", "restart_rollout", "scale_workload"} & listed.keys()
    assert [each.code for each in (read, rehearsed, written)] == ["unknown_tool"] * 3
    assert workload.writes == []


async def test_names_that_are_paths_reach_nothing_else(hands: Hands, workload: Workload) -> None:
    sneaky = f"../../namespaces/{workload.namespace}/deployments/{workload.name}"

    results = [
        await hands.read("get_resource", kind="Secret", namespace="default", name=sneaky),
        await hands.read("describe_workload", namespace="../kube-system", name="x"),
        await hands.read("get_pod_logs", namespace=workload.namespace, pod="x/../../y"),
        await hands.rehearse(workload.call("restart_rollout", name="x?dryRun=None")),
    ]

    assert {(each.status.value, each.code) for each in results} == {
        ("refused", "invalid_arguments")
    }
