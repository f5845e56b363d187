"""The four things that can come of a call: an answer, no data, a refusal, silence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from mcp_servers.common.clock import rfc3339


class Record(BaseModel):
    """The base of everything a tool answers: immutable, and exact about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool found; `left_out` says in sentences what a limit made it leave out."""

    data: Record | Mapping[str, Any]
    left_out: tuple[str, ...] = ()


class ToolFailureError(Exception):
    """A call that ends without an answer, for a reason the caller must know."""

    status = "refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def envelope(self) -> dict[str, Any]:
        """Return the failure as the structured content of the answer."""
        return {"status": self.status, "reason": self.reason}


class NoDataError(ToolFailureError):
    """The system answered, and has nothing of the kind asked for."""

    status = "no_data"


class UnreachableError(ToolFailureError):
    """The system did not answer; asking again later may help."""

    status = "unreachable"


class RefusedError(ToolFailureError):
    """The answer is no, and asking the same again is useless; `code` says why to programs."""

    status = "refused"

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code

    @override
    def envelope(self) -> dict[str, Any]:
        return {"status": self.status, "code": self.code, "reason": self.reason}


def ok(answer: Answer, observed_at: datetime) -> dict[str, Any]:
    """Return an answer as structured content."""
    data = answer.data
    return {
        "status": "ok",
        "data": data.model_dump(mode="json") if isinstance(data, Record) else dict(data),
        "left_out": list(answer.left_out),
        "observed_at": rfc3339(observed_at),
    }


def failed(failure: ToolFailureError, observed_at: datetime) -> dict[str, Any]:
    """Return a failure as structured content."""
    return {**failure.envelope(), "observed_at": rfc3339(observed_at)}
