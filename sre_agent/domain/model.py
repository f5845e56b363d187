"""The base of every value that crosses a boundary: frozen, strict about what it knows."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value we write ourselves: an unknown field is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Observation(BaseModel):
    """An immutable value another program wrote: a newer version of it may say more than we read."""

    model_config = ConfigDict(frozen=True, extra="ignore")
