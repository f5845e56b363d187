"""From what came over the wire to a typed result: nothing that goes wrong passes for an answer."""

from collections.abc import Iterator
from datetime import datetime

import httpx2
from mcp import MCPError
from mcp_types import (
    CONNECTION_CLOSED,
    INTERNAL_ERROR,
    METHOD_NOT_FOUND,
    REQUEST_TIMEOUT,
    CallToolResult,
)
from pydantic import ValidationError

from sre_agent.domain.tools import ToolResult, ToolStatus

UNAUTHENTICATED = -32010
"""The JSON-RPC code with which our servers answer a call without a valid token."""

_SILENCE = frozenset({CONNECTION_CLOSED, INTERNAL_ERROR, METHOD_NOT_FOUND, REQUEST_TIMEOUT})
"""Codes that mean that no such server answered, not that it said no."""


def of_answer(answer: CallToolResult, now: datetime) -> ToolResult:
    """Return the envelope a server answered with; anything else is a malformed answer."""
    content = answer.structured_content
    if not isinstance(content, dict):
        return malformed("the answer carries no structured content", now)
    try:
        result = ToolResult.model_validate({"observed_at": now, **content})
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        return malformed(f"{where}: {error.errors()[0]['msg']}", now)
    return _consistent(result, answer, now)


def _consistent(result: ToolResult, answer: CallToolResult, now: datetime) -> ToolResult:
    if result.status is ToolStatus.OK and answer.is_error:
        return malformed("the answer says ok and error at once", now)
    if result.status is ToolStatus.OK and result.data is None:
        return malformed("the answer says ok and has no data", now)
    return result


def of_failure(error: BaseException, now: datetime) -> ToolResult | None:
    """Return what a failed exchange means, or None when it is none of the expected kinds."""
    for leaf in _leaves(error):
        if isinstance(leaf, MCPError):
            return _of_protocol_error(leaf, now)
        if isinstance(leaf, ValidationError):
            return malformed("the answer breaks the protocol", now)
        if isinstance(leaf, httpx2.HTTPError | OSError):
            return unreachable(f"{type(leaf).__name__}: {leaf}", now)
    return None


def _of_protocol_error(error: MCPError, now: datetime) -> ToolResult:
    if error.code == UNAUTHENTICATED:
        return refused("unauthenticated", error.message, now)
    if error.code in _SILENCE:
        return unreachable(error.message, now)
    return refused("protocol_error", error.message, now)


def malformed(reason: str, now: datetime) -> ToolResult:
    """Return the refusal to believe an answer that breaks the contract."""
    return refused("malformed_answer", reason, now)


def refused(code: str, reason: str, now: datetime) -> ToolResult:
    """Return a refusal."""
    return ToolResult(status=ToolStatus.REFUSED, code=code, reason=reason, observed_at=now)


def unreachable(reason: str, now: datetime) -> ToolResult:
    """Return silence."""
    return ToolResult(status=ToolStatus.UNREACHABLE, reason=reason, observed_at=now)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors inside a group, which is what task groups raise."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
