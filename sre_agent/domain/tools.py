"""A question put to an MCP server, and the four things that can come of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from typing_extensions import override

from sre_agent.domain.model import Observation, Value


class ToolStatus(StrEnum):
    """Ok, refused, unreachable and no data are four different things; none stands for another."""

    OK = "ok"
    NO_DATA = "no_data"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


class ToolCall(Value):
    """One call: which server, which of its tools, with what arguments."""

    server: str
    tool: str
    arguments: dict[str, Any]

    @override
    def __str__(self) -> str:
        """Return the call as a person would write it."""
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.server}.{self.tool}({arguments})"


class ToolResult(Observation):
    """What a server answered.

    `data` is there only when `status` is ok. `code` names a refusal for programs
    (`grant_missing`, `state_changed`, `not_found`, `invalid_arguments`, ...), `reason` says it to
    people. `left_out` lists, in sentences, what a limit made the server leave out.
    """

    status: ToolStatus
    data: dict[str, Any] | None = None
    code: str = ""
    reason: str = ""
    left_out: tuple[str, ...] = ()
    observed_at: datetime
