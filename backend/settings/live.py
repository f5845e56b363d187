"""The settings of what follows incidents live: who may connect, how many, and what wakes them."""

import re
from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from backend.settings.common import CommonSettings

_ORIGIN = re.compile(r"https?://[^/\s]+")


class LiveSettings(CommonSettings):
    """What the WebSockets need to know."""

    redis_url: str | None = Field(default=None, repr=False, pattern=r"^(rediss?|unix)://")
    """Redis or Valkey, for example `redis://host:6379/0`: it wakes the followers of several APIs, so
    that one of them alone listens to PostgreSQL. Without it, or while it is away, each one does."""

    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Pages of other sites that may open WebSockets, `https://host`, separated by commas; those that
    this API serves always may."""

    live_connections_max: int = Field(default=1000, ge=1)
    """How many WebSockets one API process holds."""

    live_connections_per_user_max: int = Field(default=50, ge=1)
    """How many of them may belong to one person or program; an open page of the war room has two."""

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        origins = tuple(origin.strip().lower() for origin in value.split(",") if origin.strip())
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin} is no origin: write https://host or https://host:port")
        return origins
