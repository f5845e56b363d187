"""Asking several things at once."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

from mcp_servers.common.envelope import ToolFailureError

ResultT = TypeVar("ResultT")


async def together(questions: Iterable[Awaitable[ResultT]]) -> list[ResultT]:
    """Return all answers, in order.

    Raises:
        ToolFailureError: One failed; the others are given up.
    """
    failures: list[ToolFailureError] = []
    tasks: list[asyncio.Task[ResultT]] = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_awaited(question)) for question in questions]
    except* ToolFailureError as many:
        failures = [error for error in many.exceptions if isinstance(error, ToolFailureError)]
    if failures:
        raise failures[0]
    return [task.result() for task in tasks]


async def _awaited(question: Awaitable[ResultT]) -> ResultT:
    return await question
