"""Before each node: does the run still go on, and may it go on now?"""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from langgraph.graph import END
from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt

from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import Incident
from sre_agent.domain.runs import RunOverError
from sre_agent.graph import run_state
from sre_agent.graph.context import RunContext

_State = run_state.RunState | run_state.SpecialistTask
_Node = TypeVar("_Node", bound=Callable[..., Awaitable[Any]])


def steered(node: _Node, *, settles: bool = False) -> _Node:
    """Return the node as one that starts only when its run goes on and nobody holds it.

    A run that is over ends without a word: whoever ended it has said why. One that is held stops
    here, durably; whoever lets it go on resumes it, and it looks again. A node that `settles` what
    was begun is started after a cancellation as well.
    """

    @functools.wraps(node)
    async def start(state: _State, runtime: Runtime[RunContext]) -> Any:
        incident = await wait(runtime.context, run_state.incident_id(state))
        is_settling = settles and incident.is_cancelled and not is_left(state, incident)
        if is_over(state, incident) and not is_settling:
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


async def wait(context: RunContext, incident_id: IncidentId) -> Incident:
    """Return the incident as soon as nobody holds it; the wait is durable and starts the node anew."""
    incident = await context.incidents.load(incident_id)
    while incident.is_paused:
        interrupt({"paused": incident.id})
        incident = await context.incidents.load(incident_id)
    return incident


async def hold(context: RunContext, incident_id: IncidentId) -> None:
    """Wait while a person holds the incident.

    Raises:
        RunOverError: The incident has ended or is to end.
    """
    incident = await wait(context, incident_id)
    if incident.is_cancelled or not incident.status.is_open:
        raise RunOverError(f"incident {incident_id} is over")


def is_left(state: _State, incident: Incident) -> bool:
    """Return whether the incident has ended, or goes on in another run."""
    return incident.run != run_state.run(state) or not incident.status.is_open


def is_over(state: _State, incident: Incident) -> bool:
    """Return whether the incident has ended, is to end, or goes on in another run."""
    return is_left(state, incident) or incident.is_cancelled
