"""What a server that also writes needs to know beside its system: whose grants count, and who may stop it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field, field_validator, model_validator

from mcp_servers.common.keys import KeysInFile, parse_keys
from mcp_servers.common.settings import ServerSettings, Token


class WritingSettings(ServerSettings):
    """The settings of writing, which is off without a write token."""

    mcp_write_token: Token | None = None
    """The token of sessions that write; without it there is no writing tool at all."""

    mcp_cluster_id: str = Field(default="default", pattern=r"^[\w.-]+$")
    """The cluster's id, for which grants must be made out."""

    grant_public_key: str | None = None
    """The signer's Ed25519 public key, PEM or base64; two separated by a comma while changing."""

    grant_public_key_file: Path | None = None
    """A file with the same, read with every write: keys change without a restart."""

    mcp_halt_file: Path | None = None
    """While this file exists, or nobody can look whether it does, nothing is written."""

    kill_switch: bool = False
    """`true` stops all writing, as it does for the rest of the platform."""

    @field_validator("grant_public_key")
    @classmethod
    def _check_keys(cls, value: str | None) -> str | None:
        if value is not None:
            parse_keys(value)
        return value

    @field_validator("grant_public_key_file")
    @classmethod
    def _check_key_file(cls, value: Path | None) -> Path | None:
        if value is not None:
            parse_keys(_text(value))
        return value

    @model_validator(mode="after")
    def _check_grants(self) -> Self:
        if self.mcp_write_token is None:
            return self
        if self.mcp_write_token.get_secret_value() == self.mcp_read_token.get_secret_value():
            raise ValueError("MCP_WRITE_TOKEN must differ from MCP_READ_TOKEN")
        if self.grant_public_key is None and self.grant_public_key_file is None:
            raise ValueError("GRANT_PUBLIC_KEY is missing: MCP_WRITE_TOKEN is set")
        return self

    @property
    def grant_keys(self) -> Mapping[str, Ed25519PublicKey]:
        """Return the signer's public keys by key id: those of the file as they are at the moment."""
        file = self.grant_public_key_file
        if self.grant_public_key is None and file is not None:
            return KeysInFile(file)
        return parse_keys(self.grant_public_key or "")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from error
