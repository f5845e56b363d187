"""A server with a wrong setting does not start, and says which."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mcp_servers.common.settings import load
from mcp_servers.kubernetes import connection
from mcp_servers.kubernetes.settings import KubernetesSettings

READ_TOKEN = "0123456789-read-token"  # noqa: S105 - opens nothing
PUBLIC_KEY = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
READING = {
    "MCP_PORT": "0",
    "MCP_READ_TOKEN": READ_TOKEN,
    "KUBERNETES_API_URL": "http://127.0.0.1:9",
    "KUBERNETES_READ_TOKEN": "cluster-read-token",
}
WRITING = {
    **READING,
    "MCP_WRITE_TOKEN": "0123456789-write-token",
    "GRANT_PUBLIC_KEY": PUBLIC_KEY,
    "KUBERNETES_WRITE_TOKEN": "cluster-write-token",
}
BY_FILE = {**WRITING, "KUBERNETES_API_URL": "", "MCP_KUBECONFIG": "/nowhere/config"}

REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "nothing": ({}, "MCP_PORT"),
    "no port": ({**READING, "MCP_PORT": ""}, "MCP_PORT"),
    "a port that is none": ({**READING, "MCP_PORT": "http"}, "MCP_PORT"),
    "no token": ({**READING, "MCP_READ_TOKEN": ""}, "MCP_READ_TOKEN"),
    "a token that can be guessed": ({**READING, "MCP_READ_TOKEN": "guess"}, "MCP_READ_TOKEN"),
    "no cluster": ({**READING, "KUBERNETES_API_URL": ""}, "exactly one way"),
    "two clusters": ({**READING, "KUBERNETES_IN_CLUSTER": "true"}, "exactly one way"),
    "a cluster that is no URL": ({**READING, "KUBERNETES_API_URL": "x"}, "KUBERNETES_API_URL"),
    "no credential": ({**READING, "KUBERNETES_READ_TOKEN": ""}, "KUBERNETES_READ_TOKEN"),
    "writing without a key": ({**WRITING, "GRANT_PUBLIC_KEY": ""}, "GRANT_PUBLIC_KEY"),
    "writing with no real key": ({**WRITING, "GRANT_PUBLIC_KEY": "zzzz"}, "GRANT_PUBLIC_KEY"),
    "writing without a credential": (
        {**WRITING, "KUBERNETES_WRITE_TOKEN": ""},
        "KUBERNETES_WRITE_TOKEN",
    ),
    "one token for both": ({**WRITING, "MCP_WRITE_TOKEN": READ_TOKEN}, "must differ"),
    "a file without a context to write": (BY_FILE, "MCP_KUBECONFIG_WRITE_CONTEXT"),
}


def settings(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> KubernetesSettings:
    for name in KubernetesSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load(KubernetesSettings)


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_setting_is_named_and_no_value_is_shown(
    monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    environment, named = REFUSED[case]

    with pytest.raises(SystemExit) as refusal:
        settings(monkeypatch, environment)

    assert named in str(refusal.value)
    for value in environment.values():
        assert len(value) < 6 or value not in str(refusal.value)


def test_reading_alone_needs_neither_key_nor_write_credential(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = settings(monkeypatch, READING)

    assert found.mcp_write_token is None
    assert found.grant_keys == {}


def test_two_keys_are_trusted_while_one_replaces_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()

    found = settings(monkeypatch, {**WRITING, "GRANT_PUBLIC_KEY": f"{PUBLIC_KEY},{other}"})

    assert len(found.grant_keys) == 2


def test_a_key_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key.pub"
    file.write_text(f"{PUBLIC_KEY}\n")
    said = {**WRITING, "GRANT_PUBLIC_KEY": "", "GRANT_PUBLIC_KEY_FILE": str(file)}

    from_file = settings(monkeypatch, said)
    from_variable = settings(monkeypatch, WRITING | {"GRANT_PUBLIC_KEY_FILE": ""})

    assert list(from_file.grant_keys) == list(from_variable.grant_keys)


@pytest.mark.parametrize("content", [None, "zzzz"])
def test_a_key_file_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "key.pub"
    if content is not None:
        file.write_text(content)

    with pytest.raises(SystemExit, match="GRANT_PUBLIC_KEY_FILE"):
        settings(monkeypatch, {**WRITING, "GRANT_PUBLIC_KEY_FILE": str(file)})


def test_system_namespaces_are_protected_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = settings(monkeypatch, WRITING)
    told = settings(monkeypatch, {**WRITING, "MCP_PROTECTED_NAMESPACES": "a, b"})

    assert "kube-system" in usual.protected_namespaces
    assert told.protected_namespaces == {"a", "b"}


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"MCP_KUBECONFIG": "/nowhere/config"}, "MCP_KUBECONFIG /nowhere/config"),
        ({"KUBERNETES_IN_CLUSTER": "true"}, "KUBERNETES_IN_CLUSTER"),
    ],
)
def test_a_credential_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], named: str
) -> None:
    found = settings(monkeypatch, {**READING, "KUBERNETES_API_URL": "", **environment})

    with pytest.raises(SystemExit) as refusal:
        connection.reading(found)

    assert named in str(refusal.value)
