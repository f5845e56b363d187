"""Keys are read from either form, and a grant's time is kept."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mcp_servers.common import grants, keys
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.grants import Grant, Target

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def grant(**others: int) -> Grant:
    seconds = int(NOW.timestamp())
    times = {"iat": seconds, "nbf": seconds, "exp": seconds + 300, **others}
    return Grant(
        iss="sre-agent-signer",
        aud="mcp:kubernetes:x",
        sub="o/i/a",
        jti="id",
        tool="t",
        arguments_sha256="a",
        target=Target(kind="Deployment", namespace="n", name="d"),
        target_uid="uid",
        state_sha256="state",
        result_sha256="result",
        figures_sha256="figures",
        plan_sha256="p",
        approved_by="alice",
        **times,
    )


def test_a_key_is_the_same_as_pem_on_many_lines_on_one_line_and_as_base64() -> None:
    key = Ed25519PrivateKey.generate().public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    raw = key.public_bytes_raw()
    spellings = [
        pem,
        pem.replace("\n", "\\n"),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    ]

    ids = {keys.key_id(keys.load_public_key(text)) for text in spellings}

    assert ids == {keys.key_id(key)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "????",
        base64.b64encode(b"short").decode(),
        "-----BEGIN PUBLIC KEY-----\nbroken\n-----END PUBLIC KEY-----",
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    ],
)
def test_what_is_no_ed25519_key_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each library words it its own way
        keys.load_public_key(text)


@pytest.mark.parametrize("offset_s", [-5, 0, 300, 305])
def test_a_grant_is_good_in_its_time_give_or_take_the_clocks(offset_s: int) -> None:
    grants.require_in_time(grant(), NOW + timedelta(seconds=offset_s))


@pytest.mark.parametrize(("offset_s", "code"), [(-6, "grant_invalid"), (306, "grant_expired")])
def test_a_grant_out_of_its_time_is_refused(offset_s: int, code: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        grants.require_in_time(grant(), NOW + timedelta(seconds=offset_s))

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("uid", "state", "code"),
    [("other", "state", "grant_not_for_this_target"), ("uid", "other", "state_changed")],
)
def test_another_object_and_another_state_are_refused(uid: str, state: str, code: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        grants.require_unchanged(grant(), uid=uid, state_sha256=state)

    assert refusal.value.code == code


def test_the_same_object_in_the_same_state_is_permitted() -> None:
    grants.require_unchanged(grant(), uid="uid", state_sha256="state")


def test_another_result_than_the_approved_one_is_refused() -> None:
    grants.require_same_result(grant(), "result", "figures")

    with pytest.raises(RefusedError) as refusal:
        grants.require_same_result(grant(), "other", "figures")

    assert refusal.value.code == "result_changed"


def test_other_numbers_than_policy_judged_are_refused() -> None:
    with pytest.raises(RefusedError, match="numbers") as refusal:
        grants.require_same_result(grant(), "result", "other")

    assert refusal.value.code == "result_changed"
