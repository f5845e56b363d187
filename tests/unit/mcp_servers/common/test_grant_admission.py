"""A genuine grant admits the one call it was made for, and nothing that differs in anything."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mcp_servers.common import grants, keys
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.grants import Target, Verifier
from mcp_servers.common.toolset import Call

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KID = keys.key_id(KEY.public_key())
AUDIENCE = "mcp:kubernetes:shop"
TARGET = Target(kind="Deployment", namespace="store", name="till")
ARGUMENTS = {"namespace": "store", "name": "till", "replicas": 3}


def token(*, key: Ed25519PrivateKey = KEY, kid: str = KID, typ: str = "", **changes: Any) -> str:
    claims = {
        "iss": grants.ISSUER,
        "aud": AUDIENCE,
        "sub": "org/inc/act",
        "jti": "grt-1",
        "iat": 1,
        "nbf": 1,
        "exp": 301,
        "tool": "scale_workload",
        "arguments_sha256": grants.arguments_sha256(ARGUMENTS),
        "target": TARGET.model_dump(),
        "target_uid": "uid",
        "state_sha256": "state",
        "result_sha256": "result",
        "figures_sha256": "figures",
        "plan_sha256": "plan",
        "approved_by": "ann",
        **changes,
    }
    headers = {"kid": kid, "typ": typ or grants.TOKEN_TYPE}
    return jwt.encode(claims, key, algorithm=grants.ALGORITHM, headers=headers)


def admit(grant: str | None, target: Target = TARGET) -> grants.Grant:
    verifier = Verifier(audience=AUDIENCE, keys={KID: KEY.public_key()})
    return verifier.admit(Call("scale_workload", ARGUMENTS, grant), target)


def test_the_grant_of_this_very_call_admits_it() -> None:
    assert admit(token()).jti == "grt-1"


@pytest.mark.parametrize("grant", [None, ""])
def test_a_call_without_a_grant_is_refused(grant: str | None) -> None:
    with pytest.raises(RefusedError) as refusal:
        admit(grant)

    assert refusal.value.code == "grant_missing"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"tool": "delete_pod"}, "grant_not_for_this_call", id="tool"),
        pytest.param({"arguments_sha256": "0" * 64}, "grant_not_for_this_call", id="arguments"),
        pytest.param(
            {"target": TARGET.model_copy(update={"name": "cellar"}).model_dump()},
            "grant_not_for_this_target",
            id="target",
        ),
        pytest.param({"aud": "mcp:kubernetes:other"}, "grant_invalid", id="audience"),
        pytest.param({"iss": "somebody"}, "grant_invalid", id="issuer"),
        pytest.param({"typ": "JWT"}, "grant_invalid", id="type"),
        pytest.param({"kid": "0" * 16}, "grant_invalid", id="unknown-key"),
        pytest.param({"key": Ed25519PrivateKey.generate()}, "grant_invalid", id="signature"),
        pytest.param({"approved_by": "a" * 9000}, "grant_invalid", id="length"),
        pytest.param({"more": "than is known"}, "grant_invalid", id="claims"),
    ],
)
def test_a_grant_for_something_else_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        admit(token(**changes))

    assert refusal.value.code == code
