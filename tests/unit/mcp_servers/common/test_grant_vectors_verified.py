"""The verifier's side of the grant vectors, which the signer's side is held to as well."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mcp_servers.common import canonical, figures, grants, keys
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.grants import Grant, Target, Verifier
from mcp_servers.common.toolset import Call

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "vectors" / "grants.json").read_text()
)


def admit(token: str) -> Grant:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(VECTORS["key"]["public_base64"]))
    verifier = Verifier(audience=VECTORS["audience"], keys={keys.key_id(key): key})
    call = Call(**VECTORS["call"], grant=token)
    return verifier.admit(call, Target(**VECTORS["target"]))


@pytest.mark.parametrize("case", VECTORS["canonical"], ids=lambda case: str(case["name"]))
def test_json_is_spelled_and_hashed_as_the_signer_does(case: dict[str, Any]) -> None:
    assert canonical.dumps(case["value"]) == case["text"]
    assert canonical.sha256(case["value"]) == case["sha256"]


@pytest.mark.parametrize("case", VECTORS["arguments"], ids=lambda case: str(case["arguments"]))
def test_arguments_are_hashed_as_the_signer_does(case: dict[str, Any]) -> None:
    assert grants.arguments_sha256(case["arguments"]) == case["sha256"]


@pytest.mark.parametrize("case", VECTORS["figures"], ids=lambda case: str(case["figures"]))
def test_numbers_are_hashed_as_the_signer_does(case: dict[str, Any]) -> None:
    found = [figures.Figure.model_validate(each) for each in case["figures"]]

    assert figures.sha256(found) == case["sha256"]


def test_the_key_id_is_the_one_the_signer_writes() -> None:
    key = keys.load_public_key(VECTORS["key"]["public_base64"])

    assert keys.key_id(key) == VECTORS["key"]["kid"]


@pytest.mark.parametrize(
    "case",
    [case for case in VECTORS["tokens"] if case["refused_with"] is None],
    ids=lambda case: str(case["name"]),
)
def test_a_good_grant_gives_its_claims(case: dict[str, Any]) -> None:
    assert admit(case["token"]).model_dump(mode="json") == VECTORS["claims"]


@pytest.mark.parametrize(
    "case",
    [case for case in VECTORS["tokens"] if case["refused_with"] is not None],
    ids=lambda case: str(case["name"]),
)
def test_every_other_token_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(RefusedError) as refusal:
        admit(case["token"])

    assert refusal.value.code == case["refused_with"]


def test_infinite_numbers_have_no_spelling() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical.dumps({"x": float("inf")})
