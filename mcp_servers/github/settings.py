"""What the GitHub server needs to know, from its own variables only."""

import re
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, SecretStr, field_validator, model_validator

from mcp_servers.common.writing_settings import WritingSettings

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")


class GithubSettings(WritingSettings):
    """The repositories, and the credentials for them: tokens, or a GitHub App."""

    github_url: str = Field(
        default="https://api.github.com", pattern=r"^https?://[^/\s?#]+(/[^\s?#]*)?$"
    )
    """The API's base URL; GitHub Enterprise Server has it at `https://<host>/api/v3`."""

    github_repositories: str
    """The repositories that the server looks at, `owner/name` with commas between; no other is touched.

    The first is meant where a question names none.
    """

    github_read_token: SecretStr | None = None
    """A token that can read the repositories, and nothing else."""

    github_write_token: SecretStr | None = None
    """A token that can do what the writing tools need, used for nothing else."""

    github_app_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._-]{1,60}$")
    """The id of a GitHub App instead of tokens; each session gets a token that can do no more than it needs."""

    github_app_private_key_file: Path | None = None
    """The App's private key, PEM."""

    github_app_installation_id: int | None = Field(default=None, ge=1)
    """The App's installation; the one at the first repository unless said."""

    github_app_can_write: bool = False
    """`true` lets the App write as well, where MCP_WRITE_TOKEN is set."""

    github_ca_file: Path | None = None
    """The certificate authority of an Enterprise server, when it is not a public one."""

    @field_validator("github_repositories")
    @classmethod
    def _check_repositories(cls, value: str) -> str:
        names = _split(value)
        if not names or not all(_REPOSITORY.fullmatch(name) for name in names):
            raise ValueError("write each repository as owner/name, with commas between")
        return value

    @field_validator("github_app_private_key_file")
    @classmethod
    def _check_private_key(cls, value: Path | None) -> Path | None:
        if value is not None:
            _require_rsa(_text(value))
        return value

    @model_validator(mode="after")
    def _check_credentials(self) -> Self:
        has_app = self.github_app_id is not None
        if has_app and self.github_app_private_key_file is None:
            raise ValueError("GITHUB_APP_PRIVATE_KEY_FILE is missing: it belongs to GITHUB_APP_ID")
        if has_app == (self.github_read_token is not None):
            raise ValueError("name one credential for reading: GITHUB_READ_TOKEN or GITHUB_APP_ID")
        if has_app and self.github_write_token is not None:
            raise ValueError("GITHUB_APP_CAN_WRITE=true lets the App write, and no token beside it")
        return self

    @model_validator(mode="after")
    def _check_writing(self) -> Self:
        if self.mcp_write_token is None or self.github_app_can_write:
            return self
        if self.github_write_token is None:
            raise ValueError("GITHUB_WRITE_TOKEN is missing: MCP_WRITE_TOKEN is set")
        if self.github_read_token is not None and _same(
            self.github_read_token, self.github_write_token
        ):
            raise ValueError("GITHUB_WRITE_TOKEN must differ from GITHUB_READ_TOKEN")
        return self

    @property
    def repositories(self) -> tuple[str, ...]:
        """Return the full names of the repositories."""
        return tuple(dict.fromkeys(_split(self.github_repositories)))

    @property
    def github_app_private_key(self) -> str:
        """Return the App's private key."""
        file = self.github_app_private_key_file
        return _text(file) if file is not None else ""


def _split(value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]


def _same(one: SecretStr, other: SecretStr) -> bool:
    return one.get_secret_value() == other.get_secret_value()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from error


def _require_rsa(pem: str) -> None:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise ValueError("the App's private key is no PEM file, or has a password") from error
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("the App's private key is not an RSA key")  # noqa: TRY004 - a setting
