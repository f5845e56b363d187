"""A GitHub server with a wrong setting does not start, and says which."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mcp_servers.common.settings import load
from mcp_servers.github.settings import GithubSettings

PUBLIC_KEY = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
READING = {
    "MCP_PORT": "0",
    "MCP_READ_TOKEN": "0123456789-read-token",
    "GITHUB_REPOSITORIES": "acme/store, acme/site",
    "GITHUB_READ_TOKEN": "repository-read-token",
}
WRITING = {
    **READING,
    "MCP_WRITE_TOKEN": "0123456789-write-token",
    "GRANT_PUBLIC_KEY": PUBLIC_KEY,
    "GITHUB_WRITE_TOKEN": "repository-write-token",
}
REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "no repository": ({**READING, "GITHUB_REPOSITORIES": ""}, "GITHUB_REPOSITORIES"),
    "a repository that is none": ({**READING, "GITHUB_REPOSITORIES": "acme"}, "owner/name"),
    "no credential": ({**READING, "GITHUB_READ_TOKEN": ""}, "one credential for reading"),
    "an App without a key": (
        {**READING, "GITHUB_READ_TOKEN": "", "GITHUB_APP_ID": "1"},
        "GITHUB_APP_PRIVATE_KEY_FILE",
    ),
    "a key that is not there": (
        {**READING, "GITHUB_APP_PRIVATE_KEY_FILE": "/nowhere/key"},
        "cannot be read",
    ),
    "writing without a credential": ({**WRITING, "GITHUB_WRITE_TOKEN": ""}, "GITHUB_WRITE_TOKEN"),
    "one credential for both": (
        {**WRITING, "GITHUB_WRITE_TOKEN": READING["GITHUB_READ_TOKEN"]},
        "must differ",
    ),
    "writing without a key": ({**WRITING, "GRANT_PUBLIC_KEY": ""}, "GRANT_PUBLIC_KEY"),
}


def settings(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> GithubSettings:
    for name in GithubSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load(GithubSettings)


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_setting_is_named_and_no_value_is_shown(
    monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    environment, named = REFUSED[case]

    with pytest.raises(SystemExit) as refused:
        settings(monkeypatch, environment)

    assert named in str(refused.value)
    assert "repository-read-token" not in str(refused.value)


def test_what_can_write_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, WRITING)

    assert found.repositories == ("acme/store", "acme/site")
