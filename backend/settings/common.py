"""What the settings of all programs share: where they are read, and how faults in them are told."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from sre_agent.domain.errors import PermanentError

MIN_SECRET_CHARS = 16
"""Shorter secrets can be guessed."""

_PLACEHOLDER = re.compile(
    r"change.?me|placeholder|example|your[-_ ]|^<.*>$|^x+$|secret$|password", re.IGNORECASE
)
Seconds = Annotated[float, Field(gt=0)]
"""A duration."""


class SettingsError(PermanentError):
    """Some settings are missing or malformed; the message names each and says what to do."""


class CommonSettings(BaseSettings):
    """What every program needs to know; where it says so, from the same source as the others."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, use_attribute_docstrings=True
    )

    database_url: str = Field(repr=False, pattern=r"^postgres(ql)?(\+psycopg)?://")
    """PostgreSQL, for example `postgresql://user:password@host:5432/sre_agent`."""

    agent_config: Path | None = None
    """A file instead of the built-in `agent_config.yaml`."""

    policy_dir: Path | None = None
    """A folder instead of the built-in policies; worker and signer each rule by themselves."""

    kill_switch: bool = False
    """`true` stops all writing, whatever the database says."""

    writes_per_hour_service: int = Field(default=6, ge=1, le=10_000)
    """How many writes to one workload any hour may hold; taking back our own is counted, never held up."""

    writes_per_hour_cluster: int = Field(default=30, ge=1, le=10_000)
    """How many writes to a whole cluster any hour may hold."""

    cool_down_factor: float = Field(default=1.0, ge=0, le=100)
    """How much longer (or, below 1, shorter) a workload rests after a write than the catalogue says."""

    freeze_file: Path | None = None
    """A YAML file with the times at which nothing is changed; read anew when it changes."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe log line that is written."""

    @classmethod
    def load(cls, env_file: Path | None = Path(".env")) -> Self:
        """Read the environment, then `env_file` for what is not set there.

        Raises:
            SettingsError: Something is missing or malformed; all of it is named.
        """
        try:
            return cls(_env_file=env_file)
        except ValidationError as error:
            raise SettingsError(_explain(cls, error)) from None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Take the variables given, and nothing else: neither the environment nor a file is read.

        Raises:
            SettingsError: Something is missing or malformed; all of it is named.
        """
        settings = cls.__new__(cls)
        try:
            BaseModel.__init__(settings, **{name.lower(): value for name, value in values.items()})
        except ValidationError as error:
            raise SettingsError(_explain(cls, error)) from None
        return settings

    @field_validator("*", mode="after")
    @classmethod
    def _refuse_weak_secrets(cls, value: Any) -> Any:
        if isinstance(value, SecretStr):
            check_secret(value.get_secret_value())
        return value


def check_secret(secret: str) -> None:
    """Refuse a secret that is a placeholder or can be guessed.

    Raises:
        ValueError: It is one; it is never part of the message.
    """
    if _PLACEHOLDER.search(secret):
        raise ValueError("is a placeholder: put a real secret there (openssl rand -hex 24)")
    if len(secret) < MIN_SECRET_CHARS:
        raise ValueError(f"is shorter than {MIN_SECRET_CHARS} characters (openssl rand -hex 24)")


def _explain(settings: type[BaseSettings], error: ValidationError) -> str:
    lines = ["The settings are not complete. In the environment or in .env:"]
    for problem in error.errors(include_input=False, include_url=False):
        field = str(problem["loc"][0])
        about = " ".join((settings.model_fields[field].description or "").split())
        what = (
            "missing"
            if problem["type"] == "missing"
            else problem["msg"].removeprefix("Value error, ")
        )
        lines.append(f"  {field.upper()}: {what}. {about}")
    return "\n".join(lines)
