"""Every way in which a grant can be false or misused, and what it is refused with."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hands_lab import CLUSTER_ID, Signer, kind_of

from mcp_servers.common.keys import key_id
from sre_agent.domain.grant import TOKEN_TYPE
from sre_agent.domain.tools import ToolCall, ToolResult

Json = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """A call that was rehearsed and would be granted."""

    signer: Signer
    call: ToolCall
    rehearsed: ToolResult

    def grant(self, **others: Any) -> str:
        return self.signer.grant(self.call, self.rehearsed, **others)

    @property
    def claims(self) -> Json:
        return self.signer.claims(self.call, self.rehearsed)

    @property
    def kind(self) -> str:
        return kind_of(self.call)

    @property
    def other_tool(self) -> str:
        return "scale_workload" if self.call.tool != "scale_workload" else "restart_rollout"

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
    "another tool": (lambda scene: scene.grant(tool=scene.other_tool), "grant_not_for_this_call"),
    "other arguments": (
        lambda scene: scene.grant(arguments_sha256="0" * 64),
        "grant_not_for_this_call",
    ),
    "another object": (
        lambda scene: scene.grant(
            target={
                "kind": scene.kind,
                "namespace": scene.call.arguments.get("namespace", ""),
                "name": "x",
            }
        ),
        "grant_not_for_this_target",
    ),
    "another kind of object": (
        lambda scene: scene.grant(
            target={
                "kind": "Deployment" if scene.kind == "Pod" else "Pod",
                "namespace": scene.call.arguments.get("namespace", ""),
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
