"""The settings every server has, and how a wrong one is told."""

from typing import Annotated, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

Token = Annotated[SecretStr, Field(min_length=16)]
"""A bearer token; shorter ones can be guessed."""


class ServerSettings(BaseSettings):
    """What a server needs whichever system it serves. Only the environment is read."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    mcp_host: str = "127.0.0.1"
    """The address to listen on; loopback unless something in front encrypts."""

    mcp_port: int = Field(ge=0, le=65535)
    """The port to listen on; 0 takes a free one, which the log names."""

    mcp_read_token: Token
    """The token of sessions that read."""

    mcp_log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The lowest level that is logged."""


SettingsT = TypeVar("SettingsT", bound=ServerSettings)


def load(kind: type[SettingsT]) -> SettingsT:
    """Read the settings from the environment.

    Raises:
        SystemExit: Some are missing or malformed; the message names each and never its value.
    """
    try:
        return kind()
    except ValidationError as err:
        problems = (
            f"  {'.'.join(map(str, problem['loc'])).upper() or 'settings'}: {problem['msg']}"
            for problem in err.errors(include_input=False, include_url=False)
        )
        raise SystemExit(
            "cannot start, please mend these settings:\n" + "\n".join(problems)
        ) from None
