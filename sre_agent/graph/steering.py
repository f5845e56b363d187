"""Before each node: does the run still go on, and may it go on now?"""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from langgraph.graph import END
from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt

from sre_agent.domain.incident import Incident
from sre_agent.graph import run_state
from sre_agent.graph.context import RunContext

_State = run_state.RunState | run_state.SpecialistTask
_Node = TypeVar("_Node", bound=Callable[..., Awaitable[Any]])


def steered(node: _Node) -> _Node:
    """Return the node as one that starts only when its run goes on and nobody holds it.

    A run that is over ends without a word: whoever ended it has said why. One that is held stops
    here, durably; whoever lets it go on resumes it, and it looks again.
    """

    @functools.wraps(node)
    async def start(state: _State, runtime: Runtime[RunContext]) -> Any:
        incident = await runtime.context.incidents.load(run_state.incident_id(state))
        while incident.is_paused and not is_over(state, incident):
            interrupt({"paused": incident.id})
            incident = await runtime.context.incidents.load(incident.id)
        if is_over(state, incident):
            return Command(goto=END)
        return await node(state, runtime)

    return start  # type: ignore[return-value] # it has the form of the node that it wraps


def looking(node: _Node) -> _Node:
    """Return the node of a specialist, steered: what follows it finds out itself that all is over."""
    guarded = steered(node)

    @functools.wraps(node)
    async def start(state: run_state.SpecialistTask, runtime: Runtime[RunContext]) -> Any:
        answer = await guarded(state, runtime)
        return {} if isinstance(answer, Command) else answer

    return start  # type: ignore[return-value] # it has the form of the node that it wraps


def is_over(state: _State, incident: Incident) -> bool:
    """Return whether the incident has ended, is to end, or goes on in another run."""
    is_other = incident.run != run_state.run(state)
    return is_other or not incident.status.is_open or incident.is_cancelled
